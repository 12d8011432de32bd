#include "core/block.h"
#include <assert.h>
#include <stddef.h>
#include "core/encode.h"
#include "core/entry_sort.h"
#include "core/settlement.h"
#include "core/state_root.h"

enum { LEAF_RANKED = 0x21 };
enum { FIRST_SEEDED_HEIGHT = 3 };

enum verdict block_close_check(const struct ledger *l, uint64_t *seq)
{
	*seq = 0;
	if (!l->closing)
		return VERDICT_OUT_OF_PHASE;
	if (ledger_delivery_due(l)) {
		*seq = ledger_delivery_due(l)->seq;
		return VERDICT_ATTESTATION_MISSING;
	}
	for (uint32_t i = 0; i < l->gap_count; i++) {
		const struct seq_gap *gap = &l->gaps[i];
		if (gap->height == 0 ||
			gap->height + (uint64_t)l->params.horizon_slots + 1 >= l->height)
			continue;
		*seq = gap->seq;
		return VERDICT_BAD_SEQ;
	}
	return VERDICT_OK;
}

/* The reward of the home that sealed the block before: floor(reward x cpf / 100), or nothing if
 * that were more than all money there may be (L3). */
static void reward(struct ledger *l, const struct result_sink *sink)
{
	const struct validator *v;
	int64_t reward_uc;

	if (l->sealed_by == 0 || !l->ranked_rewarded)
		return;
	v = &l->ranked[l->sealed_by - 1];
	reward_uc = l->params.reward_uc * v->cpf_hundredths / 100;
	if (l->accounts.fixed[ACCOUNT_ISSUER].balance_uc < -MONEY_UC_MAX + reward_uc)
		return;
	ledger_transfer(l, sink, ACCOUNT_ISSUER, v->account, reward_uc, 0, TRANSFER_REWARD);
}

/* Addresses of slots before the open one go; their balances return to the wallets. */
static void close_addresses(struct ledger *l, const struct result_sink *sink)
{
	struct accounts *t = &l->accounts;

	while (t->first < t->next) {
		const struct account *a = account_get(t, t->first);
		struct result r = {.kind = RESULT_ACCOUNT_CLOSED, .height = l->height};
		int64_t balance_uc = a->balance_uc;
		if (a->slot >= ledger_slot(l))
			break;
		if (balance_uc > 0)
			ledger_transfer(
				l, sink, a->number, ACCOUNT_WALLETS, balance_uc, 0, TRANSFER_CLOSE);
		else
			ledger_transfer(l, sink, ACCOUNT_WALLETS, a->number, -balance_uc, 0,
				TRANSFER_CLOSE);
		r.u.account = a;
		ledger_emit(l, sink, &r);
		account_close_first(t);
	}
}

static size_t candidates(struct ledger *l)
{
	size_t n = 0;

	for (uint32_t i = 0; i < l->announced_count; i++) {
		struct account *a = account_edit(&l->accounts, l->announced[i]);
		struct candidate *c = &l->candidates[n++];
		*c = (struct candidate){
			.address = i, .cpf_hundredths = a->cpf_hundredths, .eligible = a->stands};
		memcpy(c->address_text, a->address.text, ADDRESS_LEN);
		a->cpf_hundredths = 0;
		a->stands = false;
	}
	return n;
}

static void ranked_leaf(const struct ledger *l, const struct candidate *c, uint8_t out[HASH_LEN])
{
	struct encode e = {.len = 0};

	encode_u8(&e, 0);
	encode_u8(&e, LEAF_RANKED);
	encode_bytes(&e, c->address_text, ADDRESS_LEN);
	encode_u8(&e, (unsigned)c->cpf_hundredths);
	encode_u8(&e, c->eligible);
	l->sha256(e.bytes, e.len, out);
}

/* The genesis hash is the seed of the blocks that have no block with validators two before them. */
static void seed_of_block(const struct ledger *l, uint8_t seed[HASH_LEN])
{
	if (l->height < FIRST_SEEDED_HEIGHT)
		memcpy(seed, l->older_hash, HASH_LEN);
	else
		ranking_seed(l->sha256, l->older_hash,
			address_is_empty(&l->older_validator) ? NULL : l->older_validator.text,
			seed);
}

/* Elect this block's validators; those of the block before become history. */
static void elect(struct ledger *l, const struct result_sink *sink, uint8_t root[HASH_LEN])
{
	uint8_t seed[HASH_LEN];
	struct ranking ranking;

	seed_of_block(l, seed);
	ranking = ranking_order(l->sha256, seed, l->candidates, candidates(l));
	memset(&l->older_validator, 0, sizeof l->older_validator);
	if (l->sealed_by)
		l->older_validator = l->ranked[l->sealed_by - 1].address;
	l->sealed_by = 0;
	l->ranked_rewarded = ranking.rewarded;
	l->ranked_count = 0;
	memset(l->ranked, 0, sizeof l->ranked);
	for (size_t i = 0; i < ranking.count; i++) {
		const struct candidate *c = &l->candidates[i];
		const struct account *a = account_get(&l->accounts, l->announced[c->address]);
		struct result r = {.kind = RESULT_RANKED, .height = l->height};
		ranked_leaf(l, c, l->leaves[i]);
		if (i >= LEDGER_RANKS_MAX)
			continue;
		l->ranked[l->ranked_count++] = (struct validator){.address = a->address,
			.account = a->number,
			.cpf_hundredths = c->cpf_hundredths};
		r.u.validator.rank = (unsigned)i + 1;
		r.u.validator.account = a;
		r.u.validator.cpf_hundredths = c->cpf_hundredths;
		r.u.validator.rewarded = ranking.rewarded;
		r.u.validator.height = l->height;
		ledger_emit(l, sink, &r);
	}
	merkle_root(l->sha256, l->leaves, ranking.count, root);
	l->announced_count = 0;
}

static void tx_root(struct ledger *l, uint8_t root[HASH_LEN])
{
	entry_sort(l->txs, l->tx_count);
	for (uint64_t i = 0; i < l->tx_count; i++)
		memcpy(l->leaves[i], l->txs[i].leaf, HASH_LEN);
	merkle_root(l->sha256, l->leaves, l->tx_count, root);
}

void block_close(struct ledger *l, const struct result_sink *sink, struct header *h)
{
	assert(l->closing);
	memset(h, 0, sizeof *h);
	h->height = l->height;
	h->time_ms = ledger_slot_end_ms(l);
	h->flags = l->flags;
	h->tx_count = l->tx_count;
	memcpy(h->prev_hash, l->last_hash, HASH_LEN);
	memcpy(h->rules_hash, l->rules_hash, HASH_LEN);
	settle(l, sink);
	imbalance_settle(l, sink);
	activations_settle(l, sink);
	auctions_remove_slot(&l->auctions, &l->accounts, ledger_slot(l) - 1);
	reward(l, sink);
	close_addresses(l, sink);
	elect(l, sink, h->ranking_root);
	merkle_root(l->sha256, l->results, l->result_count, h->results_root);
	state_root(l, h->state_root);
	tx_root(l, h->tx_root);
	merkle_log_root(l->sha256, &l->log, h->log_root);
	assert(accounts_sum_uc(&l->accounts) == 0); /* L1 */
}

/* Forget the sequences that have come, keeping the order of the others. */
static void compact_gaps(struct ledger *l)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < l->gap_count; i++) {
		if (l->gaps[i].height != 0)
			l->gaps[kept++] = l->gaps[i];
	}
	l->gap_count = kept;
}

void block_chain(struct ledger *l, const uint8_t header_hash[HASH_LEN])
{
	uint8_t leaf[HASH_LEN];

	assert(l->closing);
	memcpy(l->older_hash, l->last_hash, HASH_LEN);
	memcpy(l->last_hash, header_hash, HASH_LEN);
	merkle_leaf_hash(l->sha256, header_hash, HASH_LEN, leaf);
	merkle_log_append(l->sha256, &l->log, leaf);
	compact_gaps(l);
	/* Its date binds a message to a window on both sides of its intake. */
	recent_forget(
		&l->recent, ledger_slot_end_ms(l) - 2 * l->schedule.widest_window_s * MS_PER_S);
	l->height++;
	l->closing = false;
	l->flags_before[1] = l->flags_before[0];
	l->flags_before[0] = l->flags;
	l->flags = 0;
	l->last_standing = 0;
	l->due_count = 0;
	l->due_next = 0;
	l->tx_count = 0;
	l->result_count = 0;
	imbalance_open(l);
	params_schedule_advance(l);
	schedules_advance(l);
	network_advance(l);
	tariffs_advance(l);
}
