/* activation: regulation that the transmission system operator (role `tso`) asks for (paper, V-C:
 * ancillary services): so much less drawn (up) or more drawn (down) in a slot, at a price. The
 * aggregator answers with an auction among the homes that names it; what that is cleared at is what
 * it can deliver, and what the meters saw of its awards is what is paid for: up, by the TSO to the
 * aggregator, down, by the aggregator to the TSO, at the price asked. What is cleared moves the
 * schedule by which the aggregator's imbalance is measured, so what is missing of it is imbalance.
 */
#ifndef LEM_CORE_ACTIVATION_H
#define LEM_CORE_ACTIVATION_H
#include <stdbool.h>
#include <stdint.h>
#include "core/contract.h"
#include "core/result.h"
#include "core/verdict.h"
#include "core/xfer.h"

enum { ACTIVATIONS_MAX = 64 /* kept: those whose slots are not settled */ };

/* Which way; the numbers are hashed. Up: generation rises or consumption falls. */
enum regulation { REGULATION_UP = 1, REGULATION_DOWN = 2 };

/* What is asked for. */
struct activation_terms {
	int64_t slot; /* of delivery; with the measure `before-after` its second half */
	enum regulation regulation;
	enum measure measure;     /* of a request 0: the market's default */
	int64_t energy_wh;        /* 1..ENERGY_WH_MAX */
	int64_t price_mc_per_kwh; /* 0..PRICE_MC_MAX */
};

/* An activation as it is kept. */
struct activation {
	uint64_t seq; /* of its transaction: its name */
	struct activation_terms terms;
	uint64_t auction; /* that answers it; 0: none yet */
};

/* Those that are not settled, ascending by sequence. */
struct activations {
	uint32_t count;
	struct activation rows[ACTIVATIONS_MAX];
};

struct ledger;
struct tx;

/* "up", "down"; NULL / 0 if unknown. */
const char *regulation_name(enum regulation regulation);
enum regulation regulation_from_name(const char *name);

/* The side of an auction that answers it: up, the aggregator buys. */
enum side activation_side(const struct activation_terms *terms);

/* The market time from which one may be asked for: `before-after`, the end of the slot's first
 * quarter, which nobody may shape who knows what it will be held against; else INT64_MIN. */
int64_t activation_begins_ms(const struct params *params, const struct activation_terms *terms);

/* The market time from which it is too late to ask: `before-after`, three eighths of the slot; else
 * an eighth of a slot before the default gate. */
int64_t activation_deadline_ms(const struct params *params, const struct activation_terms *terms);

/* Judge a TX_ACTIVATE whose place is right. NOT_ADMITTED, NOT_ALLOWED: the address is not the
 * TSO's, or the market has no aggregator; OUT_OF_RANGE: energy, price, or the account (L3);
 * BAD_TERMS: the measure does not fit; HORIZON: a slot that is over or too far ahead,
 * or within one another than the running; ACTIVATION_EARLY, ACTIVATION_LATE; TOO_MANY: no room;
 * FUNDS_TOO_LOW: the TSO's account does not cover energy x price, up. *field is the member's name.
 */
enum verdict activation_check(const struct ledger *ledger, const struct tx *tx, const char **field);

/* Add one that activation_check() lets in, with its hold; returns it. */
const struct activation *activation_add(struct ledger *ledger, const struct tx *tx);

/* The one of that sequence, or NULL. */
const struct activation *activation_find(const struct activations *activations, uint64_t seq);

/* Judge the terms of an auction that answers one; `account` opens it. NOT_ALLOWED: not the
 * aggregator; UNKNOWN_ACTIVATION; ACTIVATION_ANSWERED: another auction stands; BAD_TERMS: slot,
 * side, measure, more energy than asked, or a limit that loses by the price. */
enum verdict activation_answer_check(
	const struct ledger *ledger, uint64_t account, const struct contract *contract);

/* An auction that names an activation (or none) has been opened, or taken back. */
void activation_opened(struct ledger *ledger, const struct auction *auction);
void activation_cancelled(struct ledger *ledger, const struct auction *auction);

/* By how much the cleared answers move the community's net in a slot: up lowers it. */
int64_t activation_shift_wh(const struct ledger *ledger, int64_t slot);

/* Pay for what was delivered in the slot before the open one, and forget its activations. After
 * settle(): what the aggregator pays for `down` it has just been paid by the homes. */
void activations_settle(struct ledger *ledger, const struct result_sink *sink);

/* Through a snapshot; what they hold comes with the accounts. */
void activations_xfer(struct xfer *x, struct activations *activations);

#endif
