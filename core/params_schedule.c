#include "core/params_schedule.h"
#include <assert.h>
#include <stddef.h>
#include "core/ledger.h"
#include "core/params_change.h"

const struct params *params_schedule_at(const struct ledger *l, int64_t slot)
{
	const struct params *p = &l->params;

	for (uint32_t i = 0; i < l->schedule.count && l->schedule.sets[i].from_slot <= slot; i++)
		p = &l->schedule.sets[i].params;
	return p;
}

/* How many of those that wait are before that slot, and so stay. */
static uint32_t kept(const struct params_schedule *s, int64_t from_slot)
{
	uint32_t n = 0;

	while (n < s->count && s->sets[n].from_slot < from_slot)
		n++;
	return n;
}

/* The ids of what was taken in since two of the windows in force so far before the open slot's
 * begin are known; a set that waits reaches no further back. A message within the new window at its
 * first slot may have been taken in one old window before: that must be known still. */
static bool window_is_remembered(const struct ledger *l, int64_t from_slot, int64_t window_s)
{
	int64_t ahead_s = (from_slot - ledger_slot(l)) * l->params.slot_s;

	return window_s - l->schedule.widest_in_force_s <= ahead_s;
}

enum verdict params_schedule_check(const struct ledger *l, const struct tx *tx, const char **field)
{
	const struct params *p = tx->u.params.set;
	int64_t from_slot = tx->u.params.from_slot;

	*field = "from_slot";
	if (from_slot <= ledger_slot(l) || from_slot > ledger_slot(l) + PARAMS_AHEAD_SLOTS_MAX)
		return VERDICT_OUT_OF_RANGE;
	if (kept(&l->schedule, from_slot) == PARAMS_SCHEDULED_MAX)
		return VERDICT_TOO_MANY;
	*field = params_fixed_difference(&l->params, p);
	if (*field)
		return VERDICT_BAD_TERMS;
	if (params_check(p, field) != VERDICT_OK)
		return params_check(p, field);
	*field = "date_window_s";
	if (!window_is_remembered(l, from_slot, p->date_window_s))
		return VERDICT_OUT_OF_RANGE;
	*field = "";
	return VERDICT_OK;
}

void params_schedule_add(struct ledger *l, const struct tx *tx)
{
	struct params_schedule *s = &l->schedule;
	struct scheduled_params *set;

	s->count = kept(s, tx->u.params.from_slot);
	assert(s->count < PARAMS_SCHEDULED_MAX);
	set = &s->sets[s->count++];
	set->from_slot = tx->u.params.from_slot;
	set->params = *tx->u.params.set;
	memcpy(set->rules_hash, tx->u.params.rules_hash, HASH_LEN);
	if (set->params.date_window_s > s->widest_window_s)
		s->widest_window_s = set->params.date_window_s;
}

/* A role's account lives by the credit that is in force. */
static void give_credit(struct ledger *l)
{
	for (uint32_t i = 0; i < l->params.role_count; i++)
		account_edit(&l->accounts, ACCOUNT_FIRST_ROLE + i)->credit_uc =
			l->params.roles[i].credit_limit_uc;
}

void params_schedule_advance(struct ledger *l)
{
	struct params_schedule *s = &l->schedule;

	if (s->count == 0 || s->sets[0].from_slot > ledger_slot(l))
		return;
	l->params = s->sets[0].params;
	memcpy(l->rules_hash, s->sets[0].rules_hash, HASH_LEN);
	s->count--;
	memmove(s->sets, s->sets + 1, s->count * sizeof *s->sets);
	if (l->params.date_window_s > s->widest_in_force_s)
		s->widest_in_force_s = l->params.date_window_s;
	give_credit(l);
}

/* Only what may change: the rest is of genesis. */
static void xfer_set(struct xfer *x, struct params *p)
{
	const char *field;

	for (int i = 0; i < PARAM_COUNT; i++) {
		int64_t value = param_get(p, (enum param)i);
		xfer_i64(x, &value);
		param_set(p, (enum param)i, value);
	}
	for (uint32_t i = 0; i < p->role_count; i++)
		xfer_i64(x, &p->roles[i].credit_limit_uc);
	if (x->reading && params_check(p, &field) != VERDICT_OK)
		x->bad = true;
}

void params_schedule_xfer(struct xfer *x, struct ledger *l)
{
	struct params_schedule *s = &l->schedule;

	xfer_set(x, &l->params);
	xfer_bytes(x, l->rules_hash, HASH_LEN);
	xfer_i64(x, &s->widest_window_s);
	xfer_i64(x, &s->widest_in_force_s);
	xfer_count(x, &s->count, PARAMS_SCHEDULED_MAX);
	for (uint32_t i = 0; i < s->count && !x->bad; i++) {
		struct scheduled_params *set = &s->sets[i];
		if (x->reading)
			set->params = l->params;
		xfer_i64(x, &set->from_slot);
		xfer_set(x, &set->params);
		xfer_bytes(x, set->rules_hash, HASH_LEN);
	}
	give_credit(l);
}
