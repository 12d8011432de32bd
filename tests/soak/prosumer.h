/* prosumer: one home of a soak: meters, announces its CPF, answers auctions, opens some, delivers
 * what it is awarded (one in ten only half), seals when it is ranked. */
#ifndef LEM_SOAK_PROSUMER_H
#define LEM_SOAK_PROSUMER_H
#include "core/meter.h"
#include "tests/soak/observer.h"
#include "tests/soak/soak.h"

enum { PLANS_MAX = 12, PENDING_MAX = 32, AWARD_SLOTS = 8 };

/* An answer that it will give. */
struct plan {
	int64_t at_ms; /* real; 0: none */
	uint64_t auction;
};

/* A request that has no answer yet. */
struct pending {
	char req_id[REQ_ID_MAX + 1]; /* "": none */
	int64_t sent_us;
	enum operation operation;
};

/* One home; zeros before prosumer_init(). */
struct prosumer {
	struct member member;
	struct soak *soak;
	struct street_home *keys;
	unsigned number;
	uint64_t random;
	struct registers registers; /* at the end of the slot read last */
	int64_t produced_wh, consumed_wh;
	int64_t slot; /* whose duties these are */
	/* Real, when they are due; 0: done. */
	int64_t reading_ms, cpf_ms, opening_ms, seal_ms, quarter_ms, half_ms;
	struct observed seal;
	struct plan plans[PLANS_MAX];
	struct pending pending[PENDING_MAX];
	int64_t charge_wh[AWARD_SLOTS], discharge_wh[AWARD_SLOTS]; /* awarded, by delivery slot */
	int64_t rise_wh, fall_wh; /* awarded in this slot's second half */
};

/* Home `number`, whose keys the street has. */
void prosumer_init(struct prosumer *prosumer, struct soak *soak, unsigned number);

/* The registers' way through a slot: what it adds to them, with deviation_wh more import than the
 * day before. */
void prosumer_meter(struct prosumer *prosumer, int64_t slot, int64_t deviation_wh);

/* An award: so much in that slot, or in this one's second half. */
void prosumer_awarded(
	struct prosumer *prosumer, const struct contract *contract, int64_t slot, int64_t wh);

/* A new slot has begun: what is to be done in it, and when. */
void prosumer_begin_slot(struct prosumer *prosumer, int64_t slot);

/* It is ranked for that block, from 1 on. */
void prosumer_ranked(struct prosumer *prosumer, const struct observed *block, unsigned rank);

/* Do what is due at real time now_ms. */
void prosumer_act(struct prosumer *prosumer, int64_t now_ms);

/* An auction is open: whether it will answer, and when. */
void prosumer_consider(struct prosumer *prosumer, const struct soak_auction *auction);

/* How many of its requests have no answer. */
size_t prosumer_unanswered(const struct prosumer *prosumer);

#endif
