#include "hem-client/tcr/past.h"
#include <string.h>
#include "core/units.h"

enum { WEEK_LESS_DAY = 6 };

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

static size_t place(int64_t step)
{
	return (size_t)(step - floor_div(step, PAST_STEPS) * PAST_STEPS);
}

void past_init(struct past *p, int64_t slot_s)
{
	memset(p, 0, sizeof *p);
	p->slot_s = slot_s;
}

int64_t past_step_s(const struct past *p)
{
	return p->slot_s > S_PER_HOUR ? p->slot_s : S_PER_HOUR;
}

int64_t past_step(const struct past *p, int64_t slot)
{
	return floor_div(slot * p->slot_s, past_step_s(p));
}

/* Make `step` the newest; those between are not known. */
static void advance(struct past *p, int64_t step)
{
	int64_t from = p->begun ? p->step + 1 : step;

	if (step - from >= PAST_STEPS)
		from = step - PAST_STEPS + 1;
	for (; from <= step; from++) {
		p->known[place(from)] = false;
		p->energy[place(from)] = (struct slot_energy){0};
	}
	p->begun = true;
	p->step = step;
}

void past_add_step(struct past *p, int64_t step, const struct slot_energy *e)
{
	struct slot_energy *to = &p->energy[place(step)];

	if (!p->begun || step > p->step)
		advance(p, step);
	if (step <= p->step - PAST_STEPS)
		return;
	to->load_wh += e->load_wh;
	to->pv_wh += e->pv_wh;
	p->known[place(step)] = true;
}

void past_add(struct past *p, int64_t slot, const struct slot_energy *e)
{
	past_add_step(p, past_step(p, slot), e);
}

bool past_get(const struct past *p, int64_t step, struct slot_energy *ret)
{
	if (!p->begun || step > p->step || step <= p->step - PAST_STEPS || !p->known[place(step)])
		return false;
	*ret = p->energy[place(step)];
	return true;
}

static void weigh(struct slot_energy *sum, int64_t *weights, const struct slot_energy *e, int64_t w)
{
	sum->load_wh += w * e->load_wh;
	sum->pv_wh += w * e->pv_wh;
	*weights += w;
}

/* What to expect of a step, by those of its time of day that are over. */
static bool expect(const struct past *p, int64_t step, struct slot_energy *ret)
{
	int64_t day = S_PER_DAY / past_step_s(p), weights = 0;
	struct slot_energy e, sum = {0};

	do {
		step -= day;
	} while (step >= p->step);
	if (!past_get(p, step, &e))
		return false;
	weigh(&sum, &weights, &e, 2);
	if (past_get(p, step - day, &e))
		weigh(&sum, &weights, &e, 1);
	if (past_get(p, step - WEEK_LESS_DAY * day, &e))
		weigh(&sum, &weights, &e, 1);
	*ret = (struct slot_energy){sum.load_wh / weights, sum.pv_wh / weights};
	return true;
}

bool past_look_ahead(
	const struct past *p, const struct tariff *tariff, int64_t from_s, struct past_ahead *ret)
{
	int64_t step_s = past_step_s(p), first = floor_div(from_s, step_s);

	if (!p->begun)
		return false;
	*ret = (struct past_ahead){.step_s = step_s, .first_s = (first + 1) * step_s - from_s};
	for (int i = 0; i < PAST_AHEAD; i++) {
		if (!expect(p, first + i, &ret->energy[i]))
			return false;
		ret->prices[i] = tariff->at(tariff->self, i == 0 ? from_s : (first + i) * step_s);
	}
	return true;
}
