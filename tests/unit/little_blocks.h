/* little_blocks: blocks of a little market, taken out so that they can be spoilt. */
#ifndef LEM_TESTS_LITTLE_BLOCKS_H
#define LEM_TESTS_LITTLE_BLOCKS_H
#include "engine/execute.h"
#include "tests/unit/little_market.h"

enum { BLOCKS = 4, TXS_MAX = 64 };

/* One transaction of a block, with room to change it. */
struct kept_tx {
	struct stored_tx tx;
	char body[4096];
};

struct kept_block {
	struct stored_block block;
	struct kept_tx txs[TXS_MAX];
	size_t count;
};

static inline bool keep(void *context, const struct stored_tx *tx)
{
	struct kept_block *b = context;
	struct kept_tx *k = &b->txs[b->count++];

	assert_true(b->count <= TXS_MAX && tx->body_len < sizeof k->body);
	k->tx = *tx;
	memcpy(k->body, tx->body, tx->body_len);
	k->tx.body = k->body;
	return true;
}

/* Take a closed block out of the market's ledger. */
static inline void keep_block(struct little_market *m, uint64_t height, struct kept_block *b)
{
	b->count = 0;
	assert_int_equal(ledger_db_block(&m->engine.ledger, height, "tiny", &b->block), ERR_OK);
	assert_int_equal(ledger_db_txs(&m->engine.ledger, height, 0, keep, b), ERR_OK);
}

/* The transactions of a kept block as a tx_source's each(). */
static inline enum err each_kept(
	void *context, bool (*visit)(void *visitor, const struct stored_tx *tx), void *visitor)
{
	struct kept_block *b = context;

	for (size_t i = 0; i < b->count; i++) {
		b->txs[i].tx.body = b->txs[i].body;
		if (!visit(visitor, &b->txs[i].tx))
			break;
	}
	return ERR_OK;
}

#endif
