/*
 * engine: the market with its two databases, without a broker. One thread uses it: takes inspected
 * requests and the clock, commits them together, and hands out what is to be published then.
 *
 * Order of calls: engine_open(); then engine_take() and engine_clock() in any number, and
 * engine_commit(), after which the outbox may be published; engine_feed() between. When a call
 * fails the engine is of no more use: its memory may be ahead of the disk. engine_close() it and
 * open it anew: what was committed is all there.
 */
#ifndef LEM_ENGINE_ENGINE_H
#define LEM_ENGINE_ENGINE_H
#include "core/market.h"
#include "engine/inspect.h"
#include "engine/offers.h"
#include "engine/outbox.h"
#include "store/csm_db.h"
#include "store/ledger_db.h"
#include "wire/genesis.h"

enum {
	ENGINE_BATCH_MAX = 4096, /* accepted requests in one commit */
	ENGINE_FEEDS_MAX = 64,   /* requests for blocks being answered at one time */
	ENGINE_FEEDS_OF_ONE = 1, /* of them, of one client: all its sessions hear it */
	SYNC_BLOCKS_MAX = 16,    /* blocks of one `sync` */
	ENGINE_WHY_MAX = 512,
	ENGINE_VERDICTS_MAX = 128,   /* numbers of verdicts that are counted */
	ENGINE_CATCH_UP_SLOTS = 700, /* a week of quarter hours */
	ENGINE_KEEP_DAYS = 36500,    /* for ever */
	ENGINE_KEEP_SLOTS = 4,       /* are kept however long a slot is, see keep_ms */
	ENGINE_REFUSED_SLOTS = 16,   /* either side of the open one: refused readings are kept */
};

/* An accepted request that waits for its receipt. */
struct awaiting {
	char client_id[CLIENT_ID_MAX + 1];
	char req_id[REQ_ID_MAX + 1];
	struct control_tag tag; /* as of struct inspected */
	enum operation operation;
	enum promise promise;
	uint64_t intake_seq, seq, height;
	int64_t market_ms;
	uint8_t tx_id[HASH_LEN];
};

/* Blocks on their way to a client, or to all. */
struct feed {
	char client_id[CLIENT_ID_MAX + 1]; /* "": the common topic */
	uint64_t height, to;
	uint64_t after_seq;
	uint32_t part;
};

/* A delivery of the closing block, for its home's statement. */
struct delivery_note {
	uint64_t order;
	int64_t wh;
	enum delivery_why why;
	uint32_t next; /* of the same home; UINT32_MAX ends the list */
};

/* What has happened since engine_open(). */
struct engine_counts {
	uint64_t accepted, commits, commit_us, blocks;
	uint64_t refused[ENGINE_VERDICTS_MAX]; /* by verdict */
};

/* Called for each refusal, on the thread that uses the engine. req_id and field may be "". */
typedef void engine_refused_fn(void *context, const char *client_id, enum operation operation,
	const char *req_id, enum verdict verdict, const char *field);

/* The engine's state; all zeros before engine_open(). */
struct engine {
	struct genesis genesis;
	const struct private_key *operator_key; /* borrowed */
	struct market *market;
	struct keyring *keyring;
	struct csm_db csm;
	struct ledger_db ledger;
	struct outbox outbox;  /* to publish, of committed batches */
	struct outbox waiting; /* of the batch that is open */
	bool in_batch;
	bool replaying;
	bool live;              /* opened and replayed */
	uint64_t intake_seq;    /* last given */
	uint64_t pruned_at_seq; /* intake_seq when csm.db was pruned last */
	uint64_t batch, batch_first;
	uint64_t sealed_height;
	bool rules_are_news; /* other parameters count or wait than the `market` document says */
	struct awaiting *awaiting; /* ENGINE_BATCH_MAX of them */
	size_t awaiting_count;
	struct stored_block *closed; /* blocks of the open batch, to be signed after its commit */
	size_t closed_count, closed_max;
	struct feed feeds[ENGINE_FEEDS_MAX];
	size_t feed_count, feed_next;
	struct offers offers;
	int64_t now_ms;
	int64_t catch_up_slots; /* a clock further ahead of the open slot is not believed; to be
				   set, if need be, after engine_open() */
	/* Of market time, at least ENGINE_KEEP_SLOTS, that csm.db keeps: the aggregator judges the
	 * last slot by the readings of a day before. To be set like catch_up_slots. */
	int64_t keep_ms;
	bool clock_unbelieved;       /* by the last engine_clock(): time stands still */
	bool clock_set_back;         /* by a date window and more: it stands still until then */
	struct delivery_note *notes; /* ORDERS_MAX of them */
	uint32_t note_count;
	uint32_t *note_first; /* by home */
	struct ledger_tx_workspace *workspace;
	char *body; /* TX_BODY_MAX */
	uint8_t *snapshot;
	size_t snapshot_size;
	struct engine_counts counts;
	/* Set after engine_open() by who wants to be told of each refusal; may be NULL. */
	engine_refused_fn *refused;
	void *refused_context;
	char why[ENGINE_WHY_MAX];
};

/* Open both databases, restore the newest snapshot that the ledger knows, replay the rest. The
 * operator's key must be genesis'. ERR_* with e->why; on failure it is closed. */
__attribute__((warn_unused_result)) enum err engine_open(struct engine *e, const char *csm_path,
	const char *ledger_path, const struct private_key *operator_key);

/* Close; NULL-safe, also after a failed open. What is not committed is lost, by design. */
void engine_close(struct engine *e);

/* Take a request at market time now_ms: accept it into the open batch, answer it, or reject it. The
 * clock comes first: engine_clock() is called within. */
__attribute__((warn_unused_result)) enum err engine_take(
	struct engine *e, const struct inspected *message, int64_t now_ms);

/* Take what an inspection handed over: a request as engine_take() does, a question, or a refusal.
 */
__attribute__((warn_unused_result)) enum err engine_hand(
	struct engine *e, const struct verified *verified, int64_t now_ms);

/* Reject a message that did not get as far as the market. */
void engine_reject(struct engine *e, enum operation operation,
	const struct inspect_refusal *refusal, int64_t now_ms);

/* Do what is due at now_ms: gates, ends of slots, blocks; of many blocks a part, so that a commit
 * stays small. A clock more than catch_up_slots ahead does nothing. */
__attribute__((warn_unused_result)) enum err engine_clock(struct engine *e, int64_t now_ms);

/* Whether time stands still over the machine's clock, by the last engine_clock(). */
bool engine_doubts_clock(const struct engine *engine);

/* Whether slots are over whose blocks are not closed yet: engine_clock() and engine_commit() again.
 * Requests are BUSY meanwhile. */
bool engine_is_behind(const struct engine *e);

/* Make the open batch durable, then sign its receipts and blocks; the outbox is ready. */
__attribute__((warn_unused_result)) enum err engine_commit(struct engine *e);

/* Whether anything waits for engine_commit(). */
bool engine_has_batch(const struct engine *e);

/* Add one part of one feed to the outbox; false if no feed is left. */
bool engine_feed(struct engine *e);

/* Put the retained documents `market` and `head` into the outbox. */
void engine_publish_retained(struct engine *e);

#endif
