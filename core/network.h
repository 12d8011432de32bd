/* network: what the operators of the grid allow the community's net to be (paper, V-C). A market is
 * one feeder: the distribution system operator (role `dso`) limits its net, the transmission system
 * operator (role `tso`) constrains the same net, and the tighter of both holds. A limit is a
 * transaction, so that everyone knows it; of several of a role for one slot the last counts, for
 * what is cleared from then on. What has been awarded stays. */
#ifndef LEM_CORE_NETWORK_H
#define LEM_CORE_NETWORK_H
#include <stdbool.h>
#include <stdint.h>
#include "core/book.h"
#include "core/network_role.h"
#include "core/schedule.h"
#include "core/verdict.h"
#include "core/xfer.h"

enum {
	NETWORK_SLOTS = 4096,                       /* kept of each role: the open one and on */
	NETWORK_LIMIT_WH_MAX = SCHEDULE_NET_WH_MAX, /* of a slot: as good as no limit */
};
_Static_assert(SCHEDULE_AHEAD_S / 60 + 2 <= NETWORK_SLOTS, "two days of the shortest slots");

/* What the net of some slots in a row may be at most, as a message says it. */
struct limits_window {
	int64_t first_slot;
	uint32_t count;           /* 1..SCHEDULE_SLOTS_MAX */
	const int32_t *export_wh; /* export less import, 0..NETWORK_LIMIT_WH_MAX; borrowed */
	const int32_t *import_wh; /* import less export, likewise */
};

/* A limit as it is kept. */
struct net_limit {
	int64_t slot;
	uint64_t seq; /* of its transaction; 0: no limit stands here */
	int32_t export_wh, import_wh;
};

/* Those of slots to come, by role and by slot modulo NETWORK_SLOTS. */
struct network {
	struct net_limit limits[NETWORK_ROLES][NETWORK_SLOTS];
};

/* How far awards of a slot may still move the community's net one way. */
struct network_room {
	int64_t wh;           /* INT64_MAX: no limit has been posted */
	enum network_role by; /* whose limit it is; the DSO's if both are alike */
	bool scheduled;       /* false: no schedule counts, so there is no room at all */
};

struct ledger;
struct tx;

/* Judge a TX_LIMITS whose place is right. NOT_ADMITTED, NOT_ALLOWED: the address is no network
 * operator's; HORIZON: a slot has begun, or ends too far ahead; OUT_OF_RANGE: a limit. *field is
 * the member's name. */
enum verdict network_check(const struct ledger *ledger, const struct tx *tx, const char **field);

/* Add what network_check() lets in. */
void network_add(struct ledger *ledger, const struct tx *tx);

/* A role's limit of a slot; NULL: it has posted none. */
const struct net_limit *network_limit(
	const struct network *network, enum network_role role, int64_t slot);

/*
 * What is left at market time now_ms for answers to auctions of a slot whose opener, a role or a
 * home, does `side`: answers that sell (side SIDE_BUY) lower the net, answers that buy raise it.
 * From the net of the schedule that counts to the limit, less all that has been awarded the same
 * way; what was awarded the other way makes no room, for it may not be delivered. Of auctions that
 * homes have opened all together not more than half of what there is from the net to the limit,
 * rounded down. Never below 0.
 */
struct network_room network_room(
	const struct ledger *ledger, int64_t slot, enum side side, bool by_role, int64_t now_ms);

/* A block has been opened: forget the limits of slots that are over. */
void network_advance(struct ledger *ledger);

/* Limits kept from the open slot on, through a snapshot. */
void network_xfer(struct xfer *x, struct network *network, int64_t open_slot);

#endif
