/* params_schedule: changes of the market's parameters that the ledger holds for slots to come.
 * Every replica has them by executing the ledger, and takes each over as the block of its slot
 * opens. */
#ifndef LEM_CORE_PARAMS_SCHEDULE_H
#define LEM_CORE_PARAMS_SCHEDULE_H
#include <stdint.h>
#include "core/hash.h"
#include "core/params.h"
#include "core/verdict.h"
#include "core/xfer.h"

enum {
	PARAMS_SCHEDULED_MAX = 4,       /* changes waiting at one time */
	PARAMS_AHEAD_SLOTS_MAX = 40000, /* a year of quarter hours, and some */
};

/* One change to come: the whole set, and the hash of the rules that it makes. */
struct scheduled_params {
	int64_t from_slot;
	struct params params;
	uint8_t rules_hash[HASH_LEN];
};

/* What waits, ascending by slot. */
struct params_schedule {
	struct scheduled_params sets[PARAMS_SCHEDULED_MAX];
	uint32_t count;
	/* The widest date window of all sets that the ledger has ever had, these included. Late
	 * messages are judged by it, and transaction ids remembered for two of it, so that no
	 * change of the window lets a message in twice (invariant D3). */
	int64_t widest_window_s;
	/* That of all sets that have been in force: what was taken in before now was taken in under
	 * it, and ids are remembered for two of it at least. A wider one waits accordingly. */
	int64_t widest_in_force_s;
};

struct ledger;
struct tx;

/* The set that counts in a slot from the open one on, as far as the ledger knows by now. A change
 * is one of that which counts in the slot before its own. */
const struct params *params_schedule_at(const struct ledger *ledger, int64_t slot);

/*
 * Judge a TX_PARAMS whose place is right. OUT_OF_RANGE: from_slot is not after the open slot, or
 * more than PARAMS_AHEAD_SLOTS_MAX ahead of it; a date window wider than all in force so far begins
 * earlier than the ledger remembers transaction ids; a parameter is beyond its bounds. TOO_MANY: no
 * room for one more. BAD_TERMS: a parameter that is fixed changes, or two contradict each other.
 * *field is its name.
 */
enum verdict params_schedule_check(
	const struct ledger *ledger, const struct tx *tx, const char **field);

/* Add the set of a transaction that params_schedule_check() lets in, in place of those that wait
 * for its slot or a later one. */
void params_schedule_add(struct ledger *ledger, const struct tx *tx);

/* A block has been opened: what counts from its slot on is now in force. */
void params_schedule_advance(struct ledger *ledger);

/* The sets in force and waiting, through a snapshot. */
void params_schedule_xfer(struct xfer *x, struct ledger *ledger);

#endif
