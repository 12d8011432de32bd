#include "core/quarters.h"
#include <assert.h>
#include <stddef.h>
#include "core/units.h"

enum { PARTS = 4, TAKEN_SHARE = 16, SPAN_SHARE = 8 };

int64_t quarter_end_ms(const struct params *p, int64_t slot, int quarter)
{
	return params_slot_start_ms(p, slot) + p->slot_s * MS_PER_S * quarter / PARTS;
}

static const struct quarters *place(const struct home_quarters *q, int64_t slot)
{
	return &q->of[slot & 1];
}

const struct quarters *quarters_find(const struct home_quarters *q, int64_t slot)
{
	const struct quarters *s = place(q, slot);

	return slot >= 0 && s->count > 0 && s->slot == slot ? s : NULL;
}

static enum verdict check_time(const struct params *p, int64_t open_slot, int64_t now_ms,
	const struct reading *r, const char **field)
{
	int64_t end_ms = quarter_end_ms(p, r->slot, r->quarter);
	int64_t most_ms = p->slot_s * MS_PER_S / TAKEN_SHARE;

	if (p->boundary_s * MS_PER_S < most_ms)
		most_ms = p->boundary_s * MS_PER_S;
	*field = "slot";
	if (r->slot < open_slot - 1)
		return VERDICT_READING_LATE;
	if (r->slot > open_slot)
		return VERDICT_READING_EARLY;
	*field = "quarter";
	if (now_ms < end_ms)
		return VERDICT_READING_EARLY;
	if (r->quarter == 1 && now_ms >= contract_half_gate_ms(p, r->slot))
		return VERDICT_READING_LATE;
	*field = "taken";
	if (r->taken_ms < end_ms - most_ms || r->taken_ms > end_ms + most_ms)
		return VERDICT_BOUNDARY;
	return VERDICT_OK;
}

/* Its place among the readings of its slot. */
static enum verdict check_order(const struct quarters *known, const struct meter *meter,
	const struct reading *r, const char **field)
{
	uint32_t count = known ? known->count : 0;

	*field = "slot";
	if (meter->has_base && r->slot <= meter->base.slot)
		return VERDICT_READING_EXISTS;
	if (!meter->has_base || meter->replaced || meter->base.slot != r->slot - 1)
		return VERDICT_READING_EARLY;
	*field = "quarter";
	if ((uint32_t)r->quarter <= count)
		return VERDICT_READING_EXISTS;
	return (uint32_t)r->quarter == count + 1 ? VERDICT_OK : VERDICT_READING_EARLY;
}

/* Long enough to tell of the mean power: the one before may have been taken late. */
static enum verdict check_span(const struct params *p, const struct reading *before,
	const struct reading *r, const char **field)
{
	*field = "taken";
	return r->taken_ms - before->taken_ms < p->slot_s * MS_PER_S / SPAN_SHARE ? VERDICT_BOUNDARY
										  : VERDICT_OK;
}

enum verdict quarters_check(const struct home_quarters *q, const struct meter *meter,
	const struct ratings *ratings, const struct params *p, int64_t open_slot, int64_t now_ms,
	const struct reading *r, const char **field)
{
	const struct quarters *known = quarters_find(q, r->slot);
	const struct reading *before = known ? &known->at[known->count - 1] : &meter->base;
	enum verdict v;

	*field = "quarter";
	if (r->quarter < 1 || r->quarter > QUARTERS_READ)
		return VERDICT_OUT_OF_RANGE;
	v = registers_check(&r->registers, field);
	if (v == VERDICT_OK)
		v = check_time(p, open_slot, now_ms, r, field);
	if (v == VERDICT_OK)
		v = check_order(known, meter, r, field);
	if (v == VERDICT_OK)
		v = check_span(p, before, r, field);
	/* A whole slot's energy is let in: quarters of a slot are too short to be strict about. */
	return v == VERDICT_OK ? registers_check_step(
					 &before->registers, &r->registers, ratings, p, 1, field)
			       : v;
}

enum verdict quarters_check_end(
	const struct home_quarters *q, const struct reading *r, const char **field)
{
	const struct quarters *known = quarters_find(q, r->slot);

	for (int i = 0; known && i < REGISTER_COUNT; i++) {
		*field = register_name((enum register_name)i);
		if (r->registers.wh[i] < known->at[known->count - 1].registers.wh[i])
			return VERDICT_REGISTER_ROLLBACK;
	}
	*field = "";
	return VERDICT_OK;
}

void quarters_accept(struct home_quarters *q, const struct meter *meter, const struct reading *r)
{
	struct quarters *s = &q->of[r->slot & 1];

	if (!quarters_find(q, r->slot))
		*s = (struct quarters){.slot = r->slot, .begin = meter->base};
	assert(s->count < QUARTERS_READ);
	s->at[s->count++] = *r;
}

static int64_t net_wh(const struct reading *from, const struct reading *to)
{
	const int64_t *a = from->registers.wh, *b = to->registers.wh;

	return b[REGISTER_IMPORT] - a[REGISTER_IMPORT] - (b[REGISTER_EXPORT] - a[REGISTER_EXPORT]);
}

int64_t quarters_first_net_wh(const struct quarters *q)
{
	assert(q->count > 0);
	return net_wh(&q->begin, &q->at[0]);
}

/* floor(wh x ms / of_ms), where the product could be too large. */
static int64_t scaled_wh(int64_t wh, int64_t ms, int64_t of_ms)
{
	int64_t whole = wh / of_ms, rest = wh % of_ms;

	if (rest < 0) {
		whole--;
		rest += of_ms;
	}
	return whole * ms + rest * ms / of_ms;
}

bool quarters_change_wh(const struct quarters *q, const struct reading *end, int64_t *ret_wh)
{
	int64_t first_ms, half_ms;

	if (!q || q->count < QUARTERS_READ)
		return false;
	first_ms = q->at[0].taken_ms - q->begin.taken_ms;
	half_ms = end->taken_ms - q->at[1].taken_ms;
	if (first_ms <= 0 || half_ms <= 0)
		return false;
	*ret_wh = net_wh(&q->at[1], end) - scaled_wh(quarters_first_net_wh(q), half_ms, first_ms);
	return true;
}
