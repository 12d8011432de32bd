/* A market and a replica of its ledger side by side (market_world.h), under random commands from a
 * printed seed. LEM_SEED repeats a run, LEM_SLOTS changes its length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>
#include "core/cpf.h"
#include "tests/unit/service_steps.h"

static void enrol_addresses(struct world *w, int64_t i)
{
	struct slot_key keys[8];
	struct command c = {.kind = COMMAND_ADDRESSES, .home = home_of(w, i)->number};
	int64_t from = w->enrolled_to[i] > w->market->admit_slot ? w->enrolled_to[i]
								 : w->market->admit_slot;

	if (from > w->market->admit_slot + 40)
		return;
	for (int k = 0; k < 8; k++) {
		keys[k].slot = from + k;
		draw_key(w, &keys[k].key, &keys[k].address);
	}
	c.u.addresses.keys = keys;
	c.u.addresses.count = 8;
	if (send(w, &c) == VERDICT_OK)
		w->enrolled_to[i] = from + 8;
}

static void read_meter(struct world *w, int64_t i)
{
	struct command c = {.kind = COMMAND_READING, .home = home_of(w, i)->number};
	struct reading *r = &c.u.reading.reading;
	struct registers next = w->meters[i];
	int64_t pv = below(w, 1200), load = below(w, 1200), battery = below(w, 600);
	bool charges = below(w, 2);
	int64_t net = load - pv + (charges ? battery : -battery);

	memcpy(c.u.reading.meter_serial, home_of(w, i)->terms.meter_serial, METER_TEXT_MAX);
	r->slot = ledger_slot(&w->market->ledger) - 1;
	r->taken_ms = params_slot_start_ms(&w->params, r->slot + 1);
	next.wh[REGISTER_PV] += pv;
	next.wh[charges ? REGISTER_CHARGE : REGISTER_DISCHARGE] += battery;
	next.wh[net > 0 ? REGISTER_IMPORT : REGISTER_EXPORT] += net > 0 ? net : -net;
	r->registers = next;
	if (send(w, &c) == VERDICT_OK)
		w->meters[i] = next;
}

static const struct account *some_address(struct world *w, const struct home *h)
{
	if (h->account_count == 0)
		return NULL;
	return account_get(&w->market->ledger.accounts, h->accounts[below(w, h->account_count)]);
}

static int true_cpf(struct world *w, const struct home *h)
{
	if (!h->meter.has_delta || below(w, 8) == 0)
		return (int)below(w, 100) + 1;
	return cpf_hundredths(
		meter_production_wh(&h->meter.delta), meter_consumption_wh(&h->meter.delta));
}

static void bid(struct world *w, int64_t i)
{
	const struct home *h = home_of(w, i);
	const struct account *a = some_address(w, h);
	struct command c = {.kind = COMMAND_TX, .home = h->number};
	struct tx *tx = &c.u.tx;
	const struct auctions *t = &w->market->ledger.auctions;

	if (!a || t->auction_top == 0)
		return;
	draw_id(w, tx->id);
	tx->kind = TX_BID_OFFER;
	tx->address = a->address;
	tx->u.bid.side = (enum side)(1 + below(w, 2));
	tx->u.bid.quantity_wh = 1 + below(w, 900);
	tx->u.bid.price_mc_per_kwh = below(w, 20000);
	tx->u.bid.request = (struct contract_request){.rule = (enum rule)below(w, 4),
		.book = (enum book_kind)below(w, 3),
		.gate_ms = CONTRACT_UNSET,
		.slot = CONTRACT_UNSET,
		.penalty_mc_per_kwh = below(w, 3000),
		.min_quantity_wh = below(w, 3) ? CONTRACT_UNSET : below(w, 900),
		.limit_inclusive = CONTRACT_UNSET};
	if (below(w, 12)) {
		const struct auction *answered = &t->auctions[below(w, t->auction_top)];
		tx->u.bid.auction = answered->seq;
		tx->u.bid.all_or_nothing = below(w, 6) == 0;
		tx->u.bid.side = answered->contract.side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
		for (uint32_t k = 0; k < h->account_count; k++) {
			a = account_get(&w->market->ledger.accounts, h->accounts[k]);
			if (a->slot == answered->contract.slot)
				tx->address = a->address;
		}
	}
	if (below(w, 3) == 0)
		tx->cpf_hundredths = true_cpf(w, h);
	(void)send(w, &c);
}

static void open_auction(struct world *w)
{
	const struct home *h = home_find(&w->market->homes, "aggregator");
	struct command c = {.kind = COMMAND_TX, .home = h->number};
	struct tx *tx = &c.u.tx;
	int64_t slot = ledger_slot(&w->market->ledger) + below(w, 4);
	bool half = slot == ledger_slot(&w->market->ledger);

	draw_id(w, tx->id);
	tx->kind = TX_BID_OFFER;
	tx->address = w->params.roles[0].address;
	tx->u.bid.side = (enum side)(1 + below(w, 2));
	tx->u.bid.quantity_wh = 1 + below(w, 4000);
	tx->u.bid.price_mc_per_kwh = tx->u.bid.side == SIDE_BUY ? below(w, 20000) : below(w, 8000);
	tx->u.bid.request = (struct contract_request){.rule = (enum rule)below(w, 4),
		.book = (enum book_kind)below(w, 3),
		.measure = half ? MEASURE_BEFORE_AFTER : (enum measure)0,
		.gate_ms = half || below(w, 4) ? CONTRACT_UNSET
					       : params_slot_start_ms(&w->params, slot) -
							 below(w, 3) * w->params.slot_s * 1000,
		.slot = slot,
		.penalty_mc_per_kwh = below(w, 2) ? CONTRACT_UNSET : below(w, 5000),
		.min_quantity_wh = CONTRACT_UNSET,
		.limit_inclusive = below(w, 2) ? CONTRACT_UNSET : 0};
	(void)send(w, &c);
}

static void cancel(struct world *w, int64_t i)
{
	const struct home *h = home_of(w, i);
	const struct account *a = some_address(w, h);
	struct command c = {.kind = COMMAND_TX, .home = h->number};

	if (!a)
		return;
	draw_id(w, c.u.tx.id);
	c.u.tx.kind = TX_CANCEL;
	c.u.tx.address = a->address;
	c.u.tx.u.cancel.order = w->market->next_seq - 1 - (uint64_t)below(w, 12);
	(void)send(w, &c);
}

static void announce_or_seal(struct world *w, int64_t i)
{
	const struct home *h = home_of(w, i);
	const struct ledger *l = &w->market->ledger;
	const struct account *a = some_address(w, h);
	struct command c = {.kind = COMMAND_TX, .home = h->number};

	if (!a)
		return;
	draw_id(w, c.u.tx.id);
	c.u.tx.kind = TX_CPF;
	c.u.tx.address = account_get(&l->accounts, h->accounts[0])->address;
	for (uint32_t k = 0; k < h->account_count; k++) {
		a = account_get(&l->accounts, h->accounts[k]);
		if (a->slot == ledger_slot(l))
			c.u.tx.address = a->address;
	}
	c.u.tx.cpf_hundredths = true_cpf(w, h);
	if (l->ranked_count > 0 && below(w, 2)) {
		const struct validator *v = &l->ranked[below(w, l->ranked_count)];
		const struct home *owner = market_owner(w->market, v->account);
		c.home = owner ? owner->number : h->number;
		c.u.tx.kind = TX_SEAL;
		c.u.tx.cpf_hundredths = 0;
		c.u.tx.address = v->address;
		c.u.tx.u.seal.height = l->height - 1;
		memcpy(c.u.tx.u.seal.header_hash, l->last_hash, HASH_LEN);
	}
	(void)send(w, &c);
}

/* A role pays for imbalance: with less it would never have what can be withdrawn. */
enum { ROLE_UC = 2000000000 };

/* Money comes in and goes out, of homes and of the role, about as much as could be withdrawn. */
static void move_money(struct world *w, int64_t i)
{
	const struct home *h =
		below(w, 6) ? home_of(w, i) : home_find(&w->market->homes, "aggregator");
	int64_t most_uc = market_withdrawable_uc(w->market, h);
	struct command c = {.kind = below(w, 3) ? COMMAND_WITHDRAW : COMMAND_DEPOSIT, .home = 0};

	memcpy(c.u.money.client_id, h->terms.client_id, CLIENT_ID_MAX);
	c.u.money.amount_uc = most_uc + 1 - below(w, 3);
	if (c.kind == COMMAND_DEPOSIT)
		c.u.money.amount_uc = 1 + below(w, h->kind == CLIENT_ROLE ? ROLE_UC : 30000000);
	else if (below(w, 3) && most_uc > 1)
		c.u.money.amount_uc = 1 + below(w, most_uc);
	(void)send(w, &c);
}

/* Other parameters from a slot soon; now and then the slot has passed, or there is no room. */
static void change_params(struct world *w)
{
	static const struct {
		enum param param;
		int64_t low, high;
	} may[] = {{PARAM_APPROVAL_LEAD_S, 1, 1800},
		{PARAM_APPROVAL_SILENCE, SILENCE_REFUSES, SILENCE_APPROVES},
		{PARAM_BOOK, BOOK_SEALED, BOOK_OPEN}, {PARAM_BOUNDARY_S, 1, 60},
		{PARAM_DATE_WINDOW_S, 30, 120}, {PARAM_FEE_BUYER_MC_PER_KWH, 0, 400},
		{PARAM_FEE_SELLER_MC_PER_KWH, 0, 9000}, {PARAM_IMBALANCE_LONG_MC_PER_KWH, 0, 3000},
		{PARAM_IMBALANCE_SHORT_MC_PER_KWH, 0, 30000}, {PARAM_GATE_LEAD_S, 100, 1200},
		{PARAM_GATE_LEAD_MIN_S, 10, 100}, {PARAM_LIMIT_INCLUSIVE, 0, 1},
		{PARAM_PENALTY_MC_PER_KWH, 0, 5000}, {PARAM_POE_FLOOR_W, 0, 200},
		{PARAM_REWARD_UC, 0, 20000000}, {PARAM_RULE, RULE_PAY_AS_BID, RULE_VICKREY},
		{PARAM_SEAL_WAIT_S, 10, 200}};
	struct command c = {.kind = COMMAND_PARAMS, .home = 0};

	c.u.params.from_slot = ledger_slot(&w->market->ledger) + below(w, 6);
	for (size_t i = 0; i < sizeof may / sizeof *may; i++) {
		if (below(w, 3))
			continue;
		c.u.params.given |= 1U << may[i].param;
		c.u.params.value[may[i].param] =
			may[i].low + below(w, may[i].high - may[i].low + 1);
	}
	if (below(w, 2)) {
		c.u.params.credit_count = 1;
		memcpy(c.u.params.credit[0].role, "aggregator", sizeof "aggregator");
		c.u.params.credit[0].limit_uc = below(w, 100000000000);
	}
	(void)send(w, &c);
}

/* Other ratings; or another meter, which begins at zero and whose key may come later. */
static void change_home(struct world *w, int64_t i)
{
	struct command c = {.kind = COMMAND_HOME_CHANGE, .home = 0};
	struct home_change *change = &c.u.home_change;
	static unsigned meters;

	memcpy(change->client_id, home_of(w, i)->terms.client_id, CLIENT_ID_MAX);
	change->ratings =
		(struct ratings){.pv_w = below(w, 2) ? 4000 + below(w, 4000) : RATING_STAYS,
			.battery_w = below(w, 2) ? 1000 + below(w, 5000) : RATING_STAYS,
			.fuse_w = RATING_STAYS};
	change->new_meter = below(w, 3) == 0;
	(void)snprintf(change->meter_type, sizeof change->meter_type, "other");
	(void)snprintf(change->meter_serial, sizeof change->meter_serial, "M%u", ++meters);
	memset(change->code_hash, 1, HASH_LEN);
	if (send(w, &c) == VERDICT_OK && change->new_meter)
		w->meters[i] = (struct registers){{0}};
}

/* A home in another mode, soon. */
static void change_mode(struct world *w, int64_t i)
{
	struct command c = {.kind = COMMAND_PREFERENCE, .home = home_of(w, i)->number};

	c.u.preference.from_slot = ledger_slot(&w->market->ledger) + below(w, 4);
	c.u.preference.mode = (enum mode)(MODE_TE + below(w, 3));
	(void)send(w, &c);
}

static void bring_meter_key(struct world *w, int64_t i)
{
	const struct home *h = home_of(w, i);
	struct command c = {.kind = COMMAND_REGISTER, .home = h->number};
	struct address unused;

	c.u.registration.mode = home_mode_at(&h->modes, 0);
	c.u.registration.ems = h->ems;
	draw_key(w, &c.u.registration.meter.key, &unused);
	memset(c.u.registration.code_hash, 1, HASH_LEN);
	if (send(w, &c) == VERDICT_OK)
		w->new_meters++;
}

static void one_step(struct world *w)
{
	int64_t i = below(w, HOMES);

	if (below(w, 12) == 0)
		network_step(w);
	if (below(w, 5) == 0)
		service_step(w);
	switch (below(w, 18)) {
	case 0:
		open_auction(w);
		break;
	case 1:
		enrol_addresses(w, i);
		break;
	case 2:
	case 3:
	case 4:
		read_meter(w, i);
		break;
	case 5:
		cancel(w, i);
		break;
	case 6:
	case 7:
		announce_or_seal(w, i);
		break;
	case 8:
		move_money(w, i);
		if (below(w, 8) == 0)
			change_params(w);
		break;
	case 9:
		if (below(w, 8) == 0)
			change_home(w, i);
		if (below(w, 8) == 0)
			change_mode(w, i);
		bring_meter_key(w, i);
		break;
	default:
		bid(w, i);
	}
}

static void a_replica_reaches_every_header(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct enrolled_key key = {.alg = 2, .key = {.len = 32}};
	uint8_t zero[HASH_LEN] = {0};
	const char *field = NULL;
	int64_t slots = getenv("LEM_SLOTS") ? strtoll(getenv("LEM_SLOTS"), NULL, 10) : 200;

	(void)state;
	w->random =
		getenv("LEM_SEED") ? strtoull(getenv("LEM_SEED"), NULL, 10) : (uint64_t)time(NULL);
	print_message("LEM_SEED=%llu\n", (unsigned long long)w->random);
	make_params(&w->params, w);
	assert_int_equal(params_check(&w->params, &field), VERDICT_OK);
	w->cleared = check_within_limits;
	w->market = calloc(1, sizeof *w->market);
	w->replica = calloc(1, sizeof *w->replica);
	market_init(w->market, &w->params, digest_sha256, &key, 1, zero, zero);
	ledger_init(w->replica, &w->params, digest_sha256, zero, zero);
	w->now_ms = w->params.start_ms - 100000;
	enrol(w);
	for (int64_t i = 0; i < HOMES; i++)
		enrol_addresses(w, i);
	while (w->now_ms < w->params.start_ms + slots * 900000) {
		one_step(w);
		check_tso_hold(w);
		/* Now and then the market is away for a while. */
		w->now_ms += below(w, 2000) ? below(w, STEP_MS) : below(w, 4000000);
	}
	print_message(
		"blocks %llu, accepted %llu (%llu shut), refused %llu, awards %llu, lost %llu, "
		"void %llu, deliveries %llu, seals %llu, payments %llu, penalties %llu, "
		"rewards %llu, withdrawals %llu, changes %llu, new meters %llu, fees %llu, "
		"imbalances %llu, limits %llu, answers %llu, cut %llu, within limits %llu, "
		"tariffs %llu, activations answered %llu and paid %llu\n",
		(unsigned long long)w->blocks, (unsigned long long)w->accepted,
		(unsigned long long)w->shut, (unsigned long long)w->refused,
		(unsigned long long)w->awards, (unsigned long long)w->lost,
		(unsigned long long)w->voided, (unsigned long long)w->deliveries,
		(unsigned long long)w->sealed, (unsigned long long)w->payments,
		(unsigned long long)w->penalties, (unsigned long long)w->rewards,
		(unsigned long long)w->withdrawals, (unsigned long long)w->changes,
		(unsigned long long)w->new_meters, (unsigned long long)w->fees,
		(unsigned long long)w->imbalances, (unsigned long long)w->limited,
		(unsigned long long)w->answered, (unsigned long long)w->cut,
		(unsigned long long)w->within, (unsigned long long)w->tariffs,
		(unsigned long long)w->regulated, (unsigned long long)w->regulations);
	assert_true(w->awards > 0 && w->deliveries > 0 && w->deliveries <= w->awards);
	assert_true(w->payments > 0 && w->penalties > 0 && w->rewards > 0 && w->sealed > 0);
	assert_true(w->shut > 0 && w->lost > 0 && w->withdrawals > 0);
	assert_true(w->role_withdrawals > 0 && w->fees > 0 && w->imbalances > 0);
	assert_true(w->changes > 0 && w->new_meters > 0);
	assert_true(w->tariffs > 0 && w->regulated > 0);
	assert_true(w->limited > 0 && w->answered > 0 && w->cut > 0 && w->within > 0);
	assert_memory_not_equal(w->header.rules_hash, zero, HASH_LEN); /* one came into force */
	free(w->market);
	free(w->replica);
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_replica_reaches_every_header)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
