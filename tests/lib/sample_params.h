/* sample_params: parameters that params_check() accepts, made-up addresses, and bids, for tests. */
#ifndef LEM_TESTS_SAMPLE_PARAMS_H
#define LEM_TESTS_SAMPLE_PARAMS_H
#include <string.h>
#include "core/contract.h"
#include "core/params.h"
#include "core/tx.h"

#define SAMPLE_START_MS INT64_C(1514764800000) /* 2018-01-01 */

/* A slot of 900 s that starts at SAMPLE_START_MS; one role, if `roles` is 1, without credit. */
static inline struct params sample_params(void)
{
	return (struct params){.slot_s = 900,
		.start_ms = SAMPLE_START_MS,
		.rate = 1,
		.real_start_ms = SAMPLE_START_MS,
		.date_window_s = 120,
		.boundary_s = 30,
		.seal_wait_s = 60,
		.horizon_slots = 4,
		.gate_lead_s = 300,
		.gate_lead_min_s = 60,
		.poe_floor_w = 50,
		.reward_uc = 10000000,
		.penalty_mc_per_kwh = 2000,
		.rule = RULE_PAY_AS_BID,
		.measure = MEASURE_STORAGE,
		.book = BOOK_SEALED,
		.limit_inclusive = true,
		.import_mc_per_kwh = 22000,
		.export_mc_per_kwh = 5000};
}

/* A bid-offer that leaves its auction's contract to the defaults. */
static inline struct tx_bid sample_bid(
	enum side side, int64_t wh, int64_t price_mc, uint64_t auction)
{
	return (struct tx_bid){.side = side,
		.quantity_wh = wh,
		.price_mc_per_kwh = price_mc,
		.auction = auction,
		.request = {.gate_ms = CONTRACT_UNSET,
			.slot = CONTRACT_UNSET,
			.penalty_mc_per_kwh = CONTRACT_UNSET,
			.min_quantity_wh = CONTRACT_UNSET,
			.limit_inclusive = CONTRACT_UNSET}};
}

/* The n-th address in byte order, below 32^6: they differ in their first six characters. */
static inline struct address sample_address(uint32_t n)
{
	static const char digits[] = "234567abcdefghijklmnopqrstuvwxyz";
	struct address a = {.text = "22222222222222222222222222"};

	for (int i = 5; i >= 0; i--, n /= 32)
		a.text[i] = digits[n % 32];
	return a;
}

/* Some key. */
static inline struct address_key sample_key(uint32_t n)
{
	struct address_key key = {.len = ADDRESS_KEY_MAX};

	memcpy(key.bytes + 1, &n, sizeof n);
	key.bytes[0] = 2;
	return key;
}

#endif
