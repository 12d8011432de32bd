#include "engine/queries.h"
#include <stdlib.h>
#include <string.h>
#include "engine/replies.h"
#include "wire/home_form.h"
#include "wire/market_doc.h"

enum { QUERY_ANSWER_MAX = 65536 };

static const char *const kinds[] = {"", "home", "role", "operator"};
static const char *const statuses[] = {"", "invited", "registered", "revoked"};

/* The members of a home's row, without the braces. */
static void write_home(struct out *out, const struct home *h, int64_t open_slot)
{
	const struct home_terms *t = &h->terms;
	const char *mode = mode_name(home_mode_at(&h->modes, open_slot));

	out_printf(out, "\"battery_w\":%lld,\"clientId\":\"%s\",\"fuse_w\":%lld,\"kind\":\"%s\"",
		(long long)t->ratings.battery_w, t->client_id, (long long)t->ratings.fuse_w,
		kinds[h->kind]);
	out_printf(out, ",\"meter_serial\":\"%s\",\"meter_type\":\"%s\",\"mode\":\"%s\"",
		t->meter_serial, t->meter_type, mode ? mode : "");
	out_printf(out, ",\"pv_w\":%lld,\"status\":\"%s\"", (long long)t->ratings.pv_w,
		statuses[h->status]);
}

static void write_list(const struct engine *e, struct out *out, const struct control_query *q)
{
	const struct homes *homes = &e->market->homes;
	const char *comma = "";

	out_printf(out, "{\"homes\":[");
	for (int64_t i = q->offset; i < q->offset + q->count && i < (int64_t)homes->count; i++) {
		out_printf(out, "%s{", comma);
		write_home(out, &homes->rows[i], ledger_slot(&e->market->ledger));
		out_printf(out, "}");
		comma = ",";
	}
	out_printf(out, "],\"offset\":%lld,\"totalCount\":%u}", (long long)q->offset, homes->count);
}

static void write_key(struct out *out, const char *name, const struct enrolled_key *enrolled)
{
	struct public_key key = {.alg = (enum key_alg)enrolled->alg, .len = enrolled->key.len};
	char text[KEY_TEXT_MAX + 1];

	if (key.len == 0)
		return;
	memcpy(key.bytes, enrolled->key.bytes, sizeof key.bytes);
	key_print(&key, text);
	out_printf(out, ",\"%s\":\"%s\"", name, text);
}

static void write_show(const struct engine *e, struct out *out, const struct home *h)
{
	struct wallet w = market_wallet(e->market, h);

	out_printf(out, "{\"addresses_live\":%u,\"addresses_waiting\":%u,", h->account_count,
		h->enrolled_count);
	write_home(out, h, ledger_slot(&e->market->ledger));
	if (h->kind == CLIENT_HOME && h->status == HOME_REGISTERED) {
		out_printf(out, ",");
		home_form_write_modes(out, &h->modes);
	}
	write_key(out, "ems_key", &h->ems);
	if (!h->meter_due)
		write_key(out, "meter_key", &h->meter_key);
	if (h->meter.has_base)
		out_printf(out, ",\"last_reading_slot\":%lld", (long long)h->meter.base.slot);
	out_printf(out, ",\"wallet\":{\"balance_uc\":%lld,\"held_uc\":%lld,\"pending_uc\":%lld",
		(long long)w.balance_uc, (long long)w.held_uc, (long long)w.pending_uc);
	out_printf(out, ",\"sealed_uc\":%lld}}", (long long)w.sealed_uc);
}

static void write_status(const struct engine *e, struct out *out)
{
	const struct market *m = e->market;
	uint32_t by_status[4] = {0};
	uint64_t refused = 0;

	for (uint32_t i = 0; i < m->homes.count; i++) {
		if (m->homes.rows[i].kind == CLIENT_HOME)
			by_status[m->homes.rows[i].status & 3]++;
	}
	for (int v = 1; v < ENGINE_VERDICTS_MAX; v++)
		refused += e->counts.refused[v];
	out_printf(out, "{\"accepted\":%llu,\"addresses\":%llu,\"auctions\":%u,\"behind\":%s",
		(unsigned long long)e->counts.accepted,
		(unsigned long long)(m->ledger.accounts.next - m->ledger.accounts.first),
		m->ledger.auctions.auction_count, engine_is_behind(e) ? "true" : "false");
	out_printf(out, ",\"clock_believed\":%s,\"height\":%llu",
		engine_doubts_clock(e) ? "false" : "true",
		(unsigned long long)m->ledger.height - 1);
	out_printf(out, ",\"homes\":{\"invited\":%u,\"registered\":%u,\"revoked\":%u}",
		by_status[HOME_INVITED], by_status[HOME_REGISTERED], by_status[HOME_REVOKED]);
	out_printf(out, ",\"intake_seq\":%llu,\"market\":\"%s\",\"market_ms\":%lld",
		(unsigned long long)e->intake_seq, e->genesis.market, (long long)e->now_ms);
	out_printf(out, ",\"orders\":%u,\"refused\":%llu,\"sealed_height\":%llu,\"slot\":%lld",
		m->ledger.auctions.order_count, (unsigned long long)refused,
		(unsigned long long)e->sealed_height, (long long)ledger_slot(&m->ledger));
	out_printf(out, ",\"version\":\"%s\"}", LEM_VERSION);
}

void query_reject(
	struct engine *e, const struct control_tag *tag, enum verdict verdict, const char *field)
{
	struct asker asker = {"operator", "", OPERATION_NONE, tag};

	reply_reject(e, &asker, verdict, field, "");
}

enum err query_answer(
	struct engine *e, const struct control_query *q, const struct control_tag *tag)
{
	const struct home *h = home_find(&e->market->homes, q->client_id);
	char *text;
	struct out out;

	if (q->kind == CONTROL_HOME_SHOW && !h) {
		query_reject(e, tag, VERDICT_UNKNOWN_HOME, "commands.clientId");
		return ERR_OK;
	}
	if (q->kind == CONTROL_BACKUP || q->kind == CONTROL_NO_QUERY) {
		query_reject(e, tag, VERDICT_NOT_ALLOWED, "commands.command");
		return ERR_OK;
	}
	text = malloc(QUERY_ANSWER_MAX);
	if (!text)
		return ERR_NOMEM;
	out_init(&out, text, QUERY_ANSWER_MAX);
	if (q->kind == CONTROL_HOME_LIST)
		write_list(e, &out, q);
	else if (q->kind == CONTROL_HOME_SHOW)
		write_show(e, &out, h);
	else if (q->kind == CONTROL_PARAMS_SHOW)
		market_doc_write_current(&out, &e->genesis, &e->market->ledger);
	else
		write_status(e, &out);
	reply_control(e, tag, "", &out);
	free(text);
	return ERR_OK;
}
