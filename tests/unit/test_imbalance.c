/* Imbalance: when it is due, who pays, what is refused, what is private, and that money adds up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/market_scene.h"

enum { SLOT = 4, SHORT = 30000, LONG = 2000, SCHEDULED = 500, HOMES_METERED = 6 };

static int32_t nets[4][8]; /* the ledger's transactions borrow them */

static uint64_t aggregator(void)
{
	return params_aggregator(&w->params);
}

static int64_t balance_uc(uint64_t account)
{
	return account_get(&w->market->ledger.accounts, account)->balance_uc;
}

static void set_prices(struct ledger *l, int64_t short_mc, int64_t long_mc)
{
	l->params.imbalance_short_mc_per_kwh = short_mc;
	l->params.imbalance_long_mc_per_kwh = long_mc;
}

/* Announced, and not approved; returns its transaction's id. */
static const uint8_t *announce(int64_t first_slot, uint32_t count, int32_t wh)
{
	static unsigned turn;
	static struct command c;
	int32_t *net_wh = nets[turn++ % 4];

	c = (struct command){
		.kind = COMMAND_TX, .home = home_find(&w->market->homes, "aggregator")->number};
	for (size_t i = 0; i < 8; i++)
		net_wh[i] = wh;
	draw_id(w, c.u.tx.id);
	c.u.tx.kind = TX_SCHEDULE;
	c.u.tx.address = w->params.roles[0].address;
	c.u.tx.u.schedule = (struct net_window){first_slot, count, net_wh};
	(void)scene_send(&c);
	return c.u.tx.id;
}

static void approve(const uint8_t *id, const char *role)
{
	const struct home *h = home_find(&w->market->homes, role);
	struct command c = {.kind = COMMAND_TX, .home = h->number};

	draw_id(w, c.u.tx.id);
	c.u.tx.kind = TX_APPROVE;
	c.u.tx.address = account_get(&w->market->ledger.accounts, h->role_account)->address;
	memcpy(c.u.tx.u.approve.schedule, id, HASH_LEN);
	c.u.tx.u.approve.verdict = APPROVAL_APPROVE;
	(void)scene_send(&c);
}

static void schedule_at(int64_t first_slot, uint32_t count, int32_t wh)
{
	const uint8_t *id = announce(first_slot, count, wh);

	approve(id, "dso");
	approve(id, "tso");
}

static void schedule(int64_t first_slot, uint32_t count)
{
	schedule_at(first_slot, count, SCHEDULED);
}

static void read_meter(int home, int64_t slot, int64_t import_wh, int64_t export_wh)
{
	struct command c = scene_reading(home, slot);
	struct reading *r = &c.u.reading.reading;

	r->registers.wh[REGISTER_IMPORT] = import_wh;
	r->registers.wh[REGISTER_EXPORT] = export_wh;
	r->registers.wh[REGISTER_PV] = export_wh;
	(void)scene_send(&c);
}

/* Slot 4, with a reading at its begin of so many homes. */
static void live_slot(int metered)
{
	go_to(slot_ms(SLOT) + 1000);
	for (int i = 0; i < metered; i++)
		read_meter(i, SLOT - 1, 0, 0);
	go_to(slot_ms(SLOT + 1) + 1000);
}

/* They drew import_wh each and gave export_wh. Then the clock strikes the end of slot 5. Returns
 * what was attested. */
static struct net_metered settle_slot(int metered, int64_t import_wh, int64_t export_wh)
{
	struct net_metered seen = {.slot = -1};

	for (int i = 0; i < metered; i++)
		read_meter(i, SLOT, import_wh, export_wh);
	scene_strike(slot_ms(SLOT + 2), &seen);
	return seen;
}

static struct net_metered live(int metered, int64_t import_wh, int64_t export_wh)
{
	live_slot(metered);
	return settle_slot(metered, import_wh, export_wh);
}

static int with_prices(void **state)
{
	if (scene_open(state) != 0)
		return -1;
	set_prices(&w->market->ledger, SHORT, LONG);
	set_prices(w->replica, SHORT, LONG);
	return 0;
}

static void who_is_short_pays_the_grid(void **state)
{
	struct net_metered m;
	int64_t before_uc;

	(void)state;
	schedule(SLOT, 1);
	before_uc = balance_uc(aggregator());
	m = live(HOMES, 100, 0);
	assert_true(
		m.slot == SLOT && m.net_wh == HOMES * 100 && m.homes == HOMES && m.missing == 0);
	close_block(w); /* and a replica has the same header, and all sums to zero */
	assert_int_equal(balance_uc(ACCOUNT_GRID), (HOMES * 100 - SCHEDULED) * SHORT);
	assert_int_equal(before_uc - balance_uc(aggregator()), (HOMES * 100 - SCHEDULED) * SHORT);
}

static void who_is_long_is_paid_by_it(void **state)
{
	(void)state;
	schedule(SLOT, 1);
	assert_int_equal(live(HOMES, 0, 50).net_wh, -50 * HOMES);
	close_block(w);
	assert_int_equal(balance_uc(ACCOUNT_GRID), -(SCHEDULED + 50 * HOMES) * LONG);
}

/* A price counts for the slots in which it is in force, whenever they are settled. */
static void a_slot_has_the_prices_of_its_time(void **state)
{
	(void)state;
	schedule(SLOT, 1);
	live_slot(HOMES);
	set_prices(&w->market->ledger, 2 * SHORT, LONG); /* in slot 5 */
	set_prices(w->replica, 2 * SHORT, LONG);
	assert_int_equal(settle_slot(HOMES, 100, 0).net_wh, HOMES * 100);
	close_block(w);
	assert_int_equal(balance_uc(ACCOUNT_GRID), (HOMES * 100 - SCHEDULED) * SHORT);
}

static void on_schedule_nothing_moves(void **state)
{
	int64_t before_uc;

	(void)state;
	schedule(SLOT, 1);
	before_uc = balance_uc(aggregator());
	assert_int_equal(live(5, 100, 0).net_wh, SCHEDULED);
	close_block(w);
	assert_int_equal(balance_uc(ACCOUNT_GRID), 0);
	assert_int_equal(balance_uc(aggregator()), before_uc);
}

/* With few homes the sum would say what each of them drew. */
static void few_homes_are_not_told_of(void **state)
{
	(void)state;
	schedule(SLOT, 1);
	assert_int_equal(live(IMBALANCE_HOMES_MIN - 1, 1000, 0).slot, -1);
	close_block(w);
	assert_int_equal(balance_uc(ACCOUNT_GRID), 0);
}

static void no_price_or_no_schedule_no_word(void **state)
{
	(void)state;
	assert_int_equal(live(HOMES, 1000, 0).slot, -1); /* no schedule */
	close_block(w);
	(void)scene_free(NULL);
	(void)scene_open(NULL); /* no price */
	schedule(SLOT, 1);
	assert_int_equal(live(HOMES, 1000, 0).slot, -1);
	close_block(w);
	assert_int_equal(balance_uc(ACCOUNT_GRID), 0);
}

/* A missing meter counts as it was scheduled, or not at all; the others are settled. */
static void a_missing_meter_counts_as_planned(void **state)
{
	struct home *h = home_edit(&w->market->homes, home_of(w, 7)->number);
	const int32_t planned = 333;
	const struct net_window plan = {SLOT, 1, &planned};
	struct net_metered m;

	(void)state;
	home_baseline_set(&h->baseline, &plan, 1);
	schedule(SLOT, 1);
	m = live(HOMES_METERED, 100, 0); /* homes 6 to 8 are silent, and 7 has a plan */
	assert_true(m.homes == 6 && m.missing == 3 && m.net_wh == 6 * 100 + planned);
	close_block(w);
	assert_int_equal(balance_uc(ACCOUNT_GRID), (6 * 100 + planned - SCHEDULED) * SHORT);
}

/* What the bounds of a schedule cannot hold is not attested, and blocks nothing. */
static void a_sum_beyond_the_bounds_is_not_told(void **state)
{
	static const int32_t most_wh[] = {SCHEDULE_NET_WH_MAX - HOMES_METERED * 100,
		SCHEDULE_NET_WH_MAX - HOMES_METERED * 100 + 1};

	for (size_t i = 0; i < 2; i++) {
		struct home *h = home_edit(&w->market->homes, home_of(w, 7)->number);
		const struct net_window plan = {SLOT, 1, &most_wh[i]};
		home_baseline_set(&h->baseline, &plan, 1);
		schedule_at(SLOT, 1, SCHEDULE_NET_WH_MAX);
		assert_int_equal(live(HOMES_METERED, 100, 0).slot, i == 0 ? SLOT : -1);
		close_block(w);
		assert_int_equal(balance_uc(ACCOUNT_GRID), 0);
		(void)scene_free(state);
		(void)with_prices(state);
	}
}

static void the_last_schedule_counts(void **state)
{
	(void)state;
	schedule(SLOT, 1);
	schedule_at(SLOT, 2, HOMES * 100);
	(void)live(HOMES, 100, 0);
	close_block(w);
	assert_int_equal(balance_uc(ACCOUNT_GRID), 0);
}

/* Where the network's operators are asked, one that they did not approve is none. */
static void only_an_approved_schedule_counts(void **state)
{
	(void)state;
	schedule(SLOT, 1);
	approve(announce(SLOT, 1, HOMES * 100), "dso"); /* and not the tso */
	(void)live(HOMES, 100, 0);
	close_block(w);
	assert_int_equal(balance_uc(ACCOUNT_GRID), (HOMES * 100 - SCHEDULED) * SHORT);
	(void)scene_free(state);
	(void)with_prices(state);
	approve(announce(SLOT, 1, SCHEDULED), "tso");
	assert_int_equal(live(HOMES, 100, 0).slot, -1);
	close_block(w);
	assert_int_equal(balance_uc(ACCOUNT_GRID), 0);
}

/* What a lying operator's ledger could say. */
static void what_does_not_fit_is_refused(void **state)
{
	struct ledger *l = &w->market->ledger;
	struct tx tx = {.kind = TX_IMBALANCE};
	const char *field = NULL;
	static const struct {
		struct net_metered m;
		enum verdict verdict;
		const char *field;
	} cases[] = {
		{{SLOT, 1000000000, 5, 0}, VERDICT_OK, ""},
		{{SLOT, -1000000000, IMBALANCE_HOMES_MAX, IMBALANCE_HOMES_MAX}, VERDICT_OK, ""},
		{{SLOT - 1, 0, 5, 0}, VERDICT_BAD_ATTESTATION, "slot"},
		{{SLOT + 1, 0, 5, 0}, VERDICT_BAD_ATTESTATION, "slot"},
		{{SLOT, 0, 4, 0}, VERDICT_OUT_OF_RANGE, "homes"},
		{{SLOT, 0, IMBALANCE_HOMES_MAX + 1, 0}, VERDICT_OUT_OF_RANGE, "homes"},
		{{SLOT, 0, 5, -1}, VERDICT_OUT_OF_RANGE, "missing"},
		{{SLOT, 1000000001, 5, 0}, VERDICT_OUT_OF_RANGE, "net_wh"},
		{{SLOT, -1000000001, 5, 0}, VERDICT_OUT_OF_RANGE, "net_wh"},
	};

	(void)state;
	schedule(SLOT, 1);
	(void)live(0, 0, 0); /* nothing attested: no meter was heard */
	tx.seq = w->market->next_seq;
	tx.market_ms = w->now_ms;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tx.u.imbalance = cases[i].m;
		assert_int_equal(ledger_check(l, &tx, &field), cases[i].verdict);
		assert_string_equal(field, cases[i].field);
	}
	tx.u.imbalance = cases[0].m;
	l->flags = HEADER_OUTAGE; /* the market was away */
	assert_int_equal(ledger_check(l, &tx, &field), VERDICT_BAD_ATTESTATION);
	l->flags = 0;
	ledger_apply(l, &tx, NULL);
	tx.seq++;
	assert_int_equal(ledger_check(l, &tx, &field), VERDICT_BAD_ATTESTATION); /* once */
	l->closing = false;
	assert_int_equal(ledger_check(l, &tx, &field), VERDICT_OUT_OF_PHASE);
}

/* Debt has an end (invariant L3): what would go beyond it is not booked. */
static void no_debt_without_end(void **state)
{
	struct ledger *l = &w->market->ledger;
	uint64_t role = aggregator();

	(void)state;
	schedule(SLOT, 1);
	(void)live(HOMES, 100, 0);
	account_edit(&l->accounts, ACCOUNT_ISSUER)->balance_uc += balance_uc(role) + AMOUNT_UC_MAX;
	account_edit(&l->accounts, role)->balance_uc = -AMOUNT_UC_MAX;
	imbalance_settle(l, NULL);
	assert_int_equal(balance_uc(ACCOUNT_GRID), 0);
	account_edit(&l->accounts, role)->balance_uc += (HOMES * 100 - SCHEDULED) * SHORT - 1;
	imbalance_settle(l, NULL);
	assert_int_equal(balance_uc(ACCOUNT_GRID), 0);
	account_edit(&l->accounts, role)->balance_uc++;
	imbalance_settle(l, NULL);
	assert_int_equal(balance_uc(ACCOUNT_GRID), (HOMES * 100 - SCHEDULED) * SHORT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, with_prices, scene_free)
	const struct CMUnitTest tests[] = {
		TEST(who_is_short_pays_the_grid),
		TEST(who_is_long_is_paid_by_it),
		TEST(a_slot_has_the_prices_of_its_time),
		TEST(on_schedule_nothing_moves),
		TEST(few_homes_are_not_told_of),
		TEST(no_price_or_no_schedule_no_word),
		TEST(a_missing_meter_counts_as_planned),
		TEST(a_sum_beyond_the_bounds_is_not_told),
		TEST(the_last_schedule_counts),
		TEST(only_an_approved_schedule_counts),
		TEST(what_does_not_fit_is_refused),
		TEST(no_debt_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
