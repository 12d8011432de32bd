/* trader_shell: a trader with a shell that only writes down what it is asked for. */
#ifndef LEM_TESTS_TRADER_SHELL_H
#define LEM_TESTS_TRADER_SHELL_H
#include <stdio.h>
#include <string.h>
#include "hem-client/ems/trader.h"

enum { SLOT_MS = 900000, MARKS_MAX = 64 };

/* What the trader has asked for, one letter each, and the last of each kind. */
struct shell {
	char marks[MARKS_MAX + 1];
	size_t count;
	unsigned ids;
	int64_t enrol_first;
	int enrol_count;
	int64_t read_slot;
	bool read_fails;
	int quarter; /* the last that was read */
	bool quarter_fails;
	struct trader_quarter first;
	int cpf;
	double soc;
	struct plan_idle idle;
	int64_t export_wh;
	int announced;
	int64_t announced_slot;
	struct trader_answer answer;
	uint64_t sealed;
	int64_t no_address; /* a slot without one */
	uint32_t random;
	char req_id[REQ_ID_MAX + 1];
};

static const struct params as_begun = {.slot_s = 900,
	.measure = MEASURE_STORAGE,
	.book = BOOK_SEALED,
	.start_ms = 0,
	.rate = 1,
	.horizon_slots = 4,
	.seal_wait_s = 60,
	.gate_lead_s = 300,
	.import_mc_per_kwh = 22000,
	.export_mc_per_kwh = 5000};
static struct params params; /* in force */
static const struct battery battery = {.capacity_wh = 10000,
	.soc_min = 0.1,
	.soc_max = 0.9,
	.eta_charge = 1,
	.eta_discharge = 1,
	.power_charge_max_w = 5000,
	.power_discharge_max_w = 5000,
	.lifetime_wh = 1e6};
static struct shell shell;
static struct trader trader;
static struct plan plan;
static struct tcr_view seen; /* by the strategy */

static bool mark(char c, char *req_id)
{
	assert_true(shell.count < MARKS_MAX);
	shell.marks[shell.count++] = c;
	shell.marks[shell.count] = '\0';
	if (req_id) {
		snprintf(req_id, REQ_ID_MAX + 1, "request-%u", ++shell.ids);
		memcpy(shell.req_id, req_id, sizeof shell.req_id);
	}
	return true;
}

static bool enrol(void *context, int64_t first, int count, char req_id[REQ_ID_MAX + 1])
{
	(void)context;
	shell.enrol_first = first;
	shell.enrol_count = count;
	return mark('E', req_id);
}

static bool read_device(void *context, int64_t slot, struct trader_reading *ret)
{
	(void)context;
	if (shell.read_fails)
		return false;
	shell.read_slot = slot;
	*ret = (struct trader_reading){.cpf_hundredths = shell.cpf,
		.export_wh = shell.export_wh,
		.soc = shell.soc,
		.idle = shell.idle};
	return mark('R', NULL);
}

static bool read_quarter(void *context, int64_t slot, int quarter, struct trader_quarter *ret)
{
	(void)context;
	(void)slot;
	if (shell.quarter_fails)
		return false;
	shell.quarter = quarter;
	*ret = shell.first;
	return mark('Q', NULL);
}

static bool has_address(void *context, int64_t slot)
{
	(void)context;
	return slot != shell.no_address;
}

static bool announce(void *context, int64_t slot, int cpf, char req_id[REQ_ID_MAX + 1])
{
	(void)context;
	shell.announced = cpf;
	shell.announced_slot = slot;
	return mark('C', req_id);
}

static bool answer(void *context, const struct trader_answer *a, char req_id[REQ_ID_MAX + 1])
{
	(void)context;
	shell.answer = *a;
	return mark('A', req_id);
}

static bool seal(void *context, const struct address *address, uint64_t height,
	const uint8_t header_hash[HASH_LEN])
{
	(void)context;
	(void)address;
	(void)header_hash;
	shell.sealed = height;
	return mark('S', NULL);
}

static uint32_t draw_random(void *context)
{
	(void)context;
	return shell.random;
}

/* A strategy that always takes 100 Wh at 5000 mc/kWh. */
static void quote(const void *self, const struct tcr_view *view, struct tcr_quote *ret)
{
	(void)self;
	seen = *view;
	*ret = (struct tcr_quote){
		.trades = true, .side = view->side, .quantity_wh = 100, .price_mc_per_kwh = 5000};
}

/* 22 cents and what the parameters say, but 40 in the fourth hour, and 12 for exports in the sixth.
 */
static struct retail_prices prices(const void *self, int64_t start_s)
{
	(void)self;
	return (struct retail_prices){start_s / 3600 == 3 ? 40000 : 22000,
		start_s / 3600 == 5 ? 12000 : params.export_mc_per_kwh};
}

static const struct retail_tariff tariff = {NULL, prices};
static struct past past; /* what the trader's shell knows of the home */

static const struct tcr_strategy strategy = {.name = "test", .quote = quote};

static struct home_modes modes;

static void begin(enum mode mode)
{
	struct trader_config c = {.params = &params,
		.battery = &battery,
		.tariff = &tariff,
		.past = &past,
		.strategy = &strategy,
		.modes = &modes,
		.surplus_min_wh = 200,
		.surplus_margin_mc_per_kwh = 1000};
	struct trader_ops ops = {.enrol = enrol,
		.read = read_device,
		.quarter = read_quarter,
		.has_address = has_address,
		.announce = announce,
		.answer = answer,
		.seal = seal,
		.random = draw_random};

	memset(&shell, 0, sizeof shell);
	shell.cpf = 90;
	shell.soc = 0.5;
	shell.no_address = -1;
	params = as_begun;
	home_modes_init(&modes, mode);
	past_init(&past, params.slot_s);
	trader_init(&trader, &c, &ops, 1000); /* keys enough, if a test does not say otherwise */
	plan_init(&plan, 0);
}

static int64_t step(int64_t now_ms)
{
	return trader_step(&trader, &plan, now_ms);
}

static int setup(void **state)
{
	(void)state;
	begin(MODE_BOTH);
	return 0;
}

static struct contract contract(int64_t gate_ms, int64_t slot)
{
	return (struct contract){.side = SIDE_BUY,
		.measure = MEASURE_STORAGE,
		.book = BOOK_SEALED,
		.quantity_wh = 5000,
		.limit_mc_per_kwh = 18000,
		.gate_ms = gate_ms,
		.slot = slot};
}

static void open_auction(uint64_t id, int64_t gate_ms, int64_t slot, int64_t now_ms)
{
	struct contract c = contract(gate_ms, slot);

	trader_auction_opened(&trader, id, &c, false, now_ms);
}

#endif
