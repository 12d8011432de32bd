/* offers: the messages of the common topic `offers`: what was accepted and may be told, in batches,
 * and of one block no more than OFFERS_BLOCK_MAX, of one sender in it OFFERS_SHARE_MAX. Beyond that
 * only their number is told: the block has them all. So what a slot's trade costs the broker for
 * each reader has a bound, and nobody uses it up alone. */
#ifndef LEM_ENGINE_OFFERS_H
#define LEM_ENGINE_OFFERS_H
#include "engine/outbox.h"
#include "wire/ledger_tx.h"

enum {
	OFFERS_TEXT_MAX = 32768,   /* bytes of one message */
	OFFERS_BLOCK_MAX = 262144, /* bytes of items of one block */
	/* Of one address in it: of the sixteen that a home may have within the widest horizon
	 * together half. */
	OFFERS_SHARE_MAX = OFFERS_BLOCK_MAX / 32,
	OFFERS_SENDERS_MAX = 1024, /* more than there are items in OFFERS_BLOCK_MAX */
};

/* What of one sender was told of the open block. */
struct offers_share {
	uint64_t account;
	size_t bytes; /* OFFERS_SHARE_MAX: nothing more of it is written out */
};

/* What waits to be told; all zeros before offers_init(). */
struct offers {
	char *text; /* of the next message */
	size_t len;
	uint64_t height;   /* of the open block that the following is about */
	size_t bytes;      /* of its items so far */
	uint64_t left_out; /* of it, and not told yet */
	bool full;         /* nothing more of it is written out */
	bool told;         /* once, that something is left out */
	struct offers_share shares[OFFERS_SENDERS_MAX];
	size_t share_count;
};

/* Where messages go: the market's bare name, its time, and their queue. Borrowed. */
struct offers_to {
	const char *name;
	int64_t market_ms;
	struct outbox *outbox;
};

/* An empty one. ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err offers_init(struct offers *offers);

/* Free; one of all zeros is allowed. */
void offers_release(struct offers *offers);

/* An accepted transaction of that account, while the block of that height is open. */
void offers_add(struct offers *offers, const struct stored_tx *tx, uint64_t account,
	uint64_t height, const struct offers_to *to);

/* Whether offers_flush() would tell anything, while the block of that height is open. */
bool offers_wait(const struct offers *offers, uint64_t height);

/* Put what waits into the outbox. Of what is left out of a block the first number is told at once,
 * the rest when the block is closed. */
void offers_flush(struct offers *offers, uint64_t height, const struct offers_to *to);

#endif
