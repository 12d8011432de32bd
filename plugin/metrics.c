#include "plugin/metrics.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_LEN = 4096 };

void metrics_take(
	struct metrics *m, const struct engine *e, uint64_t refused_unread, uint64_t post_bytes)
{
	const struct market *k = e->market;

	*m = (struct metrics){.market = e->genesis.name,
		.counts = e->counts,
		.refused_unread = refused_unread,
		.height = k->ledger.height - 1,
		.sealed_height = e->sealed_height,
		.homes = k->homes.count - 1 - e->genesis.params.role_count,
		.addresses = k->ledger.accounts.next - k->ledger.accounts.first,
		.auctions = k->ledger.auctions.auction_count,
		.orders = k->ledger.auctions.order_count,
		.post_bytes = post_bytes,
		.clock_unbelieved = engine_doubts_clock(e)};
}

/* One number: its name for Prometheus, its topic ("": not published), and where it is. */
static const struct row {
	const char *name, *topic, *type, *help;
	size_t offset;
	bool is_us; /* kept in microseconds, told in seconds */
} rows[] = {
	{"lem_height", "height", "gauge", "Height of the newest block.",
		offsetof(struct metrics, height)},
	{"lem_sealed_height", "sealed/height", "gauge", "Highest block sealed by its validator.",
		offsetof(struct metrics, sealed_height)},
	{"lem_requests_accepted_total", "requests/accepted", "counter",
		"Requests accepted and made durable.", offsetof(struct metrics, counts.accepted)},
	{"lem_requests_refused_unread_total", "requests/refused-unread", "counter",
		"Requests refused before they were read: rate, size, full queue.",
		offsetof(struct metrics, refused_unread)},
	{"lem_commits_total", "commits", "counter", "Group commits.",
		offsetof(struct metrics, counts.commits)},
	{"lem_commit_seconds_total", "", "counter",
		"Time spent in group commits, receipts included.",
		offsetof(struct metrics, counts.commit_us), true},
	{"lem_blocks_total", "blocks", "counter", "Blocks closed since the start.",
		offsetof(struct metrics, counts.blocks)},
	{"lem_homes", "homes", "gauge", "Homes enrolled.", offsetof(struct metrics, homes)},
	{"lem_addresses", "addresses", "gauge", "Addresses admitted and not closed.",
		offsetof(struct metrics, addresses)},
	{"lem_auctions", "auctions", "gauge", "Auctions not settled yet.",
		offsetof(struct metrics, auctions)},
	{"lem_orders", "orders", "gauge", "Answers to them.", offsetof(struct metrics, orders)},
	{"lem_post_bytes", "", "gauge", "Bytes that wait to be published.",
		offsetof(struct metrics, post_bytes)},
};

enum { ROWS = sizeof rows / sizeof *rows };

static uint64_t value(const struct metrics *m, const struct row *r)
{
	uint64_t v;

	memcpy(&v, (const char *)m + r->offset, sizeof v);
	return v;
}

static void head(struct out *out, const char *name, const char *type, const char *help)
{
	out_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_write(const struct metrics *m, struct out *out)
{
	for (int i = 0; i < ROWS; i++) {
		head(out, rows[i].name, rows[i].type, rows[i].help);
		if (rows[i].is_us)
			out_printf(out, "%s{market=\"%s\"} %llu.%06llu\n", rows[i].name, m->market,
				(unsigned long long)(value(m, &rows[i]) / 1000000),
				(unsigned long long)(value(m, &rows[i]) % 1000000));
		else
			out_printf(out, "%s{market=\"%s\"} %llu\n", rows[i].name, m->market,
				(unsigned long long)value(m, &rows[i]));
	}
	head(out, "lem_clock_unbelieved", "gauge",
		"1 while the market stands still over a clock that cannot be right.");
	out_printf(out, "lem_clock_unbelieved{market=\"%s\"} %d\n", m->market, m->clock_unbelieved);
	head(out, "lem_requests_refused_total", "counter", "Requests refused, by code.");
	for (int v = 1; v < ENGINE_VERDICTS_MAX; v++) {
		if (m->counts.refused[v] > 0)
			out_printf(out,
				"lem_requests_refused_total{market=\"%s\",code=\"%s\"} %llu\n",
				m->market, verdict_name((enum verdict)v),
				(unsigned long long)m->counts.refused[v]);
	}
}

enum err metrics_save(const struct metrics *m, const char *path)
{
	char text[METRICS_TEXT_MAX], fresh[PATH_LEN];
	struct out out;
	FILE *file;
	bool ok;

	out_init(&out, text, sizeof text);
	metrics_write(m, &out);
	(void)snprintf(fresh, sizeof fresh, "%s.new", path);
	file = fopen(fresh, "w");
	if (!file || out_end(&out) == 0) {
		if (file)
			(void)fclose(file);
		return ERR_IO;
	}
	ok = fwrite(out.text, 1, out.len, file) == out.len && fchmod(fileno(file), 0644) == 0;
	ok = fclose(file) == 0 && ok;
	return ok && rename(fresh, path) == 0 ? ERR_OK : ERR_IO;
}

void metrics_publish(const struct metrics *m, struct outbox *outbox)
{
	uint64_t refused = 0;
	char topic[96], text[24];

	for (int v = 1; v < ENGINE_VERDICTS_MAX; v++)
		refused += m->counts.refused[v];
	for (int i = 0; i < ROWS; i++) {
		if (!rows[i].topic[0])
			continue;
		(void)snprintf(topic, sizeof topic, "$SYS/broker/lem/%s", rows[i].topic);
		(void)snprintf(text, sizeof text, "%llu", (unsigned long long)value(m, &rows[i]));
		(void)outbox_add(outbox, topic, text, strlen(text), true);
	}
	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)refused);
	(void)outbox_add(outbox, "$SYS/broker/lem/requests/refused", text, strlen(text), true);
}
