/* meter_feed: what a forecast is made of, slot by slot, out of both databases of a market's folder,
 * read-only and also while the broker writes: what each home's registers moved by, and what it was
 * awarded. */
#ifndef LEM_STORE_METER_FEED_H
#define LEM_STORE_METER_FEED_H
#include <sqlite3.h>
#include "core/meter.h"
#include "wire/err.h"

enum { METER_FEED_STATEMENTS = 5, METER_FEED_WHY_MAX = 512 };

/* An open feed. All zeros: closed. */
struct meter_feed {
	sqlite3 *db;
	sqlite3_stmt *statements[METER_FEED_STATEMENTS];
	char why[METER_FEED_WHY_MAX]; /* of the last failure */
};

/* A home in a slot. */
struct meter_feed_row {
	uint32_t home;
	struct registers delta;
	int64_t sold_wh, bought_wh; /* awarded to it */
};

/* A registered home. Texts are borrowed while it is visited. */
struct meter_feed_home {
	uint32_t number;
	const char *client_id;
	int64_t pv_w, fuse_w; /* as struct ratings has them */
	int64_t baseline_end; /* the slot after its last baseline; 0: none from from_slot on */
};

/* Open the folder's databases. ERR_DB, ERR_NOT_FOUND with a sentence in why; meter_feed_close() in
 * any case. */
__attribute__((warn_unused_result)) enum err meter_feed_open(
	struct meter_feed *feed, const char *dir);
void meter_feed_close(struct meter_feed *feed);

/* The homes that were metered in a slot, ascending by number, to visit. horizon_slots: how far
 * ahead this market trades. ERR_DB. */
__attribute__((warn_unused_result)) enum err meter_feed_slot(struct meter_feed *feed, int64_t slot,
	int64_t horizon_slots, void (*visit)(void *context, const struct meter_feed_row *row),
	void *context);

/* The first slot that may have been metered. ERR_NOT_FOUND: there is none; ERR_DB. */
__attribute__((warn_unused_result)) enum err meter_feed_first(
	struct meter_feed *feed, int64_t *ret_slot);

/* The homes that are registered, ascending by number, to visit. ERR_DB. */
__attribute__((warn_unused_result)) enum err meter_feed_homes(struct meter_feed *feed,
	int64_t from_slot, void (*visit)(void *context, const struct meter_feed_home *home),
	void *context);

/* The height of the last closed block: so many slots are over in the market, whatever the clock
 * says. ERR_DB. */
__attribute__((warn_unused_result)) enum err meter_feed_height(
	struct meter_feed *feed, int64_t *ret_height);

/* The slot after the last that a schedule in the ledger has; 0: there is none. ERR_DB. */
__attribute__((warn_unused_result)) enum err meter_feed_scheduled(
	struct meter_feed *feed, int64_t *ret_end);

#endif
