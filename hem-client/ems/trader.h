/* trader: the home's daily work in market time, as a machine that is fed with events and the time
 * and tells its shell what to do. It keeps nothing on disk and knows no key and no network.
 *
 * In each slot: read the meter at its end and within, announce the CPF, answer auctions by the
 * strategy, open one for a surplus, seal a block that this home was elected for, and see that
 * address keys are enrolled ahead. */
#ifndef LEM_HEM_TRADER_H
#define LEM_HEM_TRADER_H
#include "core/home.h"
#include "core/ledger.h"
#include "hem-client/ems/plan.h"
#include "hem-client/tcr/tcr.h"
#include "wire/request.h"

enum {
	TRADER_AUCTIONS_MAX = 128, /* open auctions watched at one time */
	TRADER_ENROL_AHEAD = 8,    /* address keys kept waiting beyond the market's horizon */
	TRADER_ENROL_BATCH = 32,
	TRADER_TRIES_MAX = 3, /* of one answer or announcement */
};

/* An order to make. */
struct trader_answer {
	uint64_t auction; /* 0: to be opened, with the market's default terms */
	struct contract contract;
	struct tcr_quote quote;
	int cpf_hundredths; /* to announce with it; 0: none */
};

/* What the meter says at the end of a slot. */
struct trader_reading {
	int cpf_hundredths; /* of the slot; 0: it cannot be told */
	int64_t export_wh;  /* of the slot */
	double soc;         /* NAN: not known */
	struct plan_idle idle;
};

/* What passed from a slot's begin to the end of its first quarter. */
struct trader_quarter {
	int64_t net_wh; /* import less export */
	int64_t charge_wh, discharge_wh;
};

/* What the trader asks of its shell. Each answers whether it was done; req_id, where there is one,
 * gets the id of the message that is on its way. */
struct trader_ops {
	/* Enrol new address keys for `count` slots from `first` on. */
	bool (*enrol)(void *context, int64_t first, int count, char req_id[REQ_ID_MAX + 1]);
	/* Read the device at the end of `slot`, send the reading, and say what is known. */
	bool (*read)(void *context, int64_t slot, struct trader_reading *ret);
	/* Read the device at the end of that quarter (1, 2) of the slot, send the reading, and of
	 * the first say what is known. */
	bool (*quarter)(void *context, int64_t slot, int quarter, struct trader_quarter *ret_first);
	/* Whether the address of a slot may be used. */
	bool (*has_address)(void *context, int64_t slot);
	/* Announce a CPF under the address of `slot`. */
	bool (*announce)(void *context, int64_t slot, int cpf, char req_id[REQ_ID_MAX + 1]);
	/* Answer an auction; open one if answer->auction is 0. */
	bool (*answer)(
		void *context, const struct trader_answer *answer, char req_id[REQ_ID_MAX + 1]);
	/* Seal a block under one of this home's addresses. */
	bool (*seal)(void *context, const struct address *address, uint64_t height,
		const uint8_t header_hash[HASH_LEN]);
	/* Random bits. */
	uint32_t (*random)(void *context);
	void *context;
};

/* What does not change, but for what params and modes point to: the parameters in force, and the
 * modes as the market has last said. */
struct trader_config {
	const struct params *params;
	const struct battery *battery;
	const struct retail_tariff *tariff;
	const struct past *past; /* what the shell knows of it, with every slot that was read */
	const struct tcr_strategy *strategy;
	const void *strategy_self;
	const struct home_modes *modes;
	int64_t surplus_min_wh; /* export of a slot from which an auction is opened; 0: never */
	int64_t surplus_margin_mc_per_kwh; /* above the feed-in price: the least that it sells for
					    */
};

/* An auction that may be answered. */
struct trader_auction {
	uint64_t auction; /* 0: no auction in this place */
	struct contract contract;
	int64_t answer_ms;
	bool answered;
	unsigned tries;
	char req_id[REQ_ID_MAX + 1];
};

/* How far the announcement of the last slot's CPF has come. */
enum announce_state { ANNOUNCE_NONE, ANNOUNCE_DUE, ANNOUNCE_SENT, ANNOUNCE_DONE };

/* The machine. */
struct trader {
	struct trader_config config;
	struct trader_ops ops;
	int64_t slot;          /* the current one; INT64_MIN before the first step */
	bool halted;           /* nothing is trusted any more: only readings are sent */
	bool holding;          /* the replica is behind: no new orders */
	double soc;            /* when the current slot began */
	struct plan_idle idle; /* in the slot before */
	int64_t read_slot;
	/* Within the slot. */
	int quarters;         /* ends of quarters that are behind */
	int64_t quarter_slot; /* of which `quarter` is; INT64_MIN: of none */
	struct trader_quarter quarter;
	/* Enrolment. */
	int64_t enrolled_to; /* keys exist up to this slot */
	int enrol_batch;
	char enrol_req_id[REQ_ID_MAX + 1]; /* "": none under way */
	int64_t enrol_ms;                  /* not before this */
	/* The CPF of the last slot. */
	int64_t announced_slot; /* in which an earlier life announced; to be set after init */
	enum announce_state announce;
	int announce_cpf;
	int64_t announce_ms;
	unsigned announce_tries;
	char announce_req_id[REQ_ID_MAX + 1];
	/* Surplus to be sold in the next slot; surplus_ms INT64_MAX: none. */
	int64_t surplus_ms;
	int64_t surplus_wh;
	int64_t export_wh; /* of the slot read last */
	/* A block to seal; seal_ms INT64_MAX: none. */
	int64_t seal_ms;
	uint64_t seal_height;
	uint8_t seal_hash[HASH_LEN];
	struct address seal_address;
	struct trader_auction auctions[TRADER_AUCTIONS_MAX];
};

/* Begin. enrolled_to: the last slot that has a key, or -1. */
void trader_init(struct trader *trader, const struct trader_config *config,
	const struct trader_ops *ops, int64_t enrolled_to);

/* Do what is due at market time now_ms. plan: of the orders as they stand. Returns the market time
 * at which something else will be due, as far as is known. */
int64_t trader_step(struct trader *trader, const struct plan *plan, int64_t now_ms);

/* A moment at random in from..from+span. */
int64_t trader_at_random(struct trader *trader, int64_t from_ms, int64_t span_ms);

/* An auction has opened, or is found open; it has ended. skip: this home opened it, or answered it
 * in an earlier life. */
void trader_auction_opened(struct trader *trader, uint64_t auction, const struct contract *contract,
	bool skip, int64_t now_ms);
void trader_auction_ended(struct trader *trader, uint64_t auction);

/* The message has its receipt; it was refused, or dropped unsent (verdict VERDICT_OK). */
void trader_receipted(struct trader *trader, const char *req_id);
void trader_refused(
	struct trader *trader, const char *req_id, enum verdict verdict, int64_t now_ms);

/* A block has been verified, and this home's address is of that rank (from 1) among its validators.
 */
void trader_elected(struct trader *trader, uint64_t height, const uint8_t header_hash[HASH_LEN],
	unsigned rank, const struct address *address, int64_t now_ms);

#endif
