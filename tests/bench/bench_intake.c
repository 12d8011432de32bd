/*
 * bench-intake: signed bids per second through the real broker and plugin, against the same bytes
 * of the same clients through the baseline plugin. usage: bench_intake BUILD DIR [CLIENTS BIDS]
 *
 * Five alternating runs. Differs from the shipped configuration: no TLS, anonymous probes outside
 * the market, client and login rates without limit. Bids are signed beforehand, distinct, and
 * counted afterwards in csm.db and in the block that their auction's gate falls into.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "engine/engine.h"
#include "hem-client/ems/message.h"
#include "tests/bench/load.h"
#include "wire/digest.h"
#include "wire/login_token.h"
#include "wire/text.h"

enum { RUNS = 5, CLIENTS_MAX = 64, SLOT_S = 60, PATH_LEN = 4096 };

struct bench_home {
	struct private_key *ems;
	struct slot_secret secret;
	struct public_key address_key;
	struct address address;
};

struct bench {
	const char *build, *dir;
	size_t clients, bids;
	int port;
	struct genesis genesis;
	struct engine *engine;
	struct inspector *inspector;
	struct private_key *operator_key, *aggregator_key;
	struct bench_home homes[CLIENTS_MAX];
	struct load_client load[CLIENTS_MAX];
	uint64_t auction;
};

static void die(const char *what)
{
	fprintf(stderr, "bench_intake: %s\n", what);
	exit(1);
}

static int64_t real_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t market_ms(const struct bench *b)
{
	return params_market_ms(&b->genesis.params, real_ms());
}

/* Hand a message in offline; answers the ledger sequence of its receipt. */
static uint64_t hand_in(struct bench *b, const char *user, enum operation op, const struct out *p,
	const struct signer *signer)
{
	struct message m = {.text = NULL};
	struct inspected *inspected = NULL;
	struct inspect_refusal refusal;
	uint64_t seq;

	if (message_make(op, user, b->genesis.market, market_ms(b), p, signer, &m) != ERR_OK)
		die("signing");
	if (inspect(b->inspector, user, op, m.text, m.len, &inspected, &refusal) != VERDICT_OK)
		die(verdict_name(refusal.verdict));
	seq = b->engine->market->next_seq;
	if (engine_take(b->engine, inspected, market_ms(b)) != ERR_OK)
		die(b->engine->why);
	if (b->engine->waiting.first && strstr(b->engine->waiting.first->topic, "/reject"))
		die(b->engine->waiting.first->payload);
	if (engine_commit(b->engine) != ERR_OK)
		die(b->engine->why);
	outbox_clear(&b->engine->outbox);
	inspected_free(inspected);
	message_release(&m);
	return seq;
}

static void enrol(struct bench *b, size_t i)
{
	struct bench_home *h = &b->homes[i];
	struct signer operator_signer = {.key = b->operator_key}, ems;
	struct message_key key = {.role = "ems"};
	char text[4096], secret[32], id[16], subject[16];
	uint8_t hash[HASH_LEN];
	struct out p;

	snprintf(id, sizeof id, "home%04zu", i);
	snprintf(secret, sizeof secret, "secret%zu", i);
	digest_sha256(secret, strlen(secret), hash);
	out_init(&p, text, sizeof text);
	out_printf(&p, "{\"battery_w\":5000,\"clientId\":\"%s\",\"code_hash\":", id);
	out_hex(&p, hash, HASH_LEN);
	out_printf(&p,
		",\"fuse_w\":20000,\"meter_serial\":\"B%zu\",\"meter_type\":\"b\",\"pv_w\":0}", i);
	hand_in(b, "operator", OPERATION_HOME_ADD, &p, &operator_signer);
	if (private_key_generate(KEY_P256, &h->ems) != ERR_OK)
		die("keys");
	ems = (struct signer){.key = h->ems};
	key.key = *private_key_public(h->ems);
	if (message_prove(id, b->genesis.market, "ems", &ems, &key) != ERR_OK)
		die("proof");
	out_init(&p, text, sizeof text);
	message_write_register(&p, secret, MODE_BOTH, &key, 1);
	hand_in(b, id, OPERATION_REGISTER, &p, &ems);
	out_init(&p, text, sizeof text);
	out_printf(&p, "{\"amount_uc\":1000000000000,\"clientId\":\"%s\"}", id);
	hand_in(b, "operator", OPERATION_DEPOSIT, &p, &operator_signer);
	if (slot_secret_draw(KEY_P256, &h->secret, &h->address_key) != ERR_OK)
		die("keys");
	snprintf(subject, sizeof subject, "1");
	key = (struct message_key){.slot = 1, .key = h->address_key};
	if (message_prove(id, b->genesis.market, subject, &(struct signer){.secret = &h->secret},
		    &key) != ERR_OK)
		die("proof");
	out_init(&p, text, sizeof text);
	message_write_addresses(&p, &key, 1);
	hand_in(b, id, OPERATION_ADDRESSES, &p, &ems);
	key_hash(&h->address_key, hash);
	address_from_key_hash(hash, h->address.text);
}

static void open_auction(struct bench *b)
{
	char text[1024];
	struct out p;

	out_init(&p, text, sizeof text);
	out_printf(&p,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"10000000\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"20\"},\"type\":\"buy\"},"
		"\"contract\":{\"slot\":1}}",
		b->genesis.params.roles[0].address.text);
	b->auction = hand_in(b, "aggregator", OPERATION_BID_OFFER, &p,
		&(struct signer){.key = b->aggregator_key});
}

static void prepare_bids(struct bench *b)
{
	int64_t start_ms = b->genesis.params.start_ms;

	for (size_t i = 0; i < b->clients; i++) {
		struct load_client *c = &b->load[i];
		struct signer signer = {.secret = &b->homes[i].secret};
		snprintf(c->id, sizeof c->id, "home%04zu", i);
		c->count = b->bids;
		c->messages = calloc(b->bids, sizeof *c->messages);
		for (size_t k = 0; k < b->bids; k++) {
			struct message_bid bid = {.address = b->homes[i].address.text,
				.side = SIDE_SELL,
				.energy_wh = 1 + (int64_t)(k % 50),
				.price_mc_per_kwh =
					5000 + (int64_t)((k * 7919 + i * 104729) % 15000),
				.auction = b->auction};
			struct message m = {.text = NULL};
			char text[1024];
			struct out p;
			out_init(&p, text, sizeof text);
			message_write_bid(&p, &bid);
			if (message_make(OPERATION_BID_OFFER, c->id, b->genesis.market,
				    start_ms + 5000, &p, &signer, &m) != ERR_OK)
				die("signing");
			c->messages[k] = (struct load_message){.text = m.text, .len = m.len};
		}
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
	char command[PATH_LEN * 2], path[PATH_LEN], ledger[PATH_LEN], why[PRIVATE_KEY_WHY_MAX];

	snprintf(command, sizeof command,
		"rm -rf %s && %s/lemctl init --name bench --slot %d --port %d --user root "
		"--credit 100000000 --plugin %s/mosquitto_lem.so %s >/dev/null",
		b->dir, b->build, SLOT_S, b->port, b->build, b->dir);
	run_command(command);
	snprintf(path, sizeof path, "%s/operator.pem", b->dir);
	if (private_key_load(path, &b->operator_key, why) != ERR_OK)
		die(why);
	snprintf(path, sizeof path, "%s/aggregator.pem", b->dir);
	if (private_key_load(path, &b->aggregator_key, why) != ERR_OK)
		die(why);
	snprintf(path, sizeof path, "%s/csm.db", b->dir);
	snprintf(ledger, sizeof ledger, "%s/ledger.db", b->dir);
	b->engine = calloc(1, sizeof *b->engine);
	if (engine_open(b->engine, path, ledger, b->operator_key) != ERR_OK)
		die(b->engine->why);
	b->genesis = b->engine->genesis;
	/* Signing all bids takes a while: not a start that is already near. */
	if (inspector_new(b->engine->keyring, b->genesis.market, b->genesis.address_alg,
		    &b->inspector) != ERR_OK)
		die("memory");
	for (size_t i = 0; i < b->clients; i++)
		enrol(b, i);
	open_auction(b);
	inspector_free(b->inspector);
	engine_close(b->engine);
	free(b->engine);
	prepare_bids(b);
	if (real_ms() > b->genesis.params.real_start_ms)
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
		"allow_anonymous true\nlog_type error\nmax_queued_messages 100000\n",
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

/* Stop it; answers the CPU seconds that it used. */
static double stop_broker(pid_t pid)
{
	struct rusage usage;
	int status;

	kill(pid, SIGTERM);
	wait4(pid, &status, 0, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void fresh_passwords(struct bench *b)
{
	for (size_t i = 0; i < b->clients; i++) {
		if (login_token_write(b->homes[i].ems, b->genesis.market, b->load[i].id,
			    real_ms() / 1000, b->load[i].password) != ERR_OK)
			die("token");
	}
}

static void wait_until(int64_t ms)
{
	while (real_ms() < ms)
		usleep(10000);
}

static struct load_result one_run(struct bench *b, bool market, double rate, int probe, double *cpu)
{
	struct load_result r;
	pid_t pid = start_broker(b, market);

	if (market)
		wait_until(b->genesis.params.real_start_ms + 500);
	fresh_passwords(b);
	if (load_run(b->port, "bench", b->load, b->clients, 40, rate, probe, &r) != 0 ||
		r.answered != r.sent)
		fprintf(stderr, "bench_intake: %zu sent, %zu answered\n", r.sent, r.answered);
	if (market)
		wait_until(b->genesis.params.real_start_ms + SLOT_S * 1000 + 2500);
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
		"height = 1'; "
		"%s/lemctl verify --quiet %s/ledger.db | sed 's/^/    /'",
		b->dir, b->dir, b->build, b->dir);
	run_command(command);
}

static void tear_down(struct bench *b)
{
	for (size_t i = 0; i < b->clients; i++) {
		for (size_t k = 0; k < b->load[i].count; k++)
			free(b->load[i].messages[k].text);
		free(b->load[i].messages);
		private_key_free(b->homes[i].ems);
	}
	private_key_free(b->operator_key);
	private_key_free(b->aggregator_key);
	memset(b->homes, 0, sizeof b->homes);
	memset(b->load, 0, sizeof b->load);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	struct bench *b = calloc(1, sizeof *b);
	double rates[RUNS], bases[RUNS], ratios[RUNS];
	int runs = getenv("BENCH_RUNS") ? (int)strtol(getenv("BENCH_RUNS"), NULL, 10) : RUNS;

	if (argc < 3 || runs < 1 || runs > RUNS)
		die("usage: bench_intake BUILD DIR [CLIENTS BIDS]");
	b->build = argv[1];
	b->dir = argv[2];
	b->clients = argc > 3 ? strtoul(argv[3], NULL, 10) : 50;
	b->bids = argc > 4 ? strtoul(argv[4], NULL, 10) : 1000;
	b->port = 18990;
	for (int i = 0; i < runs; i++) {
		double cpu = 0, base_cpu = 0;
		struct load_result ours, base;
		set_up(b);
		base = one_run(b, false, 0, 0, &base_cpu);
		ours = one_run(b, true, 0, 0, &cpu);
		rates[i] = (double)ours.answered / ours.seconds;
		bases[i] = (double)base.answered / base.seconds;
		ratios[i] = rates[i] / bases[i];
		printf("run %d: market %.0f/s (p50 %.1f ms, broker %.3f CPU s per 1,000), baseline "
		       "%.0f/s, ratio %.2f\n",
			i + 1, rates[i], ours.p50_ms, cpu / (double)ours.answered * 1e3, bases[i],
			ratios[i]);
		fflush(stdout);
		count_rows(b);
		tear_down(b);
	}
	qsort(ratios, (size_t)runs, sizeof *ratios, by_value);
	printf("intake: median ratio to the baseline %.2f (at least 0.30)\n", ratios[runs / 2]);
	free(b);
	return ratios[runs / 2] < 0.30;
}
