/* house: a home as `hem` would run it, without its process: the same trader, strategy, plan and
 * simulated device, with orders, keys and readings in memory where `hem` keeps them in hem.db. It
 * keeps no copy of the ledger. */
#ifndef LEM_DEMO_YEAR_HOUSE_H
#define LEM_DEMO_YEAR_HOUSE_H
#include "demo/year/town.h"
#include "hem-client/config.h"
#include "hem-client/ems/answer.h"
#include "hem-client/ems/home_device.h"
#include "hem-client/ems/receipt.h"
#include "hem-client/ems/trader.h"

enum { HOUSE_KEYS_MAX = 128, HOUSE_ORDERS_MAX = 256, HOUSE_SERIAL_MAX = 16 };

/* What the operator certifies of one, and its battery. */
struct house_ratings {
	int64_t pv_w, battery_w, fuse_w;
	double battery_wh;
	double battery_round_trip; /* efficiency, 0.1..1 */
	bool trades;               /* false: in the market, but only for rewards (mode RE) */
};

/* What came of its strategy's quotes: [the home's side - 1][made][the first reason]. */
struct house_quotes {
	uint64_t n[2][2][TCR_BOUND_COUNT];
};

/* The configured strategy, whose quotes are counted. */
struct house_strategy {
	const struct tcr_strategy *strategy;
	const void *self;
	struct house_quotes *quotes;
};

/* The key of one slot. */
struct house_key {
	int64_t slot;
	struct slot_secret secret;
	struct address address;
	char req_id[REQ_ID_MAX + 1]; /* of the message that enrols it */
	bool enrolled;
};

/* A home. */
struct house {
	struct town *town; /* borrowed */
	unsigned number;   /* from 1 */
	char id[CLIENT_ID_MAX + 1], serial[HOUSE_SERIAL_MAX];
	struct house_ratings ratings;
	struct config config;
	struct home_device device;
	struct private_key *ems, *meter;
	struct home_modes modes;
	struct trader trader;
	struct house_strategy strategy;
	struct house_quotes quotes;
	struct retail_tariff tariff;
	int64_t ragged_percent;
	struct past past;
	struct plan plan, written;
	struct my_order orders[HOUSE_ORDERS_MAX];
	size_t order_count;
	struct house_key keys[HOUSE_KEYS_MAX]; /* by slot */
	int64_t read_slot;                     /* INT64_MIN: none */
	struct registers registers;            /* at its end */
	int64_t due_ms;                        /* when it has something to do */
};

/* Where load and PV come from. */
struct house_source {
	const char *profile;    /* CSV file; NULL: the built-in generator */
	const char *day;        /* YYYY-MM-DD of slot 0 */
	const char *strategy;   /* as in hem.conf */
	int64_t ragged_percent; /* a first quarter may be this far off a quarter of its slot */
};

/* Make home `number` ready to take part; house_close() it. */
void house_open(struct house *house, struct town *town, unsigned number,
	const struct house_source *source, const struct house_ratings *ratings);
void house_close(struct house *house);

/* Enrol and register it, and give it money. */
void house_join(struct house *house, int64_t deposit_uc);

/* Do what is due at the town's time. */
void house_step(struct house *house);

/* What the market tells this home alone: the last part of the topic, and the payload. */
void house_hear(struct house *house, const char *kind, const char *text, size_t len);

/* What it tells everyone: an auction, and the rank of an address among the validators. */
void house_auction(struct house *house, const struct auction_event *event);
void house_elected(struct house *house, uint64_t height, const uint8_t hash[static HASH_LEN],
	unsigned rank, const struct address *address);

/* Count its orders into the plan again, and give the device what it was awarded. */
void house_replan(struct house *house);

/* The key of a slot, or whose address it is; NULL. */
struct house_key *house_key(struct house *house, int64_t slot);
struct house_key *house_key_of(struct house *house, const struct address *address);

/* The trader's shell over this home; borrowed. */
struct trader_ops house_ops(struct house *house);

#endif
