/* params: the numbers of one market, of its genesis and as they were changed since, and market time
 * computed from them. */
#ifndef LEM_CORE_PARAMS_H
#define LEM_CORE_PARAMS_H
#include <stdbool.h>
#include <stdint.h>
#include "core/address.h"
#include "core/book.h"
#include "core/verdict.h"

enum { PARAMS_ROLES_MAX = 7, ROLE_NAME_MAX = 32 };

/* The role that trades for the community: its schedules and tariffs count, fees are its own, and
 * imbalance is between it and the grid. */
#define AGGREGATOR_ROLE "aggregator"

/* A participant with a permanent address: aggregator, DSO, TSO. */
struct role_params {
	char name[ROLE_NAME_MAX + 1]; /* also its clientId */
	struct address address;
	struct address_key key;
	int64_t credit_limit_uc; /* its account may fall to minus this */
};

/* The market's parameters; params_check() has the bounds not said here, core/params_change.h which
 * of them may change. */
struct params {
	int64_t slot_s;        /* length of a slot, 60..86400 */
	int64_t start_ms;      /* market time at which slot 0 begins, Unix ms */
	int64_t rate;          /* market seconds per real second; 1 in production */
	int64_t real_start_ms; /* real time at which slot 0 begins, Unix ms */
	int64_t date_window_s; /* a message's date may differ this much from market time */
	int64_t boundary_s;    /* a reading is taken within this of its slot's end */
	int64_t seal_wait_s;   /* head start of each rank of validators; 3 x seal_wait < slot */
	int64_t horizon_slots; /* addresses are admitted this many slots ahead */
	int64_t gate_lead_s;   /* default gate close, before the delivery slot begins */
	int64_t gate_lead_min_s;
	int64_t poe_floor_w; /* mean P and C from which a home is eligible; 0: the paper's rule */
	int64_t reward_uc;   /* of a validator with CPF 1 */
	int64_t penalty_mc_per_kwh; /* defaults of contracts, from here */
	int rule;                   /* enum rule */
	int measure;                /* enum measure */
	int book;                   /* enum book_kind */
	bool limit_inclusive;
	int64_t approval_lead_s; /* a schedule is approved so long before its first slot */
	int approval_silence;    /* enum silence; both 0 in a market without network operators */
	int64_t import_mc_per_kwh, export_mc_per_kwh; /* the retail tariff, for information */
	/* Paid to the aggregator on energy delivered; 0 unless the market has one, as the rest. */
	int64_t fee_buyer_mc_per_kwh, fee_seller_mc_per_kwh;
	/* Paid by the aggregator on what the community draws more than scheduled, and to it on what
	 * it draws less: not more than that, or to be off in turn would pay. */
	int64_t imbalance_short_mc_per_kwh, imbalance_long_mc_per_kwh;
	uint32_t role_count;
	struct role_params roles[PARAMS_ROLES_MAX];
};

/* Whether each number is in its range and the relations between them hold. On refusal *field
 * names the first offender as it is spelled in genesis. */
enum verdict params_check(const struct params *params, const char **field);

/* The account number of the aggregator; 0: this market has none. */
uint64_t params_aggregator(const struct params *params);

/* Whether fees or imbalance are settled at all. */
bool params_settles(const struct params *params);

/* Market time of a real time, both Unix ms: start_ms + rate x (real_ms - real_start_ms). */
int64_t params_market_ms(const struct params *params, int64_t real_ms);

/* The real time at which market time reaches market_ms, rounded up. */
int64_t params_real_ms(const struct params *params, int64_t market_ms);

/* The slot that holds market_ms; negative before the start. */
int64_t params_slot_at(const struct params *params, int64_t market_ms);

/* Market time at which a slot begins; it ends where the next begins. */
int64_t params_slot_start_ms(const struct params *params, int64_t slot);

#endif
