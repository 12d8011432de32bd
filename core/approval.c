#include "core/approval.h"
#include <assert.h>
#include <stddef.h>
#include <string.h>
#include "core/ledger.h"
#include "core/units.h"

const char *approval_verdict_name(enum approval_verdict verdict)
{
	switch (verdict) {
	case APPROVAL_APPROVE:
		return "approve";
	case APPROVAL_CHANGE:
		return "change";
	}
	return NULL;
}

enum approval_verdict approval_verdict_from_name(const char *name)
{
	for (int v = APPROVAL_APPROVE; v <= APPROVAL_CHANGE; v++) {
		if (strcmp(name, approval_verdict_name((enum approval_verdict)v)) == 0)
			return (enum approval_verdict)v;
	}
	return (enum approval_verdict)0;
}

const char *silence_name(enum silence silence)
{
	switch (silence) {
	case SILENCE_REFUSES:
		return "refuse";
	case SILENCE_APPROVES:
		return "approve";
	}
	return NULL;
}

enum silence silence_from_name(const char *name)
{
	for (int s = SILENCE_REFUSES; s <= SILENCE_APPROVES; s++) {
		if (strcmp(name, silence_name((enum silence)s)) == 0)
			return (enum silence)s;
	}
	return (enum silence)0;
}

struct approvals approvals_begin(const struct params *p, int64_t first_slot)
{
	return (struct approvals){
		.deadline_ms = params_slot_start_ms(p, first_slot) - p->approval_lead_s * MS_PER_S,
		.silence = (enum silence)p->approval_silence};
}

bool approvals_in_time(const struct params *p, int64_t first_slot, int64_t market_ms)
{
	return !network_role_any(p) ||
	       market_ms + p->slot_s * MS_PER_S <= approvals_begin(p, first_slot).deadline_ms;
}

enum approval_state approvals_state(
	const struct approvals *a, const struct params *p, int64_t now_ms)
{
	bool all = true;

	for (int r = NETWORK_DSO; r <= NETWORK_TSO; r++) {
		if (!network_role_account(p, (enum network_role)r))
			continue;
		if (a->of[r - 1].seq && a->of[r - 1].verdict == APPROVAL_CHANGE)
			return APPROVAL_REFUSED;
		all = all && a->of[r - 1].seq;
	}
	if (all)
		return APPROVAL_APPROVED;
	if (now_ms < a->deadline_ms)
		return APPROVAL_PENDING;
	return a->silence == SILENCE_APPROVES ? APPROVAL_SILENT : APPROVAL_LAPSED;
}

bool approval_counts(enum approval_state state)
{
	return state == APPROVAL_APPROVED || state == APPROVAL_SILENT;
}

static const struct schedule *named(const struct ledger *l, const struct tx *tx)
{
	for (uint32_t i = 0; i < l->schedules.count; i++) {
		const struct schedule *s = &l->schedules.rows[i];

		if (memcmp(s->id, tx->u.approve.schedule, HASH_LEN) == 0)
			return s;
	}
	return NULL;
}

enum verdict approval_check(const struct ledger *l, const struct tx *tx, const char **field)
{
	const struct account *a = account_find(&l->accounts, &tx->address);
	const struct schedule *s = named(l, tx);

	*field = "address";
	if (!a)
		return VERDICT_NOT_ADMITTED;
	if (!network_role_of_account(&l->params, a->number))
		return VERDICT_NOT_ALLOWED;
	*field = "verdict";
	if (!approval_verdict_name(tx->u.approve.verdict))
		return VERDICT_BAD_FIELD;
	*field = "schedule";
	if (!s)
		return VERDICT_UNKNOWN_SCHEDULE;
	if (tx->market_ms >= s->approvals.deadline_ms)
		return VERDICT_APPROVAL_LATE;
	*field = "";
	return VERDICT_OK;
}

uint64_t approval_add(struct ledger *l, const struct tx *tx)
{
	uint64_t account = account_find(&l->accounts, &tx->address)->number;
	enum network_role role = network_role_of_account(&l->params, account);
	const struct schedule *found = named(l, tx);
	struct schedule *s;

	assert(found && role);
	s = &l->schedules.rows[found - l->schedules.rows];
	s->approvals.of[role - 1].seq = tx->seq;
	s->approvals.of[role - 1].verdict = tx->u.approve.verdict;
	return s->seq;
}

void approvals_xfer(struct xfer *x, struct approvals *a)
{
	xfer_i64(x, &a->deadline_ms);
	XFER_INT(x, a->silence);
	for (int r = 0; r < NETWORK_ROLES; r++) {
		xfer_u64(x, &a->of[r].seq);
		XFER_INT(x, a->of[r].verdict);
	}
}
