/*
 * abuse: clients who do harm, over plain TCP, while others trade.
 *
 * usage: abuse fill DIR DEPOSITS
 *   So many deposits into the market of DIR, before its broker runs: the first block is long.
 * usage: abuse stall0|stall1 GENESIS PORT USER KEY OTHER OTHERKEY BROKERPID SESSIONS SECONDS
 *   USER's tools log in SESSIONS times, subscribe to everything they may, with that QoS, ask for
 * the first block again and again, and stop reading; the last one reads 1 KiB a second. Without the
 *   harm one session asks as often and reads all.
 * usage: abuse logins GENESIS PORT USER KEY OTHER OTHERKEY BROKERPID RATE SECONDS
 *   RATE logins a second as USER, well formed but signed by another's key, from 250 addresses.
 *
 * Meanwhile OTHER asks for its wallet twenty times a second. A phase of SECONDS without the harm is
 * followed by one with it; with logins, twice. Prints one line of JSON: the p99 in ms of OTHER's
 * answers without and with, how many were never given, the broker's memory in KiB before the harm
 * and at its most, the most bytes, in KiB, that it handed to the kernel for one connection and that
 * were not read, and what was done.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/broker.h"
#include "tests/lib/crowd.h"
#include "tests/lib/street.h"
#include "tests/soak/tally.h"
#include "wire/clock.h"
#include "wire/login_token.h"
#include "wire/message.h"

enum {
	ASK_EVERY_MS = 50,
	SYNC_EVERY_MS = 50,
	SESSIONS_MAX = 256,
	LOGIN_PHASES = 4,
	STALL_PHASES = 2,
	SLOW_BYTES = 1024,
	OWN_ADDRESSES = 250,
};

struct abuse {
	struct genesis genesis;
	struct crowd crowd;
	int port;
	const char *user, *other;
	struct private_key *user_key, *other_key;
	struct member harm[SESSIONS_MAX];
	size_t harm_count, done;
	struct member asker;
	struct tally quiet, harmed;
	bool harming;
	char awaited[REQ_ID_MAX + 1];
	int64_t asked_us, ask_ms;
	size_t asked, answered;
	struct broker broker;
	long before_kib, peak_kib, unread_kib;
	bool stalls, at_most_once;
};

static void on_message(void *context, struct member *m, const char *topic, size_t topic_len,
	const char *payload, size_t len)
{
	struct abuse *a = context;

	if (m != &a->asker || !memmem(topic, topic_len, "/wallet", 7) ||
		!memmem(payload, len, a->awaited, strlen(a->awaited)))
		return;
	tally_add(a->harming ? &a->harmed : &a->quiet,
		(double)(clock_monotonic_us() - a->asked_us) / 1e3);
	a->awaited[0] = '\0';
	a->answered++;
}

static struct private_key *load(const char *path)
{
	struct private_key *key = NULL;
	char why[PRIVATE_KEY_WHY_MAX];

	if (private_key_load(path, &key, why) != ERR_OK)
		street_die(why);
	return key;
}

static void join(struct abuse *a, struct member *m, const char *user, const struct private_key *key,
	const char *suffix, const char *const *topics, bool harms, bool at_most_once)
{
	char token[LOGIN_TOKEN_MAX], id[96];
	struct crowd_login login = {.port = a->port,
		.id = id,
		.user = user,
		.password = token,
		.topics = topics,
		.at_most_once = at_most_once,
		.small_buffer = harms};

	(void)snprintf(id, sizeof id, "%s/%s", user, suffix);
	if (login_token_write(key, a->genesis.market, user, clock_real_ms() / 1000, token) !=
			ERR_OK ||
		crowd_join(&a->crowd, m, &login) != 0)
		street_die("no connection");
	for (int i = 0; i < 500 && !crowd_is_ready(m) && !m->lost; i++)
		crowd_pump(&a->crowd, 10);
	if (!crowd_is_ready(m))
		street_die("no login");
}

/* Send a request without parameters of its own, or a `sync`. Its reqId goes to ret_req_id. */
static void request(struct abuse *a, struct member *m, const char *user,
	const struct private_key *key, enum operation operation, char *ret_req_id)
{
	struct signer signer = {.key = key};
	struct message message = {.text = NULL};
	char text[128], topic[96];
	struct out out;

	out_init(&out, text, sizeof text);
	if (operation == OPERATION_SYNC)
		message_write_sync(&out, 1, 1);
	else
		out_printf(&out, "{}");
	if (message_make(operation, user, a->genesis.market,
		    params_market_ms(&a->genesis.params, clock_real_ms()), &out, &signer,
		    &message) != ERR_OK)
		street_die("signing");
	if (ret_req_id)
		memcpy(ret_req_id, message.req_id, sizeof message.req_id);
	(void)snprintf(
		topic, sizeof topic, "lem/%s/in/%s", a->genesis.name, operation_name(operation));
	crowd_publish(&a->crowd, m, topic, message.text, message.len, 1);
	message_release(&message);
}

/* The well-behaved client: one question at a time. What has no answer within a second has none. */
static void ask(struct abuse *a, int64_t now_ms)
{
	if (now_ms < a->ask_ms || (a->awaited[0] && now_ms < a->ask_ms + 1000))
		return;
	a->ask_ms = now_ms + ASK_EVERY_MS;
	a->asked_us = clock_monotonic_us();
	a->asked++;
	request(a, &a->asker, a->other, a->other_key, OPERATION_WALLET, a->awaited);
}

/* ---- those who do not read ---- */

static void stall_begin(struct abuse *a, size_t sessions, bool deaf)
{
	char own[96], offers[64], blocks[64], auctions[64], suffix[24];
	const char *const topics[] = {own, offers, blocks, auctions, NULL};

	(void)snprintf(own, sizeof own, "lem/%s/to/%s/#", a->genesis.name, a->user);
	(void)snprintf(offers, sizeof offers, "lem/%s/offers", a->genesis.name);
	(void)snprintf(blocks, sizeof blocks, "lem/%s/blocks", a->genesis.name);
	(void)snprintf(auctions, sizeof auctions, "lem/%s/auctions/+", a->genesis.name);
	for (size_t i = 0; i < sessions; i++) {
		(void)snprintf(suffix, sizeof suffix, "stall%zu", i);
		join(a, &a->harm[i], a->user, a->user_key, suffix, topics, deaf, a->at_most_once);
		crowd_set_deaf(&a->crowd, &a->harm[i], deaf);
	}
	a->harm_count = sessions;
}

/* What the kernel has for the connections of the broker's port. */
static long unread_kib(int port)
{
	FILE *f = fopen("/proc/net/tcp", "r");
	char line[256];
	unsigned local;
	unsigned long bytes;
	long most = 0;

	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, " %*u: %*x:%x %*x:%*x %*x %lx:", &local, &bytes) == 2 &&
			(int)local == port && (long)bytes / 1024 > most)
			most = (long)bytes / 1024;
	if (f)
		(void)fclose(f);
	return most;
}

static void stall_go_on(struct abuse *a, int64_t now_ms)
{
	static int64_t sync_ms, read_ms;
	struct member *slow = &a->harm[a->harm_count - 1];
	long unread;

	if (slow->deaf && now_ms >= read_ms) {
		read_ms = now_ms + 1000;
		crowd_sip(slow, SLOW_BYTES);
	}
	if (now_ms < sync_ms)
		return;
	sync_ms = now_ms + SYNC_EVERY_MS;
	unread = slow->deaf ? unread_kib(a->port) : 0;
	a->unread_kib = unread > a->unread_kib ? unread : a->unread_kib;
	request(a, &a->harm[0], a->user, a->user_key, OPERATION_SYNC, NULL);
	a->done++;
}

static void harm_end(struct abuse *a)
{
	for (size_t i = 0; i < a->harm_count; i++)
		crowd_leave(&a->harm[i]);
	a->harm_count = 0;
}

/* ---- those who have no key ---- */

static void logins_go_on(struct abuse *a, size_t rate, int64_t since_ms, int64_t now_ms)
{
	size_t due = rate * (size_t)(now_ms - since_ms) / 1000;
	char source[32], token[LOGIN_TOKEN_MAX];

	if (a->done >= due)
		return;
	if (login_token_write(a->other_key, a->genesis.market, a->user, clock_real_ms() / 1000,
		    token) != ERR_OK)
		street_die("token");
	for (size_t i = 0; i < SESSIONS_MAX && a->done < due; i++) {
		struct member *m = &a->harm[i];
		struct crowd_login login = {.port = a->port,
			.id = a->user,
			.user = a->user,
			.password = token,
			.source = source};
		if (m->fd > 0 && !m->lost && !m->refused)
			continue;
		(void)snprintf(source, sizeof source, "127.0.1.%zu", a->done % OWN_ADDRESSES + 1);
		crowd_leave(m);
		(void)crowd_join(&a->crowd, m, &login);
		a->done++;
	}
	a->harm_count = SESSIONS_MAX;
}

/* ---- */

static void phase(struct abuse *a, size_t amount, int64_t seconds)
{
	int64_t begin_ms = clock_monotonic_ms(), now_ms = begin_ms;
	size_t before = a->done;

	a->done = 0;
	if (a->stalls)
		stall_begin(a, a->harming ? amount : 1, a->harming);
	for (; now_ms < begin_ms + seconds * 1000; now_ms = clock_monotonic_ms()) {
		long kib = broker_rss_kib(&a->broker);
		ask(a, now_ms);
		if (a->stalls)
			stall_go_on(a, now_ms);
		else if (a->harming)
			logins_go_on(a, amount, begin_ms, now_ms);
		crowd_pump(&a->crowd, 1);
		a->peak_kib = kib > a->peak_kib ? kib : a->peak_kib;
	}
	harm_end(a);
	a->done = a->harming ? a->done + before : before;
}

static void phases(struct abuse *a, size_t amount, int64_t seconds)
{
	for (int i = 0; i < (a->stalls ? STALL_PHASES : LOGIN_PHASES); i++) {
		a->harming = i % 2 == 1;
		phase(a, amount, seconds);
		if (i == 0)
			a->before_kib = a->peak_kib;
	}
	(void)printf("{\"asked\":%zu,\"answered\":%zu,\"quiet_p99_ms\":%.1f,\"harmed_p99_ms\":%.1f,"
		     "\"before_kib\":%ld,\"peak_kib\":%ld,\"unread_kib\":%ld,\"done\":%zu,\"lost\":"
		     "%s}\n",
		a->asked, a->answered, tally_quantile(&a->quiet, 0, 0.99),
		tally_quantile(&a->harmed, 0, 0.99), a->before_kib, a->peak_kib, a->unread_kib,
		a->done, a->asker.lost ? "true" : "false");
}

static int fill(const char *dir, size_t deposits)
{
	struct street street = {.engine = NULL};
	struct signer operator_signer;
	char text[64];
	struct out p;

	street_open(&street, dir);
	operator_signer = (struct signer){.key = street.operator_key};
	for (size_t i = 0; i < deposits; i++) {
		out_init(&p, text, sizeof text);
		out_printf(&p, "{\"amount_uc\":1,\"clientId\":\"aggregator\"}");
		(void)street_hand_in(&street, "operator", OPERATION_DEPOSIT, &p, &operator_signer);
	}
	street_release(&street);
	return 0;
}

int main(int argc, char **argv)
{
	struct abuse *a = calloc(1, sizeof *a);
	char own[96], why[FORM_FIELD_MAX + 64];
	const char *const topics[] = {own, NULL};

	if (argc == 4 && strcmp(argv[1], "fill") == 0) {
		free(a);
		return fill(argv[2], strtoul(argv[3], NULL, 10));
	}
	if (!a || argc != 11 ||
		(strcmp(argv[1], "stall0") != 0 && strcmp(argv[1], "stall1") != 0 &&
			strcmp(argv[1], "logins") != 0))
		street_die("usage: abuse stall0|stall1|logins GENESIS PORT USER KEY OTHER OTHERKEY "
			   "BROKERPID AMOUNT SECONDS | abuse fill DIR DEPOSITS");
	a->stalls = strcmp(argv[1], "logins") != 0;
	a->at_most_once = strcmp(argv[1], "stall0") == 0;
	if (genesis_load(argv[2], NULL, &a->genesis, why) != ERR_OK)
		street_die(why);
	a->port = (int)strtol(argv[3], NULL, 10);
	a->user = argv[4];
	a->user_key = load(argv[5]);
	a->other = argv[6];
	a->other_key = load(argv[7]);
	a->broker.pid = (pid_t)strtol(argv[8], NULL, 10);
	if (crowd_open(&a->crowd, on_message, a) != 0)
		street_die("memory");
	(void)snprintf(own, sizeof own, "lem/%s/to/%s/#", a->genesis.name, a->other);
	join(a, &a->asker, a->other, a->other_key, "asker", topics, false, false);
	phases(a, strtoul(argv[9], NULL, 10), strtol(argv[10], NULL, 10));
	crowd_leave(&a->asker);
	crowd_close(&a->crowd);
	tally_release(&a->quiet);
	tally_release(&a->harmed);
	private_key_free(a->user_key);
	private_key_free(a->other_key);
	free(a);
	return 0;
}
