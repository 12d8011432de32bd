#include "engine/execute.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/block.h"
#include "core/ledger_check.h"
#include "core/snapshot.h"
#include "wire/digest.h"
#include "wire/header_form.h"

static struct ledger *ledger_new(const struct genesis *g)
{
	struct ledger *l = calloc(1, sizeof *l);

	if (l)
		ledger_init(l, &g->params, digest_sha256, g->hash, g->header.rules_hash);
	return l;
}

enum err executor_init(struct executor *x, const struct genesis *genesis)
{
	enum err err = digest_prepare();

	*x = (struct executor){.genesis = genesis};
	if (err == ERR_OK)
		err = verify_key_new(&genesis->operator_key, &x->operator_key);
	if (err == ERR_OK)
		err = key_cache_new(EXECUTE_KEYS_BITS, &x->keys);
	if (err == ERR_OK) {
		x->workspace = calloc(1, sizeof *x->workspace);
		x->ledger = ledger_new(genesis);
		if (!x->workspace || !x->ledger)
			err = ERR_NOMEM;
		else
			x->workspace->room.genesis = genesis;
	}
	if (err != ERR_OK)
		executor_release(x);
	return err;
}

void executor_release(struct executor *x)
{
	verify_key_free(x->operator_key);
	key_cache_free(x->keys);
	free(x->workspace);
	free(x->ledger);
	memset(x, 0, sizeof *x);
}

enum err executor_reset(struct executor *x)
{
	struct ledger *fresh = ledger_new(x->genesis);

	if (!fresh)
		return ERR_NOMEM;
	free(x->ledger);
	x->ledger = fresh;
	return ERR_OK;
}

enum err executor_restore(struct executor *x, const uint8_t *snapshot, size_t len)
{
	enum err err = executor_reset(x);

	if (err != ERR_OK || ledger_snapshot_read(x->ledger, snapshot, len))
		return err;
	err = executor_reset(x);
	return err == ERR_OK ? ERR_FORMAT : err;
}

void block_fault_set(struct block_fault *f, enum verdict verdict, uint64_t height, uint64_t seq,
	const char *detail)
{
	char where[64] = "";

	f->verdict = verdict;
	f->height = height;
	f->seq = seq;
	if (seq)
		snprintf(where, sizeof where, ", transaction %llu", (unsigned long long)seq);
	snprintf(f->text, sizeof f->text, "block %llu%s: %s: %s%s%s", (unsigned long long)height,
		where, verdict_name(verdict), verdict_text(verdict), detail[0] ? ": " : "", detail);
}

/* A block under execution. */
struct run {
	struct executor *x;
	const struct execute_watch *watch;
	struct block_fault *fault;
	enum err err;
};

static enum verdict refuse(struct run *r, enum verdict v, uint64_t seq, const char *detail)
{
	if (v != VERDICT_OK)
		block_fault_set(r->fault, v, r->x->ledger->height, seq, detail);
	return v;
}

/* Whether the key of the transaction's address signed it. */
static enum verdict check_signature(struct run *r, const struct account *a,
	const struct stored_tx *stored, const struct tx *tx, const char *input, size_t len)
{
	struct public_key key = {.alg = r->x->genesis->address_alg};
	const struct verify_key *verify;
	enum verify_result result;

	if (!a || a->key.len == 0)
		return VERDICT_NOT_ADMITTED;
	key.len = a->key.len;
	memcpy(key.bytes, a->key.bytes, sizeof key.bytes);
	verify = key_cache_get(r->x->keys, &key);
	if (!verify)
		return VERDICT_KEY_WEAK;
	result = verify_key_check(verify, tx->id, input, len, stored->signature);
	if (result == VERIFY_UNABLE)
		r->err = ERR_CRYPTO;
	return result == VERIFY_OK ? VERDICT_OK : VERDICT_BAD_SIGNATURE;
}

/* Check one transaction and execute it; whether to go on. */
static bool take(void *context, const struct stored_tx *stored)
{
	struct run *r = context;
	struct ledger *l = r->x->ledger;
	const struct account *a = NULL;
	const char *input, *field = "";
	struct tx tx;
	size_t len;
	enum verdict v =
		ledger_tx_read(r->x->workspace, r->x->genesis->market, stored, &tx, &input, &len);

	if (v == VERDICT_OK && stored->is_signed) {
		a = account_find(&l->accounts, &tx.address);
		v = check_signature(r, a, stored, &tx, input, len);
	}
	if (v == VERDICT_OK)
		v = ledger_check(l, &tx, &field);
	if (r->err != ERR_OK || refuse(r, v, stored->seq, field) != VERDICT_OK)
		return false;
	if (r->watch && r->watch->tx)
		r->watch->tx(r->watch->context, &tx, a ? a->number : 0, l->height, stored);
	ledger_apply(l, &tx, r->watch ? &r->watch->results : NULL);
	return true;
}

static enum verdict check_header(struct run *r, const struct stored_block *block)
{
	const struct ledger *l = r->x->ledger;
	enum verify_result result;

	if (block->header.height != l->height)
		return refuse(r, VERDICT_BAD_HEIGHT, 0, "");
	if (memcmp(block->header.prev_hash, l->last_hash, HASH_LEN) != 0)
		return refuse(r, VERDICT_BAD_PREV_HASH, 0, "");
	result = header_check(r->x->operator_key, &block->header, r->x->genesis->market,
		block->operator_signature);
	if (result == VERIFY_UNABLE)
		r->err = ERR_CRYPTO;
	return refuse(r, result == VERIFY_OK ? VERDICT_OK : VERDICT_BAD_OPERATOR_SIGNATURE, 0, "");
}

/* Close the block and compare what came out with what was claimed. */
static void close_block(struct run *r, const struct stored_block *block)
{
	struct ledger *l = r->x->ledger;
	uint8_t hash[HASH_LEN];
	struct header executed;
	uint64_t seq = 0;

	if (refuse(r, block_close_check(l, &seq), seq, "") != VERDICT_OK)
		return;
	block_close(l, r->watch ? &r->watch->results : NULL, &executed);
	if (refuse(r, header_compare(&block->header, &executed), 0, "") != VERDICT_OK)
		return;
	r->err = header_hash(&executed, r->x->genesis->market, hash);
	if (r->err != ERR_OK)
		return;
	if (memcmp(hash, block->hash, HASH_LEN) != 0)
		refuse(r, VERDICT_BAD_ROW, 0, "the hash is not that of the header");
	else
		block_chain(l, hash);
}

enum err execute_block(struct executor *x, const struct stored_block *block,
	const struct tx_source *source, const struct execute_watch *watch,
	struct block_fault *fault)
{
	struct run r = {.x = x, .watch = watch, .fault = fault};
	enum err err;

	*fault = (struct block_fault){.verdict = VERDICT_OK, .height = block->header.height};
	if (check_header(&r, block) != VERDICT_OK || r.err != ERR_OK)
		return r.err;
	err = source->each(source->context, take, &r);
	if (err == ERR_OK)
		err = r.err;
	if (err != ERR_OK || fault->verdict != VERDICT_OK)
		return err;
	close_block(&r, block);
	return r.err;
}
