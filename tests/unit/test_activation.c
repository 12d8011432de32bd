/* Regulation that the TSO asks for: who may ask for what and when, which auction answers it, and
 * what is paid for what was delivered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/units.h"
#include "tests/lib/network_scene.h"

enum { SELLER = 200, OTHER = 201, PRICE = 30000, WH = 1000 };

static struct small_ledger s;
static bool credit_lasts = true; /* the TSO's, once it has promised */

static int scene_open(void **state)
{
	(void)state;
	network_open(&s, "dso", "tso");
	small_admit(&s, 0, 1, 1);
	small_admit(&s, 2, SELLER, 2);
	return 0;
}

static int scene_free(void **state)
{
	(void)state;
	small_free(&s);
	return 0;
}

static struct tx activate(uint32_t role, int64_t slot, enum regulation regulation)
{
	struct tx tx = small_tx(&s, TX_ACTIVATE);

	tx.address = sample_address(role);
	tx.u.activate = (struct activation_terms){
		.slot = slot, .regulation = regulation, .energy_wh = WH, .price_mc_per_kwh = PRICE};
	return tx;
}

static uint64_t ask(int64_t slot, enum regulation regulation)
{
	struct tx tx = activate(SCENE_TSO, slot, regulation);

	small_do(&s, &tx);
	return tx.seq;
}

/* The aggregator's auction that answers that activation of slot 2. */
static struct tx answer(uint64_t activation, enum side side, int64_t wh, int64_t price)
{
	struct tx tx = small_bid(&s, SMALL_ROLE, side, wh, price, 0);

	tx.u.bid.request.slot = 2;
	tx.u.bid.request.activation = activation;
	return tx;
}

static uint64_t open_answer(uint64_t activation, enum side side, int64_t wh, int64_t price)
{
	struct tx tx = answer(activation, side, wh, price);

	small_do(&s, &tx);
	return tx.seq;
}

static const struct account *account(uint32_t role)
{
	const struct address address = sample_address(role);

	return account_find(&s.l->accounts, &address);
}

static void next_slot(void)
{
	small_end_slot(&s);
	small_close(&s);
}

static void it_is_the_tsos_alone(void **state)
{
	struct tx tx = activate(SCENE_TSO, 2, REGULATION_UP);

	(void)state;
	network_expect(&s, &tx, VERDICT_OK, "");
	tx = activate(SCENE_DSO, 2, REGULATION_UP);
	network_expect(&s, &tx, VERDICT_NOT_ALLOWED, "address");
	tx = activate(SMALL_ROLE, 2, REGULATION_UP);
	network_expect(&s, &tx, VERDICT_NOT_ALLOWED, "address");
	tx = activate(1, 2, REGULATION_UP);
	network_expect(&s, &tx, VERDICT_NOT_ALLOWED, "address");
	tx = activate(2, 2, REGULATION_UP);
	network_expect(&s, &tx, VERDICT_NOT_ADMITTED, "address");
}

static void terms_have_bounds(void **state)
{
	struct tx tx = activate(SCENE_TSO, 2, REGULATION_UP);

	(void)state;
	tx.u.activate.energy_wh = 0;
	network_expect(&s, &tx, VERDICT_OUT_OF_RANGE, "energy.value");
	tx.u.activate.energy_wh = ENERGY_WH_MAX + 1;
	network_expect(&s, &tx, VERDICT_OUT_OF_RANGE, "energy.value");
	tx.u.activate.energy_wh = ENERGY_WH_MAX;
	tx.u.activate.price_mc_per_kwh = 0;
	network_expect(&s, &tx, VERDICT_OK, "");
	tx.u.activate.price_mc_per_kwh = PRICE_MC_MAX + 1;
	network_expect(&s, &tx, VERDICT_OUT_OF_RANGE, "price.value");
	tx.u.activate.price_mc_per_kwh = -1;
	network_expect(&s, &tx, VERDICT_OUT_OF_RANGE, "price.value");
	tx = activate(SCENE_TSO, 2, REGULATION_UP);
	tx.u.activate.measure = MEASURE_IMPORT;
	network_expect(&s, &tx, VERDICT_BAD_TERMS, "measure");
	tx.u.activate.measure = MEASURE_EXPORT;
	network_expect(&s, &tx, VERDICT_OK, "");
	tx.u.activate.regulation = REGULATION_DOWN;
	network_expect(&s, &tx, VERDICT_BAD_TERMS, "measure");
	tx.u.activate.measure = MEASURE_IMPORT;
	network_expect(&s, &tx, VERDICT_OK, "");
}

static void at(struct tx *tx, int64_t slot, int64_t ms)
{
	tx->market_ms = params_slot_start_ms(&s.params, slot) + ms;
	tx->date_ms = tx->market_ms;
}

static void it_is_asked_for_in_time(void **state)
{
	struct tx tx = activate(SCENE_TSO, 0, REGULATION_UP);
	const int64_t lead_ms = 300000 + SMALL_SLOT_MS / 8;

	(void)state;
	network_expect(&s, &tx, VERDICT_HORIZON, "slot");
	tx = activate(SCENE_TSO, 4, REGULATION_UP);
	network_expect(&s, &tx, VERDICT_OK, "");
	tx = activate(SCENE_TSO, 5, REGULATION_UP);
	network_expect(&s, &tx, VERDICT_HORIZON, "slot");
	tx = activate(SCENE_TSO, 1, REGULATION_UP);
	at(&tx, 1, -lead_ms - 1);
	network_expect(&s, &tx, VERDICT_OK, "");
	at(&tx, 1, -lead_ms);
	network_expect(&s, &tx, VERDICT_ACTIVATION_LATE, "slot");
	/* Within a slot: once nobody can shape its first quarter any more. */
	tx = activate(SCENE_TSO, 0, REGULATION_UP);
	tx.u.activate.measure = MEASURE_BEFORE_AFTER;
	at(&tx, 0, SMALL_SLOT_MS / 4 - 1);
	network_expect(&s, &tx, VERDICT_ACTIVATION_EARLY, "slot");
	at(&tx, 0, SMALL_SLOT_MS / 4);
	network_expect(&s, &tx, VERDICT_OK, "");
	at(&tx, 0, SMALL_SLOT_MS * 3 / 8 - 1);
	network_expect(&s, &tx, VERDICT_OK, "");
	at(&tx, 0, SMALL_SLOT_MS * 3 / 8);
	network_expect(&s, &tx, VERDICT_ACTIVATION_LATE, "slot");
	tx.u.activate.slot = 1;
	network_expect(&s, &tx, VERDICT_HORIZON, "slot");
}

static void up_is_covered_by_the_tso(void **state)
{
	struct tx tx = activate(SCENE_TSO, 2, REGULATION_UP);

	(void)state;
	tx.u.activate.energy_wh = 33333;
	tx.u.activate.price_mc_per_kwh = 30000; /* 999,990,000 of 10^9 uc of credit */
	small_do(&s, &tx);
	assert_int_equal(account(SCENE_TSO)->held_uc, 999990000);
	tx = activate(SCENE_TSO, 2, REGULATION_UP);
	tx.u.activate.energy_wh = 1;
	tx.u.activate.price_mc_per_kwh = 10000;
	network_expect(&s, &tx, VERDICT_OK, "");
	tx.u.activate.price_mc_per_kwh = 10001;
	network_expect(&s, &tx, VERDICT_FUNDS_TOO_LOW, "price");
	tx.u.activate.regulation = REGULATION_DOWN;
	network_expect(&s, &tx, VERDICT_OK, "");
}

/* L3: what only a lying operator's market could have. */
static void an_account_without_end_gets_none(void **state)
{
	struct tx tx = activate(SCENE_TSO, 2, REGULATION_DOWN);
	struct account *a = account_edit(&s.l->accounts, account(SCENE_TSO)->number);

	(void)state;
	a->balance_uc = JSON_INT_MAX;
	network_expect(&s, &tx, VERDICT_OK, "");
	a->balance_uc++;
	network_expect(&s, &tx, VERDICT_OUT_OF_RANGE, "price");
}

static void refused(struct tx tx, enum verdict verdict)
{
	const char *field = NULL;

	assert_int_equal(ledger_check(s.l, &tx, &field), verdict);
	if (verdict != VERDICT_OK)
		assert_string_equal(field, "contract.activation");
}

static void an_answer_keeps_to_what_was_asked(void **state)
{
	uint64_t up = ask(2, REGULATION_UP), down = ask(2, REGULATION_DOWN);
	struct tx tx = answer(up, SIDE_BUY, WH, PRICE);

	(void)state;
	refused(tx, VERDICT_OK);
	refused(answer(up, SIDE_BUY, 1, 0), VERDICT_OK);
	refused(answer(up + 100, SIDE_BUY, WH, PRICE), VERDICT_UNKNOWN_ACTIVATION);
	refused(answer(up, SIDE_BUY, WH + 1, PRICE), VERDICT_BAD_TERMS);
	refused(answer(up, SIDE_BUY, WH, PRICE + 1), VERDICT_BAD_TERMS);
	refused(answer(up, SIDE_SELL, WH, PRICE), VERDICT_BAD_TERMS);
	refused(answer(down, SIDE_SELL, WH, PRICE), VERDICT_OK);
	refused(answer(down, SIDE_SELL, WH, PRICE - 1), VERDICT_BAD_TERMS);
	tx.u.bid.request.slot = 3;
	refused(tx, VERDICT_BAD_TERMS);
	tx = answer(up, SIDE_BUY, WH, PRICE);
	tx.u.bid.request.measure = MEASURE_EXPORT;
	refused(tx, VERDICT_BAD_TERMS);
	tx = answer(up, SIDE_BUY, WH, PRICE);
	tx.address = sample_address(SELLER);
	tx.u.bid.request.slot = CONTRACT_UNSET;
	refused(tx, VERDICT_NOT_ALLOWED);
}

static void one_auction_answers_it(void **state)
{
	uint64_t up = ask(2, REGULATION_UP), auction = open_answer(up, SIDE_BUY, WH, PRICE);
	struct tx cancel = small_tx(&s, TX_CANCEL);

	(void)state;
	refused(answer(up, SIDE_BUY, 1, 1), VERDICT_ACTIVATION_ANSWERED);
	cancel.address = sample_address(SMALL_ROLE);
	cancel.u.cancel.order = auction;
	small_do(&s, &cancel);
	refused(answer(up, SIDE_BUY, 1, 1), VERDICT_OK);
}

/* Two homes answer; what each has delivered of its award. */
static void trade(enum side side, int64_t first_wh, int64_t second_wh)
{
	bool up = side == SIDE_BUY;
	uint64_t activation = ask(2, up ? REGULATION_UP : REGULATION_DOWN);
	uint64_t auction = open_answer(activation, side, WH, PRICE);
	enum side answers = up ? SIDE_SELL : SIDE_BUY;

	small_answer(&s, SELLER, answers, 600, up ? 20000 : 40000, auction);
	small_answer(&s, OTHER, answers, 300, up ? 25000 : 35000, auction);
	account_edit(&s.l->accounts, account(SCENE_TSO)->number)->credit_uc *= credit_lasts;
	next_slot();
	small_clock(&s, params_slot_start_ms(&s.params, 2) - 300000);
	next_slot();
	assert_int_equal(activation_shift_wh(s.l, 2), up ? -900 : 900);
	assert_int_equal(activation_shift_wh(s.l, 1), 0);
	next_slot();
	small_end_slot(&s);
	small_deliver(&s, first_wh, DELIVERY_METERED);
	small_deliver(&s, second_wh, DELIVERY_METERED);
	small_close(&s);
	assert_int_equal(s.l->activations.count, 0);
	assert_int_equal(account(SCENE_TSO)->held_uc, 0);
	assert_int_equal(account(SMALL_ROLE)->held_uc, 0);
	assert_int_equal(accounts_sum_uc(&s.l->accounts), 0);
}

/* Up: the TSO pays for each Wh that was delivered, not for what was only asked or cleared. */
static void up_is_paid_as_delivered(void **state)
{
	int64_t penalty_uc = s.params.penalty_mc_per_kwh * 100;

	(void)state;
	trade(SIDE_BUY, 600, 200);
	assert_int_equal(account(SCENE_TSO)->balance_uc, -800 * PRICE);
	assert_int_equal(account(SMALL_ROLE)->balance_uc,
		800 * PRICE - 600 * 20000 - 200 * 25000 + penalty_uc);
}

static void more_than_was_won_is_not_paid(void **state)
{
	(void)state;
	trade(SIDE_BUY, 5000, 300);
	assert_int_equal(account(SCENE_TSO)->balance_uc, -900 * PRICE);
}

/* What is on hold is paid, whatever the TSO's credit is by then. */
static void what_was_promised_outlives_the_credit(void **state)
{
	(void)state;
	credit_lasts = false;
	trade(SIDE_BUY, 600, 300);
	credit_lasts = true;
	assert_int_equal(account(SCENE_TSO)->balance_uc, -900 * PRICE);
}

/* Down: the aggregator buys from the TSO what the homes take. */
static void down_is_paid_to_the_tso(void **state)
{
	(void)state;
	trade(SIDE_SELL, 600, 300);
	assert_int_equal(account(SCENE_TSO)->balance_uc, 900 * PRICE);
	assert_int_equal(account(SMALL_ROLE)->balance_uc, 600 * 40000 + 300 * 35000 - 900 * PRICE);
}

/* What was cleared is what the community is measured by, at a price no better than wholesale. */
static void what_was_cleared_moves_the_schedule(void **state)
{
	const int32_t retail = 60000, wholesale = 50000;
	uint64_t auction, schedule;
	struct tx tx;

	(void)state;
	s.l->params.approval_lead_s = 60;
	s.l->params.imbalance_short_mc_per_kwh = 40000;
	schedule = network_schedule(&s, 2, 1, 5000);
	network_answer(&s, SCENE_DSO, schedule, APPROVAL_APPROVE);
	network_answer(&s, SCENE_TSO, schedule, APPROVAL_APPROVE);
	tx = small_tx(&s, TX_TARIFF);
	tx.address = sample_address(SMALL_ROLE);
	tx.u.tariff = (struct tariff_window){2, 1, &retail, &retail, &wholesale};
	small_do(&s, &tx);
	auction = open_answer(ask(2, REGULATION_UP), SIDE_BUY, WH, PRICE);
	small_answer(&s, SELLER, SIDE_SELL, 600, 20000, auction);
	next_slot();
	small_clock(&s, params_slot_start_ms(&s.params, 2) - 300000);
	next_slot();
	next_slot();
	small_end_slot(&s);
	small_deliver(&s, 600, DELIVERY_METERED);
	tx = small_tx(&s, TX_IMBALANCE);
	tx.u.imbalance =
		(struct net_metered){.slot = 2, .net_wh = 5000, .homes = IMBALANCE_HOMES_MIN};
	small_do(&s, &tx);
	small_close(&s);
	assert_int_equal(account_get(&s.l->accounts, ACCOUNT_GRID)->balance_uc, 600 * wholesale);
}

static void without_an_answer_nothing_is_paid(void **state)
{
	(void)state;
	ask(2, REGULATION_UP);
	next_slot();
	next_slot();
	next_slot();
	assert_int_equal(s.l->activations.count, 1);
	assert_int_equal(account(SCENE_TSO)->held_uc, WH * PRICE);
	next_slot();
	assert_int_equal(s.l->activations.count, 0);
	assert_int_equal(account(SCENE_TSO)->held_uc, 0);
	assert_int_equal(account(SCENE_TSO)->balance_uc, 0);
}

static void only_so_many_are_kept(void **state)
{
	struct tx tx;

	(void)state;
	for (int i = 0; i < ACTIVATIONS_MAX; i++)
		ask(3, REGULATION_DOWN);
	tx = activate(SCENE_TSO, 3, REGULATION_DOWN);
	network_expect(&s, &tx, VERDICT_TOO_MANY, "");
}

static void the_state_has_them(void **state)
{
	struct ledger *other;

	(void)state;
	open_answer(ask(2, REGULATION_DOWN), SIDE_SELL, WH, PRICE);
	ask(3, REGULATION_UP);
	next_slot();
	small_root_has(&s, &s.l->activations.count);
	other = small_restored(&s);
	assert_memory_equal(&s.l->activations, &other->activations, sizeof other->activations);
	free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_free)
		T(it_is_the_tsos_alone),
		T(terms_have_bounds),
		T(it_is_asked_for_in_time),
		T(up_is_covered_by_the_tso),
		T(an_account_without_end_gets_none),
		T(an_answer_keeps_to_what_was_asked),
		T(one_auction_answers_it),
		T(up_is_paid_as_delivered),
		T(more_than_was_won_is_not_paid),
		T(what_was_promised_outlives_the_credit),
		T(down_is_paid_to_the_tso),
		T(what_was_cleared_moves_the_schedule),
		T(without_an_answer_nothing_is_paid),
		T(only_so_many_are_kept),
		T(the_state_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
