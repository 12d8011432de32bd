/* Contracts: each term's default, each refusal from both sides, what an order holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/settlement.h"
#include "core/units.h"
#include "tests/lib/sample_params.h"

enum { SLOT_MS = 900000, NOW_SLOT = 10, SLOT = NOW_SLOT + 2 };

static const struct contract_request unset = {.gate_ms = CONTRACT_UNSET,
	.slot = CONTRACT_UNSET,
	.penalty_mc_per_kwh = CONTRACT_UNSET,
	.min_quantity_wh = CONTRACT_UNSET,
	.limit_inclusive = CONTRACT_UNSET};

static int64_t at(int64_t slot)
{
	return SAMPLE_START_MS + slot * SLOT_MS;
}

static const struct contract buy = {.side = SIDE_BUY, .quantity_wh = 500, .limit_mc_per_kwh = 9000};

static void what_is_left_out_is_the_markets(void **state)
{
	struct params p = sample_params();
	struct contract c;
	const char *field;

	(void)state;
	p.book = BOOK_OPEN;
	p.rule = RULE_VICKREY;
	p.limit_inclusive = false;
	assert_int_equal(
		contract_resolve(&p, &unset, &buy, SLOT, at(NOW_SLOT), &c, &field), VERDICT_OK);
	assert_int_equal(c.side, SIDE_BUY);
	assert_int_equal(c.quantity_wh, 500);
	assert_int_equal(c.limit_mc_per_kwh, 9000);
	assert_int_equal(c.slot, SLOT);
	assert_int_equal(c.rule, RULE_VICKREY);
	assert_int_equal(c.measure, MEASURE_STORAGE);
	assert_int_equal(c.book, BOOK_OPEN);
	assert_true(c.gate_ms == at(SLOT) - 300000);
	assert_int_equal(c.penalty_mc_per_kwh, 2000);
	assert_int_equal(c.min_quantity_wh, 0);
	assert_false(c.limit_inclusive);
}

static void what_is_asked_for_is_taken(void **state)
{
	const struct contract_request all = {.rule = RULE_UNIFORM,
		.measure = MEASURE_EXPORT,
		.book = BOOK_OPEN,
		.gate_ms = at(SLOT) - 60000,
		.slot = SLOT,
		.penalty_mc_per_kwh = 0,
		.min_quantity_wh = 500,
		.limit_inclusive = 0};
	struct params p = sample_params();
	struct contract c;
	const char *field;

	(void)state;
	assert_int_equal(contract_resolve(&p, &all, &buy, CONTRACT_UNSET, at(NOW_SLOT), &c, &field),
		VERDICT_OK);
	assert_int_equal(c.rule, RULE_UNIFORM);
	assert_int_equal(c.measure, MEASURE_EXPORT);
	assert_int_equal(c.book, BOOK_OPEN);
	assert_true(c.gate_ms == at(SLOT) - 60000);
	assert_int_equal(c.slot, SLOT);
	assert_int_equal(c.penalty_mc_per_kwh, 0);
	assert_int_equal(c.min_quantity_wh, 500);
	assert_false(c.limit_inclusive);
}

/* What one case changes; 0 (or UNSET) leaves it. */
struct change {
	enum side side;
	enum measure measure;
	int64_t quantity_wh, limit_mc, penalty_mc, min_wh;
	int64_t slot, opener_slot, gate_ms, now_ms;
};

#define GOOD                                                                                       \
	.side = SIDE_BUY, .quantity_wh = 500, .limit_mc = 9000, .penalty_mc = CONTRACT_UNSET,      \
	.min_wh = CONTRACT_UNSET, .slot = CONTRACT_UNSET, .opener_slot = SLOT,                     \
	.gate_ms = CONTRACT_UNSET, .now_ms = SAMPLE_START_MS + NOW_SLOT * SLOT_MS

#define HALF GOOD, .measure = MEASURE_BEFORE_AFTER, .now_ms = DELIVERY + SLOT_MS / 4
#define HALF_GATE (DELIVERY + SLOT_MS / 2 - SLOT_MS / 32)
#define DELIVERY (SAMPLE_START_MS + SLOT * SLOT_MS)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct {
	struct change c;
	const char *field; /* NULL: accepted */
	enum verdict verdict;
} cases[] = {
	{{GOOD}, NULL, VERDICT_OK},
	/* A home's slot is its address's, a role says it. */
	{{GOOD, .slot = SLOT}, "contract.slot", VERDICT_BAD_TERMS},
	{{GOOD, .opener_slot = CONTRACT_UNSET}, "contract.slot", VERDICT_BAD_TERMS},
	{{GOOD, .opener_slot = CONTRACT_UNSET, .slot = SLOT}, NULL, VERDICT_OK},
	{{GOOD, .quantity_wh = 0}, "bid.energy", VERDICT_OUT_OF_RANGE},
	{{GOOD, .quantity_wh = 1}, NULL, VERDICT_OK},
	{{GOOD, .quantity_wh = ENERGY_WH_MAX}, NULL, VERDICT_OK},
	{{GOOD, .quantity_wh = ENERGY_WH_MAX + 1}, "bid.energy", VERDICT_OUT_OF_RANGE},
	{{GOOD, .limit_mc = 0}, NULL, VERDICT_OK},
	{{GOOD, .limit_mc = -1}, "bid.price", VERDICT_OUT_OF_RANGE},
	{{GOOD, .limit_mc = PRICE_MC_MAX}, NULL, VERDICT_OK},
	{{GOOD, .limit_mc = PRICE_MC_MAX + 1}, "bid.price", VERDICT_OUT_OF_RANGE},
	{{GOOD, .penalty_mc = 0}, NULL, VERDICT_OK},
	{{GOOD, .penalty_mc = -2}, "contract.penalty", VERDICT_OUT_OF_RANGE},
	{{GOOD, .penalty_mc = PRICE_MC_MAX}, NULL, VERDICT_OK},
	{{GOOD, .penalty_mc = PRICE_MC_MAX + 1}, "contract.penalty", VERDICT_OUT_OF_RANGE},
	{{GOOD, .min_wh = 500}, NULL, VERDICT_OK},
	{{GOOD, .min_wh = 501}, "contract.min_quantity", VERDICT_BAD_TERMS},
	{{GOOD, .min_wh = -2}, "contract.min_quantity", VERDICT_BAD_TERMS},
	/* Who sells is measured by export, who buys by import; answers stand opposite. */
	{{GOOD, .measure = MEASURE_EXPORT}, NULL, VERDICT_OK},
	{{GOOD, .measure = MEASURE_IMPORT}, "contract.measure", VERDICT_BAD_TERMS},
	{{GOOD, .side = SIDE_SELL, .measure = MEASURE_IMPORT}, NULL, VERDICT_OK},
	{{GOOD, .side = SIDE_SELL, .measure = MEASURE_EXPORT}, "contract.measure",
		VERDICT_BAD_TERMS},
	/* The delivery has not begun, and is no further than the horizon. */
	{{GOOD, .opener_slot = NOW_SLOT}, "contract.slot", VERDICT_HORIZON},
	{{GOOD, .opener_slot = NOW_SLOT + 1}, NULL, VERDICT_OK},
	{{GOOD, .opener_slot = NOW_SLOT + 4}, NULL, VERDICT_OK},
	{{GOOD, .opener_slot = NOW_SLOT + 5}, "contract.slot", VERDICT_HORIZON},
	/* The gate is yet to come, and no nearer to the delivery than the market wants. */
	{{GOOD, .now_ms = DELIVERY - 300001}, NULL, VERDICT_OK},
	{{GOOD, .now_ms = DELIVERY - 300000}, "contract.gate_close", VERDICT_GATE_CLOSED},
	{{GOOD, .gate_ms = DELIVERY - 60000}, NULL, VERDICT_OK},
	{{GOOD, .gate_ms = DELIVERY - 59999}, "contract.gate_close", VERDICT_BAD_TERMS},
	{{GOOD, .gate_ms = SAMPLE_START_MS + NOW_SLOT * SLOT_MS + 1}, NULL, VERDICT_OK},
	{{GOOD, .gate_ms = SAMPLE_START_MS + NOW_SLOT * SLOT_MS}, "contract.gate_close",
		VERDICT_GATE_CLOSED},
	{{GOOD, .gate_ms = 0}, "contract.gate_close", VERDICT_GATE_CLOSED},
	/* Of the running slot's second half: its first quarter is over, and the gate comes a 32nd
	 * of the slot before that half. */
	{{HALF, .now_ms = DELIVERY + SLOT_MS / 4 - 1}, "contract.measure", VERDICT_BAD_TERMS},
	{{HALF}, NULL, VERDICT_OK},
	{{HALF, .opener_slot = CONTRACT_UNSET, .slot = SLOT}, NULL, VERDICT_OK},
	{{HALF, .opener_slot = SLOT - 1}, "contract.slot", VERDICT_HORIZON},
	{{HALF, .opener_slot = SLOT + 1}, "contract.slot", VERDICT_HORIZON},
	{{HALF, .now_ms = HALF_GATE - 1}, NULL, VERDICT_OK},
	{{HALF, .now_ms = HALF_GATE}, "contract.gate_close", VERDICT_GATE_CLOSED},
	{{HALF, .gate_ms = HALF_GATE - 1}, NULL, VERDICT_OK},
	{{HALF, .gate_ms = HALF_GATE + 1}, "contract.gate_close", VERDICT_BAD_TERMS},
	{{HALF, .side = SIDE_SELL}, NULL, VERDICT_OK},
};
#pragma GCC diagnostic pop

static void each_term_has_its_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct change *c = &cases[i].c;
		struct params p = sample_params();
		struct contract offer = {.side = c->side,
			.quantity_wh = c->quantity_wh,
			.limit_mc_per_kwh = c->limit_mc};
		struct contract_request r = unset;
		struct contract out, before;
		const char *field = NULL;
		enum verdict v;
		r.measure = c->measure;
		r.penalty_mc_per_kwh = c->penalty_mc;
		r.min_quantity_wh = c->min_wh;
		r.slot = c->slot;
		r.gate_ms = c->gate_ms;
		memset(&out, 0x5a, sizeof out);
		before = out;
		v = contract_resolve(&p, &r, &offer, c->opener_slot, c->now_ms, &out, &field);
		if (v != cases[i].verdict)
			fail_msg("case %zu: %s %s", i, verdict_name(v), field);
		if (v == VERDICT_OK)
			continue;
		assert_string_equal(field, cases[i].field);
		assert_memory_equal(&out, &before, sizeof out);
	}
}

static void holds_cover_the_dearest_end(void **state)
{
	static const struct {
		enum side side;
		bool answers;
		int64_t penalty_mc, price_mc, wh, held_uc;
	} holds[] = {
		{SIDE_BUY, false, 2000, 9000, 10, 90000}, /* the opener pays at most its limit */
		{SIDE_SELL, false, 2000, 9000, 10, 0},
		{SIDE_BUY, true, 2000, 9000, 10, 20000}, /* who sells may owe the penalty */
		{SIDE_BUY, true, 0, 9000, 10, 0},
		{SIDE_SELL, true, 2000, 9000, 10, 90000}, /* who buys pays, or owes the penalty */
		{SIDE_SELL, true, 9500, 9000, 10, 95000},
		{SIDE_SELL, true, 9000, 9000, 10, 90000},
		{SIDE_BUY, false, 0, PRICE_MC_MAX, ENERGY_WH_MAX, AMOUNT_UC_MAX},
		{SIDE_SELL, true, PRICE_MC_MAX, 0, ENERGY_WH_MAX, AMOUNT_UC_MAX},
		{SIDE_BUY, false, 0, 0, 0, 0},
	};
	static const struct {
		enum side side;
		bool answers;
		int64_t penalty_mc, price_mc, held_uc; /* of 10 Wh, buyer's fee 300, seller's 200 */
	} with_fees[] = {
		{SIDE_BUY, false, 0, 9000, 93000},
		{SIDE_SELL, false, 0, 9000, 0}, /* the fee is paid out of the price */
		{SIDE_SELL, false, 0, 150, 500},
		{SIDE_BUY, true, 2000, 9000, 20000},
		{SIDE_BUY, true, 30, 150, 500},
		{SIDE_SELL, true, 2000, 1800, 21000},
		{SIDE_SELL, true, 2000, 1700, 20000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof holds / sizeof *holds; i++) {
		struct contract c = {
			.side = holds[i].side, .penalty_mc_per_kwh = holds[i].penalty_mc};
		assert_int_equal(
			contract_hold_uc(&c, holds[i].answers, holds[i].price_mc, holds[i].wh),
			holds[i].held_uc);
	}
	for (size_t i = 0; i < sizeof with_fees / sizeof *with_fees; i++) {
		struct contract c = {.side = with_fees[i].side,
			.fees = {300, 200},
			.penalty_mc_per_kwh = with_fees[i].penalty_mc};
		assert_int_equal(
			contract_hold_uc(&c, with_fees[i].answers, with_fees[i].price_mc, 10),
			with_fees[i].held_uc);
	}
}

static void fees_are_of_the_opening_and_of_homes(void **state)
{
	struct params p = sample_params();
	struct contract_request r = unset;
	struct contract c, sell = buy;
	const char *field;

	(void)state;
	sell.side = SIDE_SELL;
	p.fee_buyer_mc_per_kwh = 300;
	p.fee_seller_mc_per_kwh = 200;
	assert_int_equal(
		contract_resolve(&p, &r, &buy, SLOT, at(NOW_SLOT), &c, &field), VERDICT_OK);
	assert_true(c.fees.buyer_mc_per_kwh == 300 && c.fees.seller_mc_per_kwh == 200);
	r.slot = SLOT; /* a role's */
	assert_int_equal(contract_resolve(&p, &r, &buy, CONTRACT_UNSET, at(NOW_SLOT), &c, &field),
		VERDICT_OK);
	assert_true(c.fees.buyer_mc_per_kwh == 0 && c.fees.seller_mc_per_kwh == 200);
	assert_int_equal(contract_resolve(&p, &r, &sell, CONTRACT_UNSET, at(NOW_SLOT), &c, &field),
		VERDICT_OK);
	assert_true(c.fees.buyer_mc_per_kwh == 300 && c.fees.seller_mc_per_kwh == 0);
}

/* Whatever is delivered of an award, it costs no more than is held: by all that settlement does. */
static void holds_cover_fees_too(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		int64_t n[8], awarded_wh, delivered_wh, amount_uc, cost_uc, payment_uc;
		struct contract c = {.side = i % 2 ? SIDE_BUY : SIDE_SELL};
		for (size_t k = 0; k < 8; k++) {
			seed = seed * 1664525 + 1013904223;
			n[k] = seed >> 20;
		}
		c.penalty_mc_per_kwh = n[0] % 50;
		c.fees = (struct fees){n[1] % 40, n[2] % 40};
		awarded_wh = 1 + n[3] % 30;
		delivered_wh = n[4] % (awarded_wh + 1);
		c.limit_mc_per_kwh = n[5] % 40;
		/* The opener who sells has its limit at least, under VCG more. */
		amount_uc = c.limit_mc_per_kwh * awarded_wh + n[6] % 100;
		payment_uc = settlement_payment_uc(amount_uc, awarded_wh, delivered_wh);
		cost_uc = settlement_penalty_uc(c.penalty_mc_per_kwh, awarded_wh, delivered_wh);
		cost_uc += c.side == SIDE_SELL
				   ? payment_uc + settlement_fee_uc(c.fees.buyer_mc_per_kwh,
							  awarded_wh, delivered_wh)
				   : settlement_fee_uc(
					     c.fees.seller_mc_per_kwh, awarded_wh, delivered_wh) -
					     payment_uc;
		assert_true(cost_uc <= contract_award_hold_uc(&c, amount_uc, awarded_wh));
		cost_uc = c.side == SIDE_BUY
				  ? payment_uc + settlement_fee_uc(c.fees.buyer_mc_per_kwh,
							 awarded_wh, delivered_wh)
				  : settlement_fee_uc(
					    c.fees.seller_mc_per_kwh, awarded_wh, delivered_wh) -
					    payment_uc;
		assert_true(cost_uc <= contract_cleared_hold_uc(&c, amount_uc, awarded_wh));
		/* And what is held falls at the gate, never rises. */
		assert_true(
			contract_cleared_hold_uc(&c, c.limit_mc_per_kwh * awarded_wh, awarded_wh) <=
			contract_hold_uc(&c, false, c.limit_mc_per_kwh, awarded_wh));
		assert_true(
			contract_award_hold_uc(&c, c.limit_mc_per_kwh * awarded_wh, awarded_wh) <=
			contract_hold_uc(&c, true, c.limit_mc_per_kwh, awarded_wh));
	}
}

static void names_go_there_and_back(void **state)
{
	(void)state;
	for (int m = MEASURE_STORAGE; m <= MEASURE_BEFORE_AFTER; m++)
		assert_int_equal(measure_from_name(measure_name((enum measure)m)), m);
	for (int k = BOOK_SEALED; k <= BOOK_OPEN; k++)
		assert_int_equal(book_kind_from_name(book_kind_name((enum book_kind)k)), k);
	assert_string_equal(measure_name(MEASURE_EXPORT), "export");
	assert_string_equal(book_kind_name(BOOK_OPEN), "open");
	assert_null(measure_name((enum measure)6));
	assert_null(book_kind_name((enum book_kind)0));
	assert_int_equal(measure_from_name("exports"), 0);
	assert_int_equal(measure_from_name("expor"), 0);
	assert_int_equal(measure_from_name("Export"), 0);
	assert_int_equal(book_kind_from_name(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_out_is_the_markets),
		cmocka_unit_test(what_is_asked_for_is_taken),
		cmocka_unit_test(each_term_has_its_bounds),
		cmocka_unit_test(holds_cover_the_dearest_end),
		cmocka_unit_test(fees_are_of_the_opening_and_of_homes),
		cmocka_unit_test(holds_cover_fees_too),
		cmocka_unit_test(names_go_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
