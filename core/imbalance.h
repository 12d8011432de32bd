/* imbalance: how far the community left the aggregator's schedule in a slot, settled between the
 * aggregator and the grid. Only the sum of the meters is said, as the operator's attestation: what
 * a single home drew stays private, and so nothing is said of fewer than IMBALANCE_HOMES_MIN homes.
 */
#ifndef LEM_CORE_IMBALANCE_H
#define LEM_CORE_IMBALANCE_H
#include <stdbool.h>
#include <stdint.h>
#include "core/imbalance_prices.h"
#include "core/result.h"
#include "core/verdict.h"
#include "core/xfer.h"

enum {
	IMBALANCE_HOMES_MIN = 5, /* metered: with fewer the sum would tell too much of each */
	IMBALANCE_HOMES_MAX = 1 << 20,
};

/* What the meters saw of a slot, all homes together. */
struct net_metered {
	int64_t slot;
	int64_t net_wh;  /* import less export */
	int64_t homes;   /* metered */
	int64_t missing; /* not metered: as they were scheduled, or not at all */
};

struct ledger;
struct tx;

/* What the ledger has of it. */
struct imbalance {
	struct imbalance_prices set; /* in force in the slot before the open one */
	bool attested;               /* while a block closes, from here */
	int64_t net_wh;
};

/* A block opens, and its parameters are not in force yet: what those before it said of prices is
 * what its imbalance is settled by. */
void imbalance_open(struct ledger *ledger);

/* Whether the slot before the open one is to be settled in this block: it had a price, a schedule
 * of the slot counted as it began, the market was not away, and nothing has been attested yet. */
bool imbalance_due(const struct ledger *ledger);

/* Judge a TX_IMBALANCE whose phase is right. OUT_OF_PHASE: a delivery is still to be attested;
 * BAD_ATTESTATION: none is due, or of another slot; OUT_OF_RANGE: net, homes or missing. *field
 * names it. */
enum verdict imbalance_check(const struct ledger *ledger, const struct tx *tx, const char **field);

/* Note what imbalance_check() lets in. */
void imbalance_apply(struct ledger *ledger, const struct tx *tx);

/* Book what was attested: metered less scheduled above zero is paid for by the aggregator, below
 * zero to it. Nothing is booked that would take either account beyond 10^15 uc of debt (L3). */
void imbalance_settle(struct ledger *ledger, const struct result_sink *sink);

/* The prices of the slot before, through a snapshot. */
void imbalance_xfer(struct xfer *x, struct imbalance *imbalance);

#endif
