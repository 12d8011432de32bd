/* ems: the energy management system of one home: everything that `hem run` keeps together. */
#ifndef LEM_HEM_EMS_H
#define LEM_HEM_EMS_H
#include "hem-client/config.h"
#include "hem-client/ems/audit.h"
#include "hem-client/ems/courier.h"
#include "hem-client/ems/home_device.h"
#include "hem-client/ems/identity.h"
#include "hem-client/ems/log.h"
#include "hem-client/ems/market_clock.h"
#include "hem-client/ems/past_hours.h"
#include "hem-client/ems/plan.h"
#include "hem-client/ems/session.h"
#include "hem-client/ems/steady_clock.h"
#include "hem-client/ems/trader.h"
#include "hem-client/replica/catch_up.h"
#include "hem-client/replica/replica.h"

enum {
	EMS_WHY_MAX = 1536,
	EMS_BEHIND_MAX = 2,   /* blocks the replica may be behind while the home trades */
	EMS_STATUS_MS = 1000, /* real time: the status file is not written more often */
};

/* What the status file tells beside the parts' own state. */
struct ems_news {
	bool dirty;                       /* something has changed since it was written */
	int64_t written_ms;               /* monotonic */
	char connection[SESSION_WHY_MAX]; /* why there is none; "" */
	bool has_wallet;
	struct wallet wallet;
	uint64_t wallet_height;
	bool has_reading;
	struct reading reading;
	uint64_t sealed_height;    /* as the market says */
	char trouble[EMS_WHY_MAX]; /* the last error, for a person */
};

/* The whole home. */
struct ems {
	struct config config;
	struct log log;
	struct identity identity;
	struct hem_db db;
	struct session *session;
	char market[MARKET_ID_MAX + 1];
	char meter_serial[METER_TEXT_MAX + 1];
	/* From here on set once the market's genesis is known. */
	bool begun;
	bool failed; /* it could not begin: ems->why */
	struct genesis genesis;
	/* In force, as far as the replica says, or without one the market. */
	struct params params;
	uint64_t params_height; /* without a replica: of the newest `market` document */
	struct verify_key *operator_key;
	struct market_clock clock;
	struct steady_clock machine; /* the clock that it goes by */
	bool leap_told;              /* it has leapt, and the log has it */
	struct home_device device;
	struct courier courier;
	struct home_modes modes; /* as the market said last */
	struct trader trader;
	struct retail_tariff tariff; /* of the parameters in force */
	struct past past;
	int64_t past_slot; /* the last that is in it */
	struct plan plan;
	struct plan written; /* set-points that the device has */
	struct audit audit;
	bool has_replica;
	struct replica replica;
	const struct ledger *ledger; /* the replica's */
	struct catch_up catch_up;
	int64_t pruned_slot;      /* the slot in which what is settled was last forgotten */
	struct block_fault fault; /* why this home does not trade; verdict OK: it does */
	struct ems_news news;
	char why[EMS_WHY_MAX]; /* of the last failure */
};

/* Load keys, open hem.db and prepare the session. resume: forget an earlier contradiction. Errors
 * with a sentence in ems->why; on failure there is nothing to close. config is copied. */
__attribute__((warn_unused_result)) enum err ems_open(
	struct ems *ems, const struct config *config, enum log_level level, bool resume);

/* Disconnect, close and wipe. Safe after a failed open. */
void ems_close(struct ems *ems);

/* The market's genesis has come: open what needs it. */
__attribute__((warn_unused_result)) enum err ems_begin(
	struct ems *ems, const struct genesis *genesis);

/* Trade no more: a block, receipt or statement is not as it should be. Kept over restarts. */
void ems_halt(struct ems *ems, const struct block_fault *fault);

/* Take over the parameters that count in the slot that it is now, by the replica's ledger. */
void ems_follow_params(struct ems *ems);

/* A home without a replica takes the operator's signed word for them, of a `market` document. */
void ems_follow_market(struct ems *ems, const char *text, size_t len);

/* The machine's time without leaps that nobody has confirmed; market time by it. */
int64_t ems_real_ms(struct ems *ems);
int64_t ems_now_ms(struct ems *ems);

/* The market has said what its time is, or was when it refused something as stale. */
void ems_learn_time(struct ems *ems, int64_t market_ms, bool is_stale);

/* Read the plan anew from the orders, and give the device its set-points. */
void ems_replan(struct ems *ems);

/* An auction is open: the trader hears of it, unless this home opened or has answered it. */
void ems_auction(struct ems *ems, uint64_t auction, const struct contract *contract,
	const struct address *opener);

/* Forget keys, orders and readings that are settled when `slot` is the current one. */
void ems_prune(struct ems *ems, int64_t slot);

/* Log a failure of a part, with its sentence, and remember it for the status. */
void ems_trouble(struct ems *ems, const char *what, enum err err, const char *why);

#endif
