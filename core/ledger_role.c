#include "core/ledger_role.h"

enum verdict ledger_role_check(const struct ledger *l, const struct tx *tx, const char **field)
{
	if (tx->kind == TX_SCHEDULE)
		return schedule_check(l, tx, field);
	if (tx->kind == TX_LIMITS)
		return network_check(l, tx, field);
	if (tx->kind == TX_APPROVE)
		return approval_check(l, tx, field);
	return tx->kind == TX_TARIFF ? tariff_check(l, tx, field) : activation_check(l, tx, field);
}

static void apply_schedule(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	struct result r = {.kind = RESULT_SCHEDULED, .height = l->height};

	r.u.schedule = schedule_add(l, tx);
	ledger_emit(l, sink, &r);
}

static void apply_limits(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	struct result r = {.kind = RESULT_LIMITED, .height = l->height};

	network_add(l, tx);
	r.u.limits.seq = tx->seq;
	r.u.limits.window = &tx->u.limits;
	ledger_emit(l, sink, &r);
}

static void apply_approve(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	struct result r = {.kind = RESULT_ANSWERED, .height = l->height};

	r.u.answer.seq = tx->seq;
	r.u.answer.schedule = approval_add(l, tx);
	r.u.answer.role = network_role_of_account(
		&l->params, account_find(&l->accounts, &tx->address)->number);
	r.u.answer.verdict = tx->u.approve.verdict;
	ledger_emit(l, sink, &r);
}

static void apply_tariff(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	struct result r = {.kind = RESULT_PRICED, .height = l->height};

	r.u.tariff = tariff_add(l, tx);
	ledger_emit(l, sink, &r);
}

static void apply_activate(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	struct result r = {.kind = RESULT_ACTIVATED, .height = l->height};

	r.u.activation = activation_add(l, tx);
	ledger_emit(l, sink, &r);
}

void ledger_role_apply(struct ledger *l, const struct tx *tx, const struct result_sink *sink)
{
	if (tx->kind == TX_SCHEDULE)
		apply_schedule(l, tx, sink);
	else if (tx->kind == TX_LIMITS)
		apply_limits(l, tx, sink);
	else if (tx->kind == TX_APPROVE)
		apply_approve(l, tx, sink);
	else if (tx->kind == TX_TARIFF)
		apply_tariff(l, tx, sink);
	else
		apply_activate(l, tx, sink);
}
