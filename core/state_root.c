#include "core/state_root.h"
#include <stddef.h>
#include "core/encode.h"

enum {
	LEAF_ACCOUNT = 0x31,
	LEAF_AUCTION = 0x32,
	LEAF_SCHEDULE = 0x33,
	LEAF_LIMIT = 0x34,
	LEAF_APPROVAL = 0x35,
	LEAF_FEES = 0x36,
	LEAF_TARIFF = 0x38,
	LEAF_ACTIVATION = 0x39,
};

static void account_leaf(const struct ledger *l, const struct account *a, uint8_t out[HASH_LEN])
{
	struct encode e = {.len = 0};

	encode_u8(&e, 0);
	encode_u8(&e, LEAF_ACCOUNT);
	encode_u64(&e, a->number);
	encode_bytes(&e, a->address.text, ADDRESS_LEN);
	encode_i64(&e, a->slot);
	encode_i64(&e, a->balance_uc);
	encode_i64(&e, a->held_uc);
	l->sha256(e.bytes, e.len, out);
}

static void auction_leaf(const struct ledger *l, const struct auction *a, uint8_t out[HASH_LEN])
{
	const struct contract *c = &a->contract;
	struct encode e = {.len = 0};

	encode_u8(&e, 0);
	encode_u8(&e, LEAF_AUCTION);
	encode_u64(&e, a->seq);
	encode_u64(&e, a->opener);
	encode_u8(&e, (unsigned)c->side);
	encode_u8(&e, (unsigned)c->rule);
	encode_u8(&e, (unsigned)c->measure);
	encode_u8(&e, (unsigned)c->book);
	encode_u8(&e, c->limit_inclusive);
	encode_i64(&e, c->quantity_wh);
	encode_i64(&e, c->limit_mc_per_kwh);
	encode_i64(&e, c->min_quantity_wh);
	encode_i64(&e, c->penalty_mc_per_kwh);
	encode_i64(&e, c->gate_ms);
	encode_i64(&e, c->slot);
	encode_u8(&e, (unsigned)a->status);
	encode_i64(&e, a->cleared_wh);
	encode_i64(&e, a->cleared_uc);
	encode_i64(&e, a->marginal_mc_per_kwh);
	l->sha256(e.bytes, e.len, out);
}

/* What it says stands in its transaction. */
static void schedule_leaf(const struct ledger *l, const struct schedule *s, uint8_t out[HASH_LEN])
{
	struct encode e = {.len = 0};

	encode_u8(&e, 0);
	encode_u8(&e, LEAF_SCHEDULE);
	encode_u64(&e, s->seq);
	encode_i64(&e, s->first_slot);
	encode_u64(&e, s->count);
	l->sha256(e.bytes, e.len, out);
}

static bool has_fees(const struct auction *a)
{
	return a->contract.fees.buyer_mc_per_kwh || a->contract.fees.seller_mc_per_kwh;
}

static void fees_leaf(const struct ledger *l, const struct auction *a, uint8_t out[HASH_LEN])
{
	struct encode e = {.len = 0};

	encode_u8(&e, 0);
	encode_u8(&e, LEAF_FEES);
	encode_u64(&e, a->seq);
	encode_i64(&e, a->contract.fees.buyer_mc_per_kwh);
	encode_i64(&e, a->contract.fees.seller_mc_per_kwh);
	l->sha256(e.bytes, e.len, out);
}

static void limit_leaf(
	const struct ledger *l, uint64_t account, const struct net_limit *n, uint8_t out[HASH_LEN])
{
	struct encode e = {.len = 0};

	encode_u8(&e, 0);
	encode_u8(&e, LEAF_LIMIT);
	encode_u64(&e, account);
	encode_i64(&e, n->slot);
	encode_u64(&e, n->seq);
	encode_i64(&e, n->export_wh);
	encode_i64(&e, n->import_wh);
	l->sha256(e.bytes, e.len, out);
}

/* A role's limits ascending by slot, from leaf n on; the number of the next leaf. */
static size_t limit_leaves(struct ledger *l, enum network_role role, size_t n)
{
	uint64_t account = network_role_account(&l->params, role);
	int64_t open = ledger_slot(l);

	for (int64_t slot = open; account && slot < open + NETWORK_SLOTS; slot++) {
		const struct net_limit *limit = network_limit(&l->network, role, slot);

		if (limit)
			limit_leaf(l, account, limit, l->leaves[n++]);
	}
	return n;
}

/* The answers about a schedule, from leaf n on; the number of the next leaf. */
static size_t approval_leaves(struct ledger *l, const struct schedule *s, size_t n)
{
	for (int r = NETWORK_DSO; r <= NETWORK_TSO; r++) {
		struct encode e = {.len = 0};

		if (s->approvals.of[r - 1].seq == 0)
			continue;
		encode_u8(&e, 0);
		encode_u8(&e, LEAF_APPROVAL);
		encode_u64(&e, s->seq);
		encode_u64(&e, network_role_account(&l->params, (enum network_role)r));
		encode_u64(&e, s->approvals.of[r - 1].seq);
		encode_u8(&e, (unsigned)s->approvals.of[r - 1].verdict);
		l->sha256(e.bytes, e.len, l->leaves[n++]);
	}
	return n;
}

/* As with a schedule. */
static void tariff_leaf(const struct ledger *l, const struct tariff *t, uint8_t out[HASH_LEN])
{
	struct encode e = {.len = 0};

	encode_u8(&e, 0);
	encode_u8(&e, LEAF_TARIFF);
	encode_u64(&e, t->seq);
	encode_i64(&e, t->first_slot);
	encode_u64(&e, t->count);
	l->sha256(e.bytes, e.len, out);
}

static void activation_leaf(
	const struct ledger *l, const struct activation *a, uint8_t out[HASH_LEN])
{
	struct encode e = {.len = 0};

	encode_u8(&e, 0);
	encode_u8(&e, LEAF_ACTIVATION);
	encode_u64(&e, a->seq);
	encode_i64(&e, a->terms.slot);
	encode_u8(&e, (unsigned)a->terms.regulation);
	encode_u8(&e, (unsigned)a->terms.measure);
	encode_i64(&e, a->terms.energy_wh);
	encode_i64(&e, a->terms.price_mc_per_kwh);
	encode_u64(&e, a->auction);
	l->sha256(e.bytes, e.len, out);
}

void state_root(struct ledger *l, uint8_t root[HASH_LEN])
{
	const struct accounts *t = &l->accounts;
	size_t n = 0;
	uint32_t live = auctions_sorted(&l->auctions);

	for (uint64_t i = ACCOUNT_ISSUER; i < ACCOUNT_FIRST_ROLE + t->role_count; i++)
		account_leaf(l, &t->fixed[i], l->leaves[n++]);
	if (t->fixed[ACCOUNT_GRID].balance_uc != 0)
		account_leaf(l, &t->fixed[ACCOUNT_GRID], l->leaves[n++]);
	for (uint64_t i = t->first; i < t->next; i++)
		account_leaf(l, account_get(t, i), l->leaves[n++]);
	for (uint32_t i = 0; i < live; i++)
		auction_leaf(l, &l->auctions.auctions[l->auctions.due[i]], l->leaves[n++]);
	for (uint32_t i = 0; i < l->schedules.count; i++)
		schedule_leaf(l, &l->schedules.rows[i], l->leaves[n++]);
	for (int r = NETWORK_DSO; r <= NETWORK_TSO; r++)
		n = limit_leaves(l, (enum network_role)r, n);
	for (uint32_t i = 0; i < l->schedules.count; i++)
		n = approval_leaves(l, &l->schedules.rows[i], n);
	for (uint32_t i = 0; i < live; i++) {
		const struct auction *a = &l->auctions.auctions[l->auctions.due[i]];
		if (has_fees(a))
			fees_leaf(l, a, l->leaves[n++]);
	}
	for (uint32_t i = 0; i < l->tariffs.count; i++)
		tariff_leaf(l, &l->tariffs.rows[i], l->leaves[n++]);
	for (uint32_t i = 0; i < l->activations.count; i++)
		activation_leaf(l, &l->activations.rows[i], l->leaves[n++]);
	merkle_root(l->sha256, l->leaves, n, root);
}
