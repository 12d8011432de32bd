#include "hem-client/ems/status.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "hem-client/ems/spool.h"
#include "wire/date.h"

static void write_connection(struct ems *e, struct out *out)
{
	out_printf(out,
		"{\"clientId\":\"%s\",\"connected\":%s,\"connection\":", e->config.market.client_id,
		session_is_up(e->session) && !e->news.connection[0] ? "true" : "false");
	out_string(out, e->news.connection);
	out_printf(out, ",\"broker\":\"%s:%d\",\"market\":\"%s\"", e->config.market.host,
		(int)e->config.market.port, e->market);
}

static void write_times(struct ems *e, struct out *out)
{
	int64_t now_ms = ems_now_ms(e);
	char date[DATE_LEN + 1];

	date_write(now_ms, date);
	out_printf(out,
		",\"market_ms\":%lld,\"market_time\":\"%s\",\"slot\":%lld,\"clock_offset_ms\":%lld"
		",\"clock_wrong\":%s",
		(long long)now_ms, date, (long long)params_slot_at(&e->genesis.params, now_ms),
		(long long)e->clock.offset_ms, e->clock.wrong ? "true" : "false");
	out_printf(out, ",\"mode\":\"%s\"",
		mode_name(home_mode_at(&e->modes, params_slot_at(&e->genesis.params, now_ms))));
	out_printf(out, ",\"written_s\":%lld", (long long)time(NULL));
}

static void write_reading(const struct ems *e, struct out *out)
{
	const struct reading *r = &e->news.reading;

	if (isnan(e->trader.soc))
		out_printf(out, ",\"soc\":null");
	else
		out_printf(out, ",\"soc\":%.4f", e->trader.soc);
	if (!e->news.has_reading) {
		out_printf(out, ",\"reading\":null");
		return;
	}
	out_printf(out, ",\"reading\":{\"slot\":%lld", (long long)r->slot);
	for (int i = 0; i < REGISTER_COUNT; i++)
		out_printf(out, ",\"%s\":%lld", register_name((enum register_name)i),
			(long long)r->registers.wh[i]);
	out_printf(out, "}");
}

/* Orders under construction: how many still fit. */
struct order_list {
	struct out *out;
	int count;
};

static bool write_order(void *context, const struct my_order *o)
{
	struct order_list *l = context;

	out_printf(l->out,
		"%s{\"order\":%llu,\"auction\":%llu,\"slot\":%lld,\"side\":\"%s\""
		",\"quantity_wh\":%lld,\"price_mc_per_kwh\":%lld,\"status\":\"%s\"",
		l->count ? "," : "", (unsigned long long)o->seq, (unsigned long long)o->auction,
		(long long)o->slot, o->side == SIDE_BUY ? "buy" : "sell", (long long)o->quantity_wh,
		(long long)o->price_mc_per_kwh, my_order_status_name(o->status));
	out_printf(l->out, ",\"awarded_wh\":%lld,\"award_uc\":%lld,\"verified\":%s}",
		(long long)o->awarded_wh, (long long)o->award_uc, o->verified ? "true" : "false");
	return ++l->count < STATUS_ORDERS_MAX;
}

static void write_orders(struct ems *e, struct out *out)
{
	int64_t slot = params_slot_at(&e->genesis.params, ems_now_ms(e));
	struct order_list list = {.out = out};

	out_printf(out, ",\"orders\":[");
	if (orders_each(&e->db, slot - 1, INT32_MAX, write_order, &list) != ERR_OK)
		out->full = true;
	out_printf(out, "]");
}

static void write_money(const struct ems *e, struct out *out)
{
	const struct wallet *w = &e->news.wallet;

	if (!e->news.has_wallet)
		out_printf(out, ",\"wallet\":null");
	else
		out_printf(out,
			",\"wallet\":{\"balance_uc\":%lld,\"held_uc\":%lld,\"pending_uc\":%lld"
			",\"sealed_uc\":%lld,\"height\":%llu}",
			(long long)w->balance_uc, (long long)w->held_uc, (long long)w->pending_uc,
			(long long)w->sealed_uc, (unsigned long long)e->news.wallet_height);
}

static void write_note(struct ems *e, struct out *out, const char *name)
{
	char text[HEM_DB_NOTE_MAX];

	if (hem_db_get_note(&e->db, name, text) != ERR_OK || !text[0])
		snprintf(text, sizeof text, "0");
	out_printf(out, ",\"%s\":%.20s", name, text);
}

static void write_replica(const struct ems *e, struct out *out)
{
	out_printf(out, ",\"sealed_height\":%llu",
		(unsigned long long)(e->audit.sealed_height > e->news.sealed_height
					     ? e->audit.sealed_height
					     : e->news.sealed_height));
	if (e->has_replica)
		out_printf(out, ",\"replica\":{\"height\":%llu,\"known\":%llu}",
			(unsigned long long)e->replica.height,
			(unsigned long long)e->catch_up.head);
	else
		out_printf(out, ",\"replica\":null");
	if (e->fault.verdict == VERDICT_OK) {
		out_printf(out, ",\"refused\":null");
		return;
	}
	out_printf(out, ",\"refused\":{\"height\":%llu,\"seq\":%llu,\"code\":\"%s\",\"rule\":",
		(unsigned long long)e->fault.height, (unsigned long long)e->fault.seq,
		verdict_name(e->fault.verdict));
	out_string(out, e->fault.text);
	out_printf(out, "}");
}

size_t status_text(struct ems *e, char *text, size_t size)
{
	int64_t waiting = 0;
	struct out out;

	out_init(&out, text, size);
	write_connection(e, &out);
	if (spool_count(&e->db, &waiting) != ERR_OK)
		waiting = -1;
	out_printf(&out, ",\"outbox\":%lld,\"trouble\":", (long long)waiting);
	out_string(&out, e->news.trouble);
	if (e->begun) {
		write_times(e, &out);
		out_printf(&out, ",\"trading\":%s",
			e->trader.halted || e->trader.holding ? "false" : "true");
		write_reading(e, &out);
		write_orders(e, &out);
		write_money(e, &out);
		write_note(e, &out, "sold_wh");
		write_note(e, &out, "bought_wh");
		write_replica(e, &out);
	}
	out_printf(&out, "}\n");
	return out_end(&out);
}

/* Replace the file; 0 or errno. */
static int replace(const char *path, const char *text, size_t len)
{
	char temporary[CONFIG_PATH_MAX + 32];
	int number = 0;
	int fd;

	snprintf(temporary, sizeof temporary, "%s.new", path);
	fd = open(temporary, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	if (write(fd, text, len) != (ssize_t)len)
		number = errno ? errno : EIO;
	if (close(fd) != 0 && number == 0)
		number = errno;
	if (number == 0 && rename(temporary, path) != 0)
		number = errno;
	return number;
}

void status_write(struct ems *e, int64_t now_ms)
{
	char path[CONFIG_PATH_MAX + 16];
	char text[STATUS_TEXT_MAX];
	size_t len;
	int number;

	if (!e->news.dirty || now_ms - e->news.written_ms < EMS_STATUS_MS)
		return;
	e->news.dirty = false;
	e->news.written_ms = now_ms;
	len = status_text(e, text, sizeof text);
	if (len == 0)
		return;
	snprintf(path, sizeof path, "%s/status.json", e->config.home.state_dir);
	number = replace(path, text, len);
	if (number != 0)
		log_line(&e->log, LOG_LEVEL_WARNING, "%s: %s", path, strerror(number));
}
