#include "engine/plan_limits.h"
#include <stdlib.h>
#include "core/schedule.h"

/* Of each slot: the tighter limits, what counts or waits, what was said last, and how often it did
 * not count. */
static const char rows_sql[] =
	"WITH RECURSIVE span(slot) AS (SELECT ?1 UNION ALL SELECT slot + 1 FROM span WHERE slot + "
	"1 < ?2),"
	" said AS MATERIALIZED (SELECT c.slot, c.seq, c.net_wh, q.state, q.counts OR q.state = "
	"'pending'"
	" AS live FROM schedules c JOIN v_approvals q ON q.schedule = c.seq"
	" WHERE c.slot >= ?1 AND c.slot < ?2),"
	" live AS (SELECT slot, net_wh, max(seq) FROM said WHERE live GROUP BY slot),"
	" latest AS (SELECT slot, net_wh, state, max(seq), sum(NOT live) AS failures FROM said"
	" GROUP BY slot),"
	" bound AS (SELECT slot, min(import_wh) AS import_wh, min(export_wh) AS export_wh FROM"
	" (SELECT l.slot, l.import_wh, l.export_wh, max(l.seq) FROM limits l JOIN transactions t"
	" ON t.seq = l.seq WHERE l.slot >= ?1 AND l.slot < ?2 GROUP BY l.slot, t.account)"
	" GROUP BY slot)"
	" SELECT span.slot, bound.import_wh, bound.export_wh, latest.slot IS NOT NULL,"
	" live.slot IS NOT NULL, latest.state = 'lapsed', coalesce(live.net_wh, latest.net_wh),"
	" latest.failures FROM span LEFT JOIN bound ON bound.slot = span.slot"
	" LEFT JOIN live ON live.slot = span.slot LEFT JOIN latest ON latest.slot = span.slot";

static const char lead_sql[] = "SELECT approval_lead_s FROM v_parameters WHERE state = 'in force'";

enum err plan_limits_open(
	struct plan_limits *t, sqlite3 *db, const struct params *params, size_t room)
{
	*t = (struct plan_limits){
		.params = *params, .asked = network_role_any(params), .room = room};
	if (!t->asked)
		return ERR_OK;
	t->slots = calloc(room, sizeof *t->slots);
	if (!t->slots)
		return ERR_NOMEM;
	for (size_t i = 0; i < room; i++)
		t->slots[i].slot = -1;
	if (sqlite3_prepare_v2(db, rows_sql, -1, &t->rows, NULL) != SQLITE_OK ||
		sqlite3_prepare_v2(db, lead_sql, -1, &t->lead, NULL) != SQLITE_OK)
		return ERR_DB;
	return ERR_OK;
}

void plan_limits_close(struct plan_limits *t)
{
	(void)sqlite3_finalize(t->rows);
	(void)sqlite3_finalize(t->lead);
	free(t->slots);
	*t = (struct plan_limits){.slots = NULL};
}

static struct plan_limit *place_of(const struct plan_limits *t, int64_t slot)
{
	return slot >= 0 && t->asked ? &t->slots[(size_t)slot % t->room] : NULL;
}

/* The slot's row; NULL: nothing is known of it. */
static struct plan_limit *row_of(const struct plan_limits *t, int64_t slot)
{
	struct plan_limit *l = place_of(t, slot);

	return l && l->slot == slot ? l : NULL;
}

static int64_t limit_of(sqlite3_stmt *s, int column)
{
	return sqlite3_column_type(s, column) == SQLITE_NULL ? INT64_MAX
							     : sqlite3_column_int64(s, column);
}

static void take_row(struct plan_limits *t, sqlite3_stmt *s)
{
	int64_t slot = sqlite3_column_int64(s, 0);
	struct plan_limit *l = place_of(t, slot);
	bool told = l->slot == slot && l->told;

	*l = (struct plan_limit){.slot = slot,
		.import_wh = limit_of(s, 1),
		.export_wh = limit_of(s, 2),
		.announced = sqlite3_column_int(s, 3),
		.live = sqlite3_column_int(s, 4),
		.lapsed = sqlite3_column_int(s, 5),
		.net_wh = sqlite3_column_int64(s, 6),
		.failures = (uint32_t)sqlite3_column_int(s, 7)};
	l->told = told && !l->live;
}

enum err plan_limits_load(struct plan_limits *t, int64_t from, int64_t end)
{
	int step = SQLITE_DONE;

	if (!t->asked)
		return ERR_OK;
	(void)sqlite3_bind_int64(t->rows, 1, from > 0 ? from : 0);
	(void)sqlite3_bind_int64(t->rows, 2, end);
	while (end > 0 && (step = sqlite3_step(t->rows)) == SQLITE_ROW)
		take_row(t, t->rows);
	(void)sqlite3_reset(t->rows);
	if (step != SQLITE_DONE)
		return ERR_DB;
	step = sqlite3_step(t->lead);
	if (step == SQLITE_ROW)
		t->params.approval_lead_s = sqlite3_column_int64(t->lead, 0);
	(void)sqlite3_reset(t->lead);
	return step == SQLITE_ROW || step == SQLITE_DONE ? ERR_OK : ERR_DB;
}

int64_t plan_limits_clip(const struct plan_limits *t, int64_t slot, int64_t net_wh)
{
	const struct plan_limit *l = row_of(t, slot);

	if (l && net_wh > l->import_wh)
		return l->import_wh;
	return l && net_wh < -l->export_wh ? -l->export_wh : net_wh;
}

bool plan_limits_in_time(const struct plan_limits *t, int64_t first_slot, int64_t now_ms)
{
	return !t->asked || approvals_in_time(&t->params, first_slot, now_ms);
}

void plan_limits_forget(struct plan_limits *t)
{
	t->differs = false;
}

void plan_limits_compare(struct plan_limits *t, int64_t slot, int64_t net_wh)
{
	const struct plan_limit *l = row_of(t, slot);

	if (l && l->announced && !l->live && plan_limits_clip(t, slot, net_wh) != l->net_wh)
		t->differs = true;
}

/* Another schedule may come to count: it is another one, or the last was not looked at. */
static bool is_worth_it(const struct plan_limits *t, const struct plan_limit *l)
{
	return l->failures < PLAN_LIMITS_TRIES && (l->lapsed || t->differs);
}

bool plan_limits_replan(const struct plan_limits *t, int64_t slot)
{
	const struct plan_limit *l = row_of(t, slot);

	if (!l || !l->announced)
		return false;
	if (l->live)
		return plan_limits_clip(t, slot, l->net_wh) != l->net_wh;
	return is_worth_it(t, l);
}

bool plan_limits_stuck(const struct plan_limits *t, int64_t slot)
{
	const struct plan_limit *l = row_of(t, slot);

	return l && l->announced && !l->live && !l->told && !is_worth_it(t, l);
}

void plan_limits_announced(
	struct plan_limits *t, int64_t first_slot, uint32_t count, const int32_t *net_wh)
{
	for (uint32_t i = 0; i < count; i++) {
		struct plan_limit *l = row_of(t, first_slot + i);

		if (!l)
			continue;
		l->announced = true;
		l->live = true;
		l->net_wh = net_wh[i];
	}
}

void plan_limits_told(struct plan_limits *t, int64_t first_slot, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct plan_limit *l = row_of(t, first_slot + i);

		if (l)
			l->told = true;
	}
}
