/*
 * bench-intake: signed bids per second through the real broker and plugin, against the same bytes
 * of the same clients through the baseline plugin. usage: bench_intake BUILD DIR [CLIENTS BIDS]
 *
 * Five alternating runs; at most WINDOW bids of a client wait for their answer. Differs from the
 * shipped configuration: no TLS, anonymous probes outside the market, client and login rates
 * without limit, longer queues for a client, only errors in the log. Bids are signed beforehand,
 * distinct, and counted afterwards in csm.db and in the block that their auctions' gates fall into.
 * The CPU of a replica is that of `lemctl verify`, which runs the same code over the same block.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/bench/load.h"
#include "tests/lib/street.h"
#include "wire/clock.h"
#include "wire/date.h"
#include "wire/login_token.h"

/* An address may have 256 answers at one time: each client bids in AUCTIONS delivery slots. */
enum {
	RUNS = 5,
	SLOT_S = 60,
	GATE_S = 45,
	AUCTIONS = 3,
	WINDOW = 20,
	SET_UP_S = 25,
	PATH_LEN = 4096,
	CLIENTS_MAX = 64
};

struct bench {
	const char *build, *dir;
	size_t clients, bids;
	int port;
	struct street street;
	struct load_client load[CLIENTS_MAX];
	uint64_t auctions[AUCTIONS];
};

static _Noreturn void die(const char *what)
{
	street_die(what);
}

/* One auction for each of the next slots; all gates close in the first. */
static void open_auctions(struct bench *b)
{
	char text[1024], gate[DATE_LEN + 1];
	struct out p;

	date_write(b->street.genesis.params.start_ms + GATE_S * 1000, gate);
	for (int i = 0; i < AUCTIONS; i++) {
		out_init(&p, text, sizeof text);
		out_printf(&p,
			"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":"
			"\"10000000\"},\"price\":{\"unit\":\"cents/kWh\",\"value\":\"20\"},"
			"\"type\":\"buy\"},\"contract\":{\"gate_close\":\"%s\",\"slot\":%d}}",
			b->street.genesis.params.roles[0].address.text, gate, i + 1);
		b->auctions[i] = street_hand_in(&b->street, "aggregator", OPERATION_BID_OFFER, &p,
			&(struct signer){.key = b->street.aggregator_key});
	}
}

static void prepare_bids_of(struct bench *b, size_t i)
{
	struct load_client *c = &b->load[i];
	int64_t start_ms = b->street.genesis.params.start_ms;

	snprintf(c->id, sizeof c->id, "home%04zu", i);
	c->count = b->bids;
	c->messages = calloc(b->bids, sizeof *c->messages);
	for (size_t k = 0; k < b->bids; k++) {
		size_t slot = k % AUCTIONS + 1;
		struct signer signer = {.secret = &b->street.homes[i].secrets[slot]};
		struct message_bid bid = {.address = b->street.homes[i].addresses[slot].text,
			.side = SIDE_SELL,
			.energy_wh = 1 + (int64_t)(k % 50),
			.price_mc_per_kwh = 5000 + (int64_t)((k * 7919 + i * 104729) % 15000),
			.auction = b->auctions[slot - 1]};
		struct message m = {.text = NULL};
		char text[1024];
		struct out p;
		out_init(&p, text, sizeof text);
		message_write_bid(&p, &bid);
		if (message_make(OPERATION_BID_OFFER, c->id, b->street.genesis.market,
			    start_ms + 5000, &p, &signer, &m) != ERR_OK)
			die("signing");
		c->messages[k] = (struct load_message){.text = m.text, .len = m.len};
	}
}

static void run_command(const char *command)
{
	if (system(command) != 0)
		die(command);
}

/* A new market with everything enrolled and an auction open, its start some seconds ahead. */
static void set_up(struct bench *b)
{
	char command[PATH_LEN * 2];

	/* A market starts at a full minute: not in the middle of its set-up. */
	while (clock_real_ms() / 1000 % SLOT_S > SLOT_S - SET_UP_S)
		usleep(100000);
	snprintf(command, sizeof command,
		"rm -rf %s && %s/lemctl init --name bench --slot %d --port %d --user root "
		"--credit 100000000 --plugin %s/mosquitto_lem.so %s >/dev/null",
		b->dir, b->build, SLOT_S, b->port, b->build, b->dir);
	run_command(command);
	street_open(&b->street, b->dir);
	for (size_t i = 0; i < b->clients; i++)
		street_enrol(&b->street, i, MODE_BOTH, 1000000000000, AUCTIONS + 1);
	open_auctions(b);
	street_shut(&b->street);
	for (size_t i = 0; i < b->clients; i++)
		prepare_bids_of(b, i);
	if (clock_real_ms() > b->street.genesis.params.real_start_ms)
		die("the setup took longer than the time to the start: try again");
}

static void write_conf(const struct bench *b, bool market, char *path, size_t size)
{
	FILE *f;

	snprintf(path, size, "%s/bench.conf", b->dir);
	f = fopen(path, "w");
	if (!f)
		die(path);
	fprintf(f,
		"per_listener_settings false\nuser root\nlistener %d 127.0.0.1\n"
		"allow_anonymous true\nset_tcp_nodelay true\nlog_type error\nmax_queued_messages "
		"100000\n",
		b->port);
	if (market)
		fprintf(f,
			"plugin %s/mosquitto_lem.so\nplugin_opt_state_dir %s\n"
			"plugin_opt_other_topics allow\nplugin_opt_client_rate 1000000\n"
			"plugin_opt_client_burst 1000000\nplugin_opt_login_rate 10000\n"
			"plugin_opt_login_burst 10000\nplugin_opt_login_rate_all 10000\n",
			b->build, b->dir);
	else
		fprintf(f, "plugin %s/bench/baseline_plugin.so\n", b->build);
	fclose(f);
}

static pid_t start_broker(const struct bench *b, bool market)
{
	char path[PATH_LEN];
	pid_t pid;

	write_conf(b, market, path, sizeof path);
	pid = fork();
	if (pid == 0) {
		execlp("mosquitto", "mosquitto", "-c", path, (char *)NULL);
		_exit(127);
	}
	usleep(500000);
	return pid;
}

static double cpu_seconds(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

/* Stop it; answers the CPU seconds that it used. */
static double stop_broker(pid_t pid)
{
	struct rusage usage;
	int status;

	kill(pid, SIGTERM);
	wait4(pid, &status, 0, &usage);
	return cpu_seconds(&usage);
}

static void fresh_passwords(struct bench *b)
{
	for (size_t i = 0; i < b->clients; i++) {
		if (login_token_write(b->street.homes[i].ems, b->street.genesis.market,
			    b->load[i].id, clock_real_ms() / 1000, b->load[i].password) != ERR_OK)
			die("token");
	}
}

static void wait_until(int64_t ms)
{
	while (clock_real_ms() < ms)
		usleep(10000);
}

static struct load_result one_run(struct bench *b, bool market, double rate, int probe, double *cpu)
{
	struct load_result r;
	pid_t pid = start_broker(b, market);

	if (market)
		wait_until(b->street.genesis.params.real_start_ms + 500);
	fresh_passwords(b);
	if (load_run(b->port, "bench", b->load, b->clients, WINDOW, rate, probe, &r) != 0 ||
		r.answered != r.sent)
		fprintf(stderr, "bench_intake: %zu sent, %zu answered\n", r.sent, r.answered);
	if (market)
		wait_until(b->street.genesis.params.real_start_ms + SLOT_S * 1000 + 2500);
	*cpu = stop_broker(pid);
	return r;
}

/* Rows of intake and of the closed block, by SQL. */
static void count_rows(const struct bench *b)
{
	char command[PATH_LEN * 2];

	snprintf(command, sizeof command,
		"printf '    counted: intake '; sqlite3 -readonly %s/csm.db 'SELECT count(*) FROM "
		"intake WHERE kind = 1 AND operation = \"bid-offer\"' | tr '\\n' ' '; printf "
		"'block 1: '; sqlite3 -readonly "
		"%s/ledger.db 'SELECT count(*) FROM orders JOIN transactions USING (seq) WHERE "
		"height = 1'",
		b->dir, b->dir);
	run_command(command);
}

/* What a replica spends: CPU seconds of re-executing the block, which must agree. */
static double replica_cpu(const struct bench *b)
{
	char lemctl[PATH_LEN], ledger[PATH_LEN];
	struct rusage usage;
	int status = 1;
	pid_t pid;

	snprintf(lemctl, sizeof lemctl, "%s/lemctl", b->build);
	snprintf(ledger, sizeof ledger, "%s/ledger.db", b->dir);
	pid = fork();
	if (pid == 0) {
		execl(lemctl, lemctl, "verify", "--quiet", ledger, (char *)NULL);
		_exit(127);
	}
	wait4(pid, &status, 0, &usage);
	if (status != 0)
		die("lemctl verify does not agree");
	return cpu_seconds(&usage);
}

static void tear_down(struct bench *b)
{
	for (size_t i = 0; i < b->clients; i++) {
		for (size_t k = 0; k < b->load[i].count; k++)
			free(b->load[i].messages[k].text);
		free(b->load[i].messages);
	}
	street_release(&b->street);
	memset(b->load, 0, sizeof b->load);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* What one pair of runs at a given rate felt like. */
struct felt {
	double p50_ms, probe_p99_ms, base_probe_p99_ms;
};

/* At a given rate: message to receipt, and what unrelated traffic feels of it. */
static struct felt latency(struct bench *b, int number, double rate)
{
	double cpu;
	struct load_result ours, base;

	set_up(b);
	base = one_run(b, false, rate, 1, &cpu);
	ours = one_run(b, true, rate, 1, &cpu);
	printf("run %d at %.0f/s: bid to receipt p50 %.1f ms, p99 %.1f ms; unrelated message p99 "
	       "%.1f ms, baseline %.1f ms\n",
		number, rate, ours.p50_ms, ours.p99_ms, ours.probe_p99_ms, base.probe_p99_ms);
	fflush(stdout);
	tear_down(b);
	return (struct felt){ours.p50_ms, ours.probe_p99_ms, base.probe_p99_ms};
}

/* Medians of `runs` pairs at that rate; whether they are within their limits. */
static bool latencies(struct bench *b, int runs, double rate)
{
	double p50_ms[RUNS] = {0}, more_ms[RUNS] = {0};

	for (int i = 0; i < runs; i++) {
		struct felt f = latency(b, i + 1, rate);
		p50_ms[i] = f.p50_ms;
		more_ms[i] = f.probe_p99_ms - f.base_probe_p99_ms;
	}
	qsort(p50_ms, (size_t)runs, sizeof *p50_ms, by_value);
	qsort(more_ms, (size_t)runs, sizeof *more_ms, by_value);
	printf("latency: median p50 of bid to receipt %.1f ms (at most 10); median difference of "
	       "unrelated p99 to the baseline %.1f ms (at most 5)\n",
		p50_ms[runs / 2], more_ms[runs / 2]);
	return p50_ms[runs / 2] <= 10 && more_ms[runs / 2] <= 5;
}

/* One run of each; what was seen is printed and its ratio returned. */
static double compare(struct bench *b, int number, double *ret_rate)
{
	double cpu = 0, base_cpu = 0, base_rate;
	struct load_result ours, base;

	set_up(b);
	base = one_run(b, false, 0, 0, &base_cpu);
	ours = one_run(b, true, 0, 0, &cpu);
	*ret_rate = (double)ours.answered / ours.seconds;
	base_rate = (double)base.answered / base.seconds;
	printf("run %d: market %.0f/s, baseline %.0f/s, ratio %.2f; p50 %.1f ms\n"
	       "    CPU seconds per 1,000 bids: broker %.3f (baseline %.3f), replica %.3f\n",
		number, *ret_rate, base_rate, *ret_rate / base_rate, ours.p50_ms,
		cpu / (double)ours.answered * 1e3, base_cpu / (double)base.answered * 1e3,
		replica_cpu(b) / (double)ours.answered * 1e3);
	fflush(stdout);
	count_rows(b);
	tear_down(b);
	return *ret_rate / base_rate;
}

int main(int argc, char **argv)
{
	struct bench *b = calloc(1, sizeof *b);
	double rates[RUNS] = {0}, ratios[RUNS] = {0};
	int runs = getenv("BENCH_RUNS") ? (int)strtol(getenv("BENCH_RUNS"), NULL, 10) : RUNS;

	bool good;

	if (argc < 3 || runs < 1 || runs > RUNS ||
		(argc > 3 && strtoul(argv[3], NULL, 10) > CLIENTS_MAX))
		die("usage: bench_intake BUILD DIR [CLIENTS BIDS], at most 64 clients");
	b->build = argv[1];
	b->dir = argv[2];
	b->clients = argc > 3 ? strtoul(argv[3], NULL, 10) : 50;
	b->bids = argc > 4 ? strtoul(argv[4], NULL, 10) : 750;
	b->port = 18990;
	for (int i = 0; i < runs; i++)
		ratios[i] = compare(b, i + 1, &rates[i]);
	qsort(ratios, (size_t)runs, sizeof *ratios, by_value);
	qsort(rates, (size_t)runs, sizeof *rates, by_value);
	good = latencies(b, runs, rates[runs / 2] / 2);
	printf("intake: median ratio to the baseline %.2f (at least 0.30), median rate %.0f/s\n",
		ratios[runs / 2], rates[runs / 2]);
	free(b);
	return !good || ratios[runs / 2] < 0.30;
}
