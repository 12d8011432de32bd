/* csm_db: csm.db, the Certified Smart Meters database: the intake log from which the market can be
 * rebuilt, snapshots of its state, and tables of homes, meters, keys and readings for a person. */
#ifndef LEM_STORE_CSM_DB_H
#define LEM_STORE_CSM_DB_H
#include "core/command.h"
#include "core/vpp/aggregator.h"
#include "store/db.h"
#include "wire/genesis.h"
#include "wire/request.h"

/* One accepted command as it is kept. */
struct intake_row {
	uint64_t seq;
	uint64_t batch;
	enum command_kind kind;
	uint32_t home;
	int64_t market_ms;
	uint64_t ledger_seq;
	uint64_t height;
	const char *operation; /* all texts and body: borrowed */
	const char *req_id;
	const char *body;
	size_t body_len;
	uint8_t tx_id[HASH_LEN];
	uint8_t signature[SIGNATURE_LEN];
	bool is_signed;
};

/* An open csm.db. All zeros: closed. */
struct csm_db {
	struct db db;
};

/* Make a new file with its genesis; open one for writing; for reading. Errors as db_open(). */
__attribute__((warn_unused_result)) enum err csm_db_create(
	struct csm_db *csm, const char *path, const struct genesis *genesis);
__attribute__((warn_unused_result)) enum err csm_db_open(struct csm_db *csm, const char *path);
__attribute__((warn_unused_result)) enum err csm_db_open_read(struct csm_db *csm, const char *path);
void csm_db_close(struct csm_db *csm);

/* The genesis document, NUL-terminated, and the last signed header. */
__attribute__((warn_unused_result)) enum err csm_db_genesis(
	struct csm_db *csm, char *out, size_t size, size_t *ret_len);
__attribute__((warn_unused_result)) enum err csm_db_last_signed(
	struct csm_db *csm, uint64_t *ret_height, uint8_t ret_hash[static HASH_LEN]);

/* Note, before it is signed, that a header of this height and hash will be. */
__attribute__((warn_unused_result)) enum err csm_db_will_sign(
	struct csm_db *csm, uint64_t height, const uint8_t hash[static HASH_LEN]);

/* Append to the intake log. hour: of the message's date in ms / 3,600,000, or -1 for what has no
 * idempotency key (the clock). */
__attribute__((warn_unused_result)) enum err csm_db_add_intake(
	struct csm_db *csm, const struct intake_row *row, int64_t hour);

/* The sequence under which (hour, home, req_id) was accepted; ERR_NOT_FOUND. */
__attribute__((warn_unused_result)) enum err csm_db_find_request(
	struct csm_db *csm, int64_t hour, uint32_t home, const char *req_id, uint64_t *ret_seq);

/* The rows from `from` on, ascending, at most `count`, to visit, which answers whether to go on. */
__attribute__((warn_unused_result)) enum err csm_db_intake(struct csm_db *csm, uint64_t from,
	uint64_t count, bool (*visit)(void *context, const struct intake_row *row), void *context);

/* Note what a batch holds; find it. */
__attribute__((warn_unused_result)) enum err csm_db_add_batch(
	struct csm_db *csm, uint64_t batch, uint64_t first_seq, uint64_t count);
__attribute__((warn_unused_result)) enum err csm_db_batch(
	struct csm_db *csm, uint64_t batch, uint64_t *ret_first_seq, uint64_t *ret_count);
__attribute__((warn_unused_result)) enum err csm_db_last_batch(
	struct csm_db *csm, uint64_t *ret_batch);

/* Keep the state at a block's edge; older ones than the newest two are dropped. */
__attribute__((warn_unused_result)) enum err csm_db_add_snapshot(struct csm_db *csm,
	uint64_t height, uint64_t intake_seq, const uint8_t hash[static HASH_LEN],
	const uint8_t *state, size_t len);

/* The newest snapshot at or below max_height: its bytes are the caller's to free. */
__attribute__((warn_unused_result)) enum err csm_db_snapshot(struct csm_db *csm,
	uint64_t max_height, uint64_t *ret_height, uint64_t *ret_intake_seq,
	uint8_t ret_hash[static HASH_LEN], uint8_t **ret_state, size_t *ret_len);

/* Observations that are kept; of more the oldest go. */
enum { CSM_OBSERVATIONS_MAX = 1000000 };

/* Refused readings that are kept of one home and slot: the first. */
enum { CSM_REFUSED_MAX = 3 };

/* The tables for people, following the state. Who has no open row of a meter, or of a key of that
 * role, gets one by csm_db_put_home(). A reading of another verdict than OK is kept as a
 * refused one, its intake_seq 0; beyond CSM_REFUSED_MAX of them nothing is, and all is well. */
__attribute__((warn_unused_result)) enum err csm_db_put_home(
	struct csm_db *csm, const struct home *home, uint64_t intake_seq);
__attribute__((warn_unused_result)) enum err csm_db_end_meter(
	struct csm_db *csm, uint32_t home, uint64_t intake_seq);
__attribute__((warn_unused_result)) enum err csm_db_add_address(
	struct csm_db *csm, const struct slot_key *key, uint32_t home);
__attribute__((warn_unused_result)) enum err csm_db_add_reading(struct csm_db *csm, uint32_t home,
	const struct reading *reading, uint64_t intake_seq, int64_t market_ms,
	enum verdict verdict);
/* An accepted one of a quarter of a slot. */
__attribute__((warn_unused_result)) enum err csm_db_add_quarter(struct csm_db *csm, uint32_t home,
	const struct reading *reading, uint64_t intake_seq, int64_t market_ms);
__attribute__((warn_unused_result)) enum err csm_db_add_wallet(struct csm_db *csm, uint64_t height,
	uint32_t home, int64_t balance_uc, int64_t held_uc, int64_t pending_uc);

/* What moved a home's money in a block whose slot begins at begin_ms, and its balance after it:
 * into the block's row and the month's sums. */
__attribute__((warn_unused_result)) enum err csm_db_add_money(struct csm_db *csm, uint64_t height,
	int64_t begin_ms, uint32_t home, const struct home_money *money, int64_t balance_uc);

/* What was said last of a home's mode, in place of what waited for its slot in that open one. */
__attribute__((warn_unused_result)) enum err csm_db_add_mode(
	struct csm_db *csm, const struct home *home, int64_t open_slot, uint64_t intake_seq);

/* An observation, of which CSM_OBSERVATIONS_MAX are kept. */
__attribute__((warn_unused_result)) enum err csm_db_add_observation(
	struct csm_db *csm, uint32_t home, int64_t market_ms, const struct request *request);

/* What a home is scheduled at. */
__attribute__((warn_unused_result)) enum err csm_db_put_baseline(
	struct csm_db *csm, uint32_t home, const struct net_window *window);

/* The home and the certified key of the meter of that serial number; ERR_NOT_FOUND: no such meter,
 * or its home has not registered. */
__attribute__((warn_unused_result)) enum err csm_db_meter_key(
	struct csm_db *csm, const char *serial, uint32_t *ret_home, struct public_key *ret_key);

/* Keep a reading from before the market began (slot below -1), with its meter's signature.
 * ERR_EXISTS: there is one of that slot and home. */
__attribute__((warn_unused_result)) enum err csm_db_add_history(struct csm_db *csm, uint32_t home,
	const struct reading *reading, const uint8_t signature[static SIGNATURE_LEN]);

/* The nets of each registered home in a slot and in one before, ascending by number, to visit. */
__attribute__((warn_unused_result)) enum err csm_db_nets(struct csm_db *csm, int64_t slot,
	int64_t slot_before, void (*visit)(void *context, const struct home_nets *nets),
	void *context);

#endif
