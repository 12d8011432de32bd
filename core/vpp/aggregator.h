/* aggregator: what a VPP aggregator buys from and sells to its own prosumers when reality leaves
 * its schedule (paper, V-C): the one in the ledger, or, for a slot that has none, the community's
 * metered net, import less export, of the day before. At the end of a slot's first quarter it sees
 * from the homes' readings where the slot is going, and trades what of that is expected to be there
 * at its end (core/vpp/projection.h) in the slot's second half, by a `before-after` contract.
 * Short, it buys (homes draw less); long, it sells (homes draw more). Pure: the shell brings what
 * was metered and signs what is decided. */
#ifndef LEM_VPP_AGGREGATOR_H
#define LEM_VPP_AGGREGATOR_H
#include "core/activation.h"
#include "core/auction.h"
#include "core/network.h"
#include "core/params.h"
#include "core/vpp/limit_prices.h"

/* What a registered home drew, import less export, in a slot and in the same one the day before. */
struct home_nets {
	uint32_t home;
	bool metered, metered_before;
	int64_t net_wh, net_before_wh; /* within +-10^12; 0 where it was not metered */
};

/* A community's slot. */
struct deviation {
	int64_t slot;
	bool is_scheduled;    /* in the ledger: scheduled_wh is set before homes are added */
	uint32_t homes;       /* that were metered, and without a schedule the day before too */
	int64_t metered_wh;   /* import less export */
	int64_t scheduled_wh; /* or what it was a day before; moved by regulation that was cleared
			       */
	int64_t traded_wh;    /* awarded to the aggregator in that slot: bought less sold */
	int64_t expected_wh;  /* of a projected one: what of it will be there at the end */
};

/* An auction to open. */
struct aggregator_order {
	enum side side;
	int64_t quantity_wh;
	int64_t limit_mc_per_kwh;
	int64_t slot; /* of delivery */
	enum measure measure;
	uint64_t activation; /* that it answers; 0: none, it is for a deviation */
};

/* Slots of one day: 86400 / slot_s, rounded down. */
int64_t aggregator_day_slots(const struct params *params);

/* Add a home. Under a schedule, which is of all homes, one that was not metered is taken to be as
 * the day before; without one it is left out. */
void deviation_add(struct deviation *deviation, const struct home_nets *nets);

/* Set traded_wh from the awards of the aggregator's auctions for deviation->slot but those that
 * answer activations. account: its own. */
void deviation_of_trades(
	struct deviation *deviation, const struct auctions *auctions, uint64_t account);

/* Wh by which the community would have left its schedule without what was traded. */
int64_t deviation_before_wh(const struct deviation *deviation);

/* Wh by which it did leave it. */
int64_t deviation_after_wh(const struct deviation *deviation);

/* The market time at which slot `measured` may be judged: an eighth into the next, when the homes'
 * readings are in. */
int64_t aggregator_due_ms(const struct params *params, int64_t measured);

/* The market time at which a running slot is projected: a sixteenth after its first quarter. */
int64_t aggregator_projects_ms(const struct params *params, int64_t slot);

/* Add a home to a projected slot: what it drew in the first quarter, if that was read (else NULL),
 * counts for all four. nets: of the slot, in which it is not metered yet. */
void deviation_project(
	struct deviation *deviation, const struct home_nets *nets, const int64_t *first_quarter_wh);

/* Whether the account has an auction for that slot that answers no activation, whatever became of
 * it: one need is met once. */
bool aggregator_has_traded(const struct auctions *auctions, uint64_t account, int64_t slot);

/* What to trade of a projected deviation, within those limits; false: nothing, since fewer than
 * homes_min (1 at least) homes were metered, and what is asked for would tell too much of each, it
 * is below 50 Wh for each of them, or the account cannot cover 1 Wh. A purchase is cut to what
 * available_uc covers, either to ENERGY_WH_MAX. */
bool aggregator_decide(const struct deviation *deviation, const struct limit_prices *limits,
	int64_t available_uc, uint32_t homes_min, struct aggregator_order *ret);

/* Let an order for a deviation ask for no more than the network has room for its answers; false: it
 * has none, and the order is as it was. */
bool aggregator_fit(struct aggregator_order *order, const struct network_room *room);

/* The auction that answers an activation: for all that is asked, at the price asked, so far as
 * available_uc covers it. False: it covers nothing, or at now_ms the time for it is over. */
bool aggregator_answer(const struct params *params, const struct activation *activation,
	int64_t now_ms, int64_t available_uc, struct aggregator_order *ret);

#endif
