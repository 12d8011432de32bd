#include "core/meter.h"
#include <assert.h>
#include <stddef.h>
#include "core/units.h"

/* A longer gap is judged like this one, so that rating x time stays within 63 bits. */
enum { GAP_SLOTS_MAX = 100000 };

static const char *const names[REGISTER_COUNT] = {
	[REGISTER_PV] = "pv_wh",
	[REGISTER_IMPORT] = "import_wh",
	[REGISTER_EXPORT] = "export_wh",
	[REGISTER_CHARGE] = "charge_wh",
	[REGISTER_DISCHARGE] = "discharge_wh",
};

const char *register_name(enum register_name name)
{
	return name < REGISTER_COUNT ? names[name] : NULL;
}

int64_t meter_production_wh(const struct registers *delta)
{
	return delta->wh[REGISTER_PV];
}

int64_t meter_consumption_wh(const struct registers *delta)
{
	return delta->wh[REGISTER_PV] + delta->wh[REGISTER_IMPORT] + delta->wh[REGISTER_DISCHARGE] -
	       delta->wh[REGISTER_EXPORT];
}

static struct registers difference(const struct registers *now, const struct registers *before)
{
	struct registers d;

	for (int i = 0; i < REGISTER_COUNT; i++)
		d.wh[i] = now->wh[i] - before->wh[i];
	return d;
}

static int64_t rating_w(const struct ratings *ratings, int name)
{
	if (name == REGISTER_PV)
		return ratings->pv_w;
	if (name == REGISTER_IMPORT || name == REGISTER_EXPORT)
		return ratings->fuse_w;
	return ratings->battery_w;
}

/* What that power comes to in one slot, in whole Wh. */
static int64_t slot_wh(const struct params *params, int64_t power_w)
{
	return power_w * params->slot_s / S_PER_HOUR;
}

/* The power that a home can sell: what it can produce and what its connection carries. */
static int64_t selling_w(const struct ratings *r)
{
	int64_t produced_w = r->pv_w + r->battery_w;

	return produced_w < r->fuse_w ? produced_w : r->fuse_w;
}

int64_t ratings_opening_wh(
	const struct ratings *ratings, const struct params *params, enum side side)
{
	return slot_wh(params, side == SIDE_BUY ? ratings->fuse_w : selling_w(ratings));
}

int64_t ratings_answer_wh(
	const struct ratings *ratings, const struct params *params, const struct contract *contract)
{
	switch (contract->measure) {
	case MEASURE_STORAGE:
		return slot_wh(params, ratings->battery_w);
	case MEASURE_EXPORT:
		return slot_wh(params, selling_w(ratings));
	case MEASURE_IMPORT:
	case MEASURE_BASELINE:
	case MEASURE_BEFORE_AFTER:
		return slot_wh(params, ratings->fuse_w);
	}
	assert(0); /* contract_resolve() lets no other in */
	return 0;
}

int64_t ratings_net_wh(const struct ratings *ratings, const struct params *params)
{
	return slot_wh(params, ratings->fuse_w);
}

enum verdict registers_check(const struct registers *r, const char **field)
{
	for (int i = 0; i < REGISTER_COUNT; i++) {
		*field = names[i];
		if (r->wh[i] < 0 || r->wh[i] > REGISTER_WH_MAX)
			return VERDICT_OUT_OF_RANGE;
	}
	*field = "";
	return VERDICT_OK;
}

enum verdict registers_check_step(const struct registers *from, const struct registers *to,
	const struct ratings *ratings, const struct params *params, int64_t slots,
	const char **field)
{
	const struct registers delta = difference(to, from);
	const struct registers *d = &delta;

	for (int i = 0; i < REGISTER_COUNT; i++) {
		*field = names[i];
		if (d->wh[i] < 0)
			return VERDICT_REGISTER_ROLLBACK;
	}
	for (int i = 0; i < REGISTER_COUNT; i++) {
		/* rating x 1.1 x time, in W s x 10 */
		int64_t most = rating_w(ratings, i) * 11 * params->slot_s * slots;
		*field = names[i];
		if (d->wh[i] * S_PER_HOUR * 10 > most)
			return VERDICT_BEYOND_RATING;
	}
	*field = names[REGISTER_EXPORT];
	if (meter_consumption_wh(d) < 0)
		return VERDICT_REGISTERS_INCONSISTENT;
	*field = "";
	return VERDICT_OK;
}

static enum verdict check_time(const struct params *params, int64_t open_slot, int64_t now_ms,
	const struct reading *r, const char **field)
{
	int64_t end_ms;

	*field = "slot";
	if (r->slot < open_slot - 1)
		return VERDICT_READING_LATE;
	if (r->slot > open_slot - 1 || r->slot < -1)
		return VERDICT_READING_EARLY;
	end_ms = params_slot_start_ms(params, r->slot + 1);
	if (now_ms < end_ms)
		return VERDICT_READING_EARLY;
	*field = "taken";
	if (r->taken_ms < end_ms - params->boundary_s * MS_PER_S ||
		r->taken_ms > end_ms + params->boundary_s * MS_PER_S)
		return VERDICT_BOUNDARY;
	return VERDICT_OK;
}

enum verdict meter_check(const struct meter *meter, const struct ratings *ratings,
	const struct params *params, int64_t open_slot, int64_t now_ms, const struct reading *r,
	const char **field)
{
	enum verdict v = registers_check(&r->registers, field);
	int64_t slots;

	if (v == VERDICT_OK)
		v = check_time(params, open_slot, now_ms, r, field);
	if (v != VERDICT_OK || !meter->has_base) {
		if (v == VERDICT_OK)
			*field = "";
		return v;
	}
	*field = "slot";
	if (r->slot <= meter->base.slot)
		return VERDICT_READING_EXISTS;
	if (meter->replaced) {
		*field = "";
		return VERDICT_OK;
	}
	slots = r->slot - meter->base.slot;
	return registers_check_step(&meter->base.registers, &r->registers, ratings, params,
		slots < GAP_SLOTS_MAX ? slots : GAP_SLOTS_MAX, field);
}

void meter_accept(struct meter *meter, const struct reading *reading)
{
	meter->has_delta =
		meter->has_base && !meter->replaced && reading->slot == meter->base.slot + 1;
	if (meter->has_delta)
		meter->delta = difference(&reading->registers, &meter->base.registers);
	meter->has_base = true;
	meter->base = *reading;
	meter->replaced = false;
}

void meter_replace(struct meter *meter)
{
	meter->replaced = true;
}

bool meter_has(const struct meter *meter, int64_t slot)
{
	return meter->has_delta && meter->base.slot == slot;
}
