/* tariff: what energy costs outside the market in slots to come, announced by the aggregator: the
 * homes' retail prices, and the wholesale price if there is one. A transaction, so that homes can
 * plan with it and everyone can follow what the aggregator offers. Of several for one slot the last
 * counts; none can be made for a slot that has begun. A slot without one has the retail prices of
 * the market's parameters. */
#ifndef LEM_CORE_TARIFF_H
#define LEM_CORE_TARIFF_H
#include <stdbool.h>
#include <stdint.h>
#include "core/schedule.h"
#include "core/verdict.h"
#include "core/xfer.h"

enum {
	TARIFFS_MAX = 64, /* kept: those that count for a slot, and those of the open block */
	TARIFF_NONE = -1, /* in place of a wholesale price: there is none */
};

/* The prices of some slots in a row, as a message says them; in mc/kWh, 0..PRICE_MC_MAX. */
struct tariff_window {
	int64_t first_slot;
	uint32_t count;              /* 1..SCHEDULE_SLOTS_MAX */
	const int32_t *export_mc;    /* borrowed, like the others */
	const int32_t *import_mc;    /* at least the export price */
	const int32_t *wholesale_mc; /* NULL: there is none */
};

/* What energy costs in one slot, in mc/kWh. */
struct tariff_prices {
	int32_t export_mc, import_mc;
	int32_t wholesale_mc; /* or TARIFF_NONE */
};

/* A tariff as it is kept. */
struct tariff {
	uint64_t seq; /* of its transaction */
	int64_t first_slot;
	uint32_t count;
	struct tariff_prices prices[SCHEDULE_SLOTS_MAX];
};

/* Those that may still count, ascending by sequence. */
struct tariffs {
	uint32_t count;
	struct tariff rows[TARIFFS_MAX];
};

struct ledger;
struct tx;

/* Judge a TX_TARIFF whose place is right. NOT_ADMITTED, NOT_ALLOWED: the address is not the
 * aggregator's; HORIZON: a slot has begun, or ends too far ahead; OUT_OF_RANGE: a price; BAD_TERMS:
 * an export price above the import price; TOO_MANY: no room for one more. *field is the member's
 * name. */
enum verdict tariff_check(const struct ledger *ledger, const struct tx *tx, const char **field);

/* Add one that tariff_check() lets in; returns it. */
const struct tariff *tariff_add(struct ledger *ledger, const struct tx *tx);

/* What energy costs in a slot: by the last tariff that has it, else by the parameters in force. */
struct tariff_prices tariff_of_slot(const struct ledger *ledger, int64_t slot);

/* A block has been opened: forget those that count for none of the slots that are not settled. */
void tariffs_advance(struct ledger *ledger);

/* Through a snapshot. */
void tariffs_xfer(struct xfer *x, struct tariffs *tariffs);

#endif
