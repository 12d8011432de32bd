/* contract: the terms of one auction, fixed in the ledger when it is opened. */
#ifndef LEM_CORE_CONTRACT_H
#define LEM_CORE_CONTRACT_H
#include <stdbool.h>
#include <stdint.h>
#include "core/book.h"
#include "core/params.h"
#include "core/verdict.h"

/* What says what an answering order delivered. EXPORT fits answers that sell, IMPORT answers that
 * buy; STORAGE is the battery's register of either direction, BASELINE how far the home's net is
 * below (answers that sell) or above its scheduled one. All these are of the whole delivery slot.
 * BEFORE_AFTER is of the second half of the slot that is running: how far the home's net lies below
 * or above what its first quarter would come to (core/quarters.h). */
enum measure {
	MEASURE_STORAGE = 1,
	MEASURE_EXPORT = 2,
	MEASURE_IMPORT = 3,
	MEASURE_BASELINE = 4,
	MEASURE_BEFORE_AFTER = 5,
};

/* Sealed: answers enter the ledger in the block in which the gate closes. Open: at once. */
enum book_kind { BOOK_SEALED = 1, BOOK_OPEN = 2 };

/* Terms as asked for. A member that is CONTRACT_UNSET (the enums: 0) takes the market's default. */
enum { CONTRACT_UNSET = -1 };
struct contract_request {
	enum rule rule;
	enum measure measure;
	enum book_kind book;
	int64_t gate_ms;            /* market time */
	int64_t slot;               /* delivery slot: roles only; a home's is its address's */
	int64_t penalty_mc_per_kwh; /* for each Wh awarded and not delivered */
	int64_t min_quantity_wh;
	int limit_inclusive; /* 0, 1 or CONTRACT_UNSET */
	uint64_t activation; /* that it answers (core/activation.h); 0: none */
};

/* What homes pay to the aggregator on each kWh delivered, by the parameters at the opening; roles
 * pay none. */
struct fees {
	int64_t buyer_mc_per_kwh, seller_mc_per_kwh;
};

/* Terms in force. */
struct contract {
	enum side side; /* what the opener does */
	enum rule rule;
	enum measure measure;
	enum book_kind book;
	int64_t quantity_wh;
	int64_t limit_mc_per_kwh;
	int64_t min_quantity_wh;
	int64_t penalty_mc_per_kwh;
	int64_t gate_ms;
	int64_t slot;
	struct fees fees;
	bool limit_inclusive;
	uint64_t activation; /* or 0 */
};

/* Fills *out from the request, the market's defaults, and the opener's side, quantity and limit.
 * opener_slot is the slot of the opener's address, or CONTRACT_UNSET for a role (whose request
 * must name one). now_ms is market time. On refusal *out is untouched and *field names the member
 * of the message's parameters. A `before-after` contract is of the running slot, opened once its
 * first quarter is over, and its gate closes a 32nd of the slot before the second half at the
 * latest, which is the default, too. Errors: BAD_TERMS (measure does not fit the side; a slot named
 * twice or not at all; minimum above quantity), OUT_OF_RANGE, HORIZON (delivery has begun or is too
 * far), GATE_CLOSED (gate in the past), BAD_TERMS (gate nearer to the delivery than
 * gate_lead_min_s). */
enum verdict contract_resolve(const struct params *params, const struct contract_request *request,
	const struct contract *offer, int64_t opener_slot, int64_t now_ms, struct contract *out,
	const char **field);

/* Market time at which contracts for a slot's second half close their gates at the latest. */
int64_t contract_half_gate_ms(const struct params *params, int64_t slot);

/* Market time at which what the contract is about begins: its slot, or its second half. */
int64_t contract_begins_ms(const struct params *params, const struct contract *contract);

/* The most that an order of the opener's (answers = false) or an answer may come to cost its
 * account in micro-cents: of each Wh a buyer's price and fee, what a seller's fee is above its
 * price, or of an answer the penalty if that is dearer. Exact within the bounds of core/units.h. */
int64_t contract_hold_uc(const struct contract *contract, bool answers, int64_t price_mc_per_kwh,
	int64_t quantity_wh);

/* The most that what was awarded of an answer may come to cost: quantity_wh for amount_uc. */
int64_t contract_award_hold_uc(
	const struct contract *contract, int64_t amount_uc, int64_t quantity_wh);

/* The most that what was cleared may come to cost the opener. */
int64_t contract_cleared_hold_uc(
	const struct contract *contract, int64_t amount_uc, int64_t quantity_wh);

/* Names as in messages: "storage", "export", "import", "baseline", "before-after"; "sealed",
 * "open". NULL / 0 if unknown. */
const char *measure_name(enum measure measure);
enum measure measure_from_name(const char *name);
const char *book_kind_name(enum book_kind kind);
enum book_kind book_kind_from_name(const char *name);

#endif
