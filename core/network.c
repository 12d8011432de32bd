#include "core/network.h"
#include <assert.h>
#include <stddef.h>
#include "core/ledger.h"
#include "core/units.h"

static size_t ring(int64_t slot)
{
	return (size_t)(slot % NETWORK_SLOTS);
}

static enum verdict check_values(const int32_t *wh, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (wh[i] < 0 || wh[i] > NETWORK_LIMIT_WH_MAX)
			return VERDICT_OUT_OF_RANGE;
	}
	return VERDICT_OK;
}

enum verdict network_check(const struct ledger *l, const struct tx *tx, const char **field)
{
	const struct account *a = account_find(&l->accounts, &tx->address);
	const struct limits_window *w = &tx->u.limits;
	enum verdict v;

	*field = "address";
	if (!a)
		return VERDICT_NOT_ADMITTED;
	if (!network_role_of_account(&l->params, a->number))
		return VERDICT_NOT_ALLOWED;
	v = schedule_slots_check(l, w->first_slot, w->count, "import_wh", field);
	if (v != VERDICT_OK)
		return v;
	*field = "export_wh";
	v = check_values(w->export_wh, w->count);
	if (v != VERDICT_OK)
		return v;
	*field = "import_wh";
	v = check_values(w->import_wh, w->count);
	if (v != VERDICT_OK)
		return v;
	*field = "";
	return VERDICT_OK;
}

void network_add(struct ledger *l, const struct tx *tx)
{
	const struct limits_window *w = &tx->u.limits;
	uint64_t account = account_find(&l->accounts, &tx->address)->number;
	enum network_role role = network_role_of_account(&l->params, account);

	for (uint32_t i = 0; i < w->count; i++) {
		int64_t slot = w->first_slot + i;

		l->network.limits[role - 1][ring(slot)] = (struct net_limit){.slot = slot,
			.seq = tx->seq,
			.export_wh = w->export_wh[i],
			.import_wh = w->import_wh[i]};
	}
}

const struct net_limit *network_limit(const struct network *n, enum network_role role, int64_t slot)
{
	const struct net_limit *limit = &n->limits[role - 1][ring(slot)];

	return limit->seq != 0 && limit->slot == slot ? limit : NULL;
}

/* What has been awarded in a slot by auctions of one side. */
struct awarded {
	int64_t wh, by_homes_wh; /* all of it; and by those that homes have opened */
};

static struct awarded awarded(const struct auctions *t, int64_t slot, enum side side)
{
	struct awarded sum = {.wh = 0};

	for (uint32_t i = 0; i < t->auction_top; i++) {
		const struct auction *a = &t->auctions[i];

		if (a->status != AUCTION_CLEARED || a->contract.slot != slot ||
			a->contract.side != side)
			continue;
		sum.wh += a->cleared_wh;
		if (a->opener >= ACCOUNT_FIXED_MAX)
			sum.by_homes_wh += a->cleared_wh;
	}
	return sum;
}

/* What is left of a slot's whole room. */
static int64_t left_wh(int64_t whole_wh, const struct awarded *awarded, bool by_role)
{
	int64_t wh = whole_wh - awarded->wh;
	int64_t homes_wh = whole_wh / 2 - awarded->by_homes_wh;

	if (!by_role && homes_wh < wh)
		wh = homes_wh;
	return wh > 0 ? wh : 0;
}

struct network_room network_room(
	const struct ledger *l, int64_t slot, enum side side, bool by_role, int64_t now_ms)
{
	struct network_room room = {.wh = INT64_MAX};
	const struct awarded sum = awarded(&l->auctions, slot, side);
	int64_t net_wh = 0;

	room.scheduled = schedule_net(l, slot, now_ms, &net_wh);
	for (int r = NETWORK_DSO; r <= NETWORK_TSO; r++) {
		const struct net_limit *limit =
			network_limit(&l->network, (enum network_role)r, slot);
		int64_t wh = 0;

		if (!limit)
			continue;
		if (room.scheduled)
			wh = left_wh(side == SIDE_BUY ? limit->export_wh + net_wh
						      : limit->import_wh - net_wh,
				&sum, by_role);
		if (wh < room.wh) {
			room.wh = wh;
			room.by = (enum network_role)r;
		}
	}
	return room;
}

void network_advance(struct ledger *l)
{
	int64_t over = ledger_slot(l) - 1;

	for (int r = 0; r < NETWORK_ROLES; r++) {
		struct net_limit *limit = &l->network.limits[r][ring(over)];

		if (limit->slot == over)
			*limit = (struct net_limit){.seq = 0};
	}
}

static uint32_t count(const struct network *n, enum network_role role, int64_t open_slot)
{
	uint32_t found = 0;

	for (int64_t slot = open_slot; slot < open_slot + NETWORK_SLOTS; slot++)
		found += network_limit(n, role, slot) != NULL;
	return found;
}

static void xfer_limit(struct xfer *x, struct net_limit *limit)
{
	xfer_i64(x, &limit->slot);
	xfer_u64(x, &limit->seq);
	xfer_i32(x, &limit->export_wh);
	xfer_i32(x, &limit->import_wh);
}

void network_xfer(struct xfer *x, struct network *n, int64_t open_slot)
{
	for (int r = NETWORK_DSO; r <= NETWORK_TSO; r++) {
		enum network_role role = (enum network_role)r;
		uint32_t left = x->reading ? 0 : count(n, role, open_slot);
		int64_t slot = open_slot;

		xfer_count(x, &left, NETWORK_SLOTS);
		for (; left > 0 && !x->bad; left--) {
			struct net_limit limit = {.seq = 0};

			while (!x->reading && !network_limit(n, role, slot))
				slot++;
			if (!x->reading)
				limit = *network_limit(n, role, slot++);
			xfer_limit(x, &limit);
			if (!x->reading)
				continue;
			if (limit.seq == 0 || limit.slot < slot ||
				limit.slot >= open_slot + NETWORK_SLOTS) {
				x->bad = true;
				continue;
			}
			n->limits[r - 1][ring(limit.slot)] = limit;
			slot = limit.slot + 1;
		}
	}
}
