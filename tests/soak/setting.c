#include "tests/soak/setting.h"
#include <stdlib.h>
#include <string.h>
#include "wire/clock.h"
#include "wire/login_token.h"
#include "wire/message.h"

enum {
	PATH_LEN = STREET_PATH_MAX + 64,
	READY_MS = 15000,
	SET_UP_S = 10,
	HOMES_A_SECOND = 20, /* that can be enrolled, at the least */
	LOGINS_A_SECOND = 200,
	DAY_S = 86400,
};
#define MONEY_UC INT64_C(10000000000)

static void run(const char *command)
{
	if (system(command) != 0)
		street_die(command);
}

static void make_market(const struct soak *s)
{
	const struct soak_options *o = &s->options;
	char command[4 * PATH_LEN];

	(void)snprintf(command, sizeof command,
		"rm -rf %s && %s/lemctl init --name soak --demo --rate %lld --slot 900 --start-in "
		"%zu --port %d --user $(id -un) --credit 100000000 --plugin %s/mosquitto_lem.so %s "
		">/dev/null",
		o->dir, o->build, (long long)o->rate,
		SET_UP_S + o->homes / HOMES_A_SECOND + o->homes * o->tools / LOGINS_A_SECOND,
		o->port, o->build, o->dir);
	run(command);
}

/* Yesterday's readings of the slots that the aggregator will compare with. */
static void write_history(struct soak *s, FILE *f)
{
	const struct params *params = &s->street.genesis.params;
	int64_t day = DAY_S / params->slot_s;

	for (size_t i = 0; i < s->options.homes; i++) {
		struct prosumer *p = &s->homes[i];
		char text[1024], serial[METER_TEXT_MAX];
		struct out out;
		(void)snprintf(serial, sizeof serial, "SN%zu", i);
		for (int64_t slot = -day - 1; slot <= s->options.slots - day; slot++) {
			struct reading r = {
				.slot = slot, .taken_ms = params_slot_start_ms(params, slot + 1)};
			if (slot >= -day)
				prosumer_meter(p, slot + day, 0);
			r.registers = p->registers;
			out_init(&out, text, sizeof text);
			if (message_write_reading(&out, s->street.genesis.market, serial, &r,
				    s->street.homes[i].meter) != ERR_OK)
				street_die("signing");
			(void)fprintf(f, "%s\n", text);
		}
	}
}

static void import_history(struct soak *s)
{
	char path[PATH_LEN], command[4 * PATH_LEN];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/history.json", s->options.dir);
	f = fopen(path, "w");
	if (!f)
		street_die(path);
	write_history(s, f);
	(void)fclose(f);
	(void)snprintf(command, sizeof command, "%s/lemctl history import %s %s >/dev/null",
		s->options.build, s->options.dir, path);
	run(command);
}

static void start_broker(struct soak *s)
{
	char conf[PATH_LEN], command[4 * PATH_LEN];

	(void)snprintf(conf, sizeof conf, "%s/soak.conf", s->options.dir);
	(void)snprintf(command, sizeof command,
		"sed -e '/^\\(cafile\\|certfile\\|keyfile\\) /d' "
		"-e 's/^#\\(plugin_opt_login_rate\\|plugin_opt_login_burst\\|plugin_opt_login_rate_"
		"all\\) .*/\\1 20000/' -e 's/^#plugin_opt_aggregator no/plugin_opt_aggregator %s/' "
		"-e '$alog_dest file %s/broker.log' %s/mosquitto.conf >%s",
		s->options.rush_ms > 0 ? "no" : "yes", s->options.dir, s->options.dir, conf);
	run(command);
	if (!broker_start(&s->broker, conf, s->options.port))
		street_die("the broker does not start");
}

void setting_join(struct soak *s, struct member *m, const char *client_id, const char *suffix,
	const struct private_key *key, const char *const *topics)
{
	char token[LOGIN_TOKEN_MAX], id[96];
	struct crowd_login login = {.port = s->options.port,
		.id = id,
		.user = client_id,
		.password = token,
		.topics = topics};
	int64_t until_ms = clock_monotonic_ms() + READY_MS;

	(void)snprintf(id, sizeof id, "%s%s", client_id, suffix);
	if (login_token_write(key, s->street.genesis.market, client_id, clock_real_ms() / 1000,
		    token) != ERR_OK)
		street_die("token");
	if (crowd_join(&s->crowd, m, &login) != 0)
		street_die("no connection to the broker");
	while (!crowd_is_ready(m) && !m->lost && clock_monotonic_ms() < until_ms)
		crowd_pump(&s->crowd, 10);
	if (!crowd_is_ready(m))
		street_die(m->refused ? "the broker refuses a login" : "a login has no answer");
}

/* Sessions of every home beside its own, and what all of them cost. */
static void join_tools(struct soak *s)
{
	char own[CROWD_TOPIC_MAX], suffix[32];
	const char *const topics[] = {own, "lem/soak/head", NULL};
	long before_kib = broker_rss_kib(&s->broker);
	size_t tools = s->options.tools;

	for (size_t i = 0; i < s->options.homes * tools; i++) {
		const struct street_home *home = &s->street.homes[i / tools];
		(void)snprintf(own, sizeof own, "lem/soak/to/%s/#", home->id);
		(void)snprintf(suffix, sizeof suffix, "/tool%zu", i % tools);
		setting_join(s, &s->tools[i], home->id, suffix, home->ems, topics);
	}
	(void)printf("%zu sessions: broker %ld MiB, before the tools' %ld MiB\n",
		s->options.homes * (tools + 1), broker_rss_kib(&s->broker) / 1024,
		before_kib / 1024);
}

void setting_join_all(struct soak *s)
{
	char own[CROWD_TOPIC_MAX], receipts[CROWD_TOPIC_MAX];
	const char *topics[] = {own, "lem/soak/head", "lem/soak/auctions/+", "lem/soak/blocks",
		"lem/soak/offers", NULL};
	const char *const mine[] = {receipts, NULL};

	for (size_t i = 0; i < s->options.homes; i++) {
		struct prosumer *p = &s->homes[i];
		(void)snprintf(own, sizeof own, "lem/soak/to/%s/#", p->keys->id);
		setting_join(s, &p->member, p->keys->id, "", p->keys->ems, topics);
		topics[4] = NULL; /* one home listens to the offers */
	}
	if (s->options.tools > 0)
		join_tools(s);
	(void)snprintf(receipts, sizeof receipts, "lem/soak/to/aggregator/#");
	if (s->options.rush_ms > 0)
		setting_join(
			s, &s->aggregator, "aggregator", "/soak", s->street.aggregator_key, mine);
	if (clock_real_ms() > soak_slot_real_ms(s, 0))
		street_die("the set-up took longer than the time to the market's start");
	(void)fflush(stdout);
}

void setting_up(struct soak *s)
{
	int64_t begin_ms = clock_monotonic_ms();
	int slots = (int)s->options.slots + 4;

	make_market(s);
	street_open(&s->street, s->options.dir);
	if (verify_key_new(&s->street.genesis.operator_key, &s->operator_key) != ERR_OK)
		street_die("the operator's key");
	for (size_t i = 0; i < s->options.homes; i++)
		street_enrol(&s->street, i, MODE_BOTH, MONEY_UC, slots);
	street_shut(&s->street);
	for (size_t i = 0; i < s->options.homes; i++)
		prosumer_init(&s->homes[i], s, (unsigned)i);
	if (s->options.rush_ms == 0)
		import_history(s);
	start_broker(s);
	(void)printf("%zu homes enrolled within %.1f s\n", s->options.homes,
		(double)(clock_monotonic_ms() - begin_ms) / 1e3);
}

void setting_down(struct soak *s)
{
	for (size_t i = 0; i < s->options.homes; i++)
		crowd_leave(&s->homes[i].member);
	for (size_t i = 0; i < s->options.homes * s->options.tools; i++)
		crowd_leave(&s->tools[i]);
	crowd_leave(&s->aggregator);
	crowd_close(&s->crowd);
	broker_stop(&s->broker);
	verify_key_free(s->operator_key);
	tally_release(&s->receipts);
	tally_release(&s->bids);
	street_release(&s->street);
}
