#include "lemctl/init.h"
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/units.h"
#include "lemctl/args.h"
#include "lemctl/broker_conf.h"
#include "lemctl/certificate.h"
#include "lemctl/init_network.h"
#include "store/csm_db.h"
#include "store/ledger_db.h"
#include "wire/clock.h"
#include "wire/date.h"

/* What the command line says. */
struct request_init {
	const char *dir, *name, *start, *host, *user, *plugin, *other_topics;
	int64_t slot_s, rate, start_in_s, port, reward_cents, penalty_mc, credit_cents;
	int64_t import_mc, export_mc, floor_w, horizon;
	bool demo;
	struct init_network network;
};

static int say(const char *what, const char *why)
{
	(void)fprintf(stderr, "lemctl: init: %s: %s\n", what, why);
	return EXIT_REFUSED;
}

/* The market's numbers; the demo's are eighths of its slot. */
static void fill_params(const struct request_init *q, struct params *p)
{
	int64_t slot_ms = q->slot_s * MS_PER_S;
	int64_t now_ms = clock_real_ms();

	*p = (struct params){.slot_s = q->slot_s,
		.rate = q->rate,
		.date_window_s = q->demo ? q->slot_s / 8 : 120,
		.boundary_s = q->slot_s / 30,
		.seal_wait_s = q->demo ? q->slot_s / 8 : q->slot_s / 15,
		.horizon_slots = q->horizon,
		.gate_lead_s = q->slot_s / 3,
		.gate_lead_min_s = q->slot_s / 8,
		.poe_floor_w = q->floor_w,
		.reward_uc = q->reward_cents * 1000000,
		.penalty_mc_per_kwh = q->penalty_mc,
		.rule = RULE_PAY_AS_BID,
		.measure = MEASURE_STORAGE,
		.book = BOOK_SEALED,
		.limit_inclusive = true,
		.import_mc_per_kwh = q->import_mc,
		.export_mc_per_kwh = q->export_mc};
	p->real_start_ms = now_ms + q->start_in_s * MS_PER_S;
	p->start_ms = (p->real_start_ms / slot_ms + 1) * slot_ms;
	if (!q->demo)
		p->real_start_ms = p->start_ms;
}

static enum err new_key(
	const char *dir, const char *name, enum key_alg alg, struct private_key **ret)
{
	char path[4096], why[PRIVATE_KEY_WHY_MAX];
	enum err err = private_key_generate(alg, ret);

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	if (err == ERR_OK)
		err = private_key_save(*ret, path, why);
	if (err != ERR_OK)
		(void)say(name, err == ERR_OK ? "" : err_text(err));
	return err;
}

static enum err make_genesis(const struct request_init *q, struct genesis *g)
{
	struct private_key *operator_key = NULL, *aggregator_key = NULL;
	const char *field = NULL;
	enum err err;

	memcpy(g->name, q->name, strlen(q->name) + 1);
	g->address_alg = KEY_P256;
	fill_params(q, &g->params);
	if (q->start && !date_read(q->start, &g->params.start_ms)) {
		(void)say("--start", "needs \"YYYY-MM-DD HH:MM:SS\"");
		return ERR_USAGE;
	}
	if (params_check(&g->params, &field) != VERDICT_OK) {
		(void)say(field, "this parameter does not fit the others");
		return ERR_USAGE;
	}
	err = new_key(q->dir, "operator.pem", KEY_ED25519, &operator_key);
	if (err == ERR_OK)
		err = new_key(q->dir, "aggregator.pem", KEY_P256, &aggregator_key);
	if (err == ERR_OK) {
		init_add_role(g, "aggregator", private_key_public(aggregator_key),
			q->credit_cents * 1000000);
		g->operator_key = *private_key_public(operator_key);
		err = init_network_add(&q->network, q->dir, g);
	}
	if (err == ERR_OK)
		err = genesis_complete(g);
	if (err == ERR_OK)
		err = genesis_sign(g, operator_key);
	private_key_free(operator_key);
	private_key_free(aggregator_key);
	return err;
}

static enum err make_databases(const char *dir, const struct genesis *g)
{
	struct ledger_db ledger;
	struct csm_db csm;
	char path[4096];
	enum err err;

	(void)snprintf(path, sizeof path, "%s/csm.db", dir);
	err = csm_db_create(&csm, path, g);
	csm_db_close(&csm);
	if (err != ERR_OK)
		return err;
	(void)snprintf(path, sizeof path, "%s/ledger.db", dir);
	err = ledger_db_create(&ledger, path, g);
	ledger_db_close(&ledger);
	return err == ERR_OK && chmod(path, 0644) != 0 ? ERR_IO : err;
}

static enum err write_document(const char *dir, const struct genesis *g)
{
	char path[4096], text[GENESIS_TEXT_MAX];
	size_t len = genesis_write(g, text, sizeof text);
	FILE *file;
	bool ok;

	(void)snprintf(path, sizeof path, "%s/genesis.json", dir);
	file = fopen(path, "wx");
	if (!file)
		return ERR_IO;
	ok = fwrite(text, 1, len, file) == len && fputc('\n', file) != EOF;
	return fclose(file) == 0 && ok ? ERR_OK : ERR_IO;
}

/* What the directory comes to hold; the directory itself last. */
static const char *const files[] = {"/operator.pem", "/aggregator.pem", "/dso.pem", "/tso.pem",
	"/csm.db", "/ledger.db", "/genesis.json", "/ca.crt", "/server.crt", "/server.key",
	"/mosquitto.conf", ""};

/* The user the broker will run as must own what it writes. */
static enum err hand_over(const char *dir, const char *user)
{
	const struct passwd *entry = getpwnam(user);
	char path[4096];

	if (geteuid() != 0)
		return ERR_OK;
	if (!entry)
		return ERR_NOT_FOUND;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		(void)snprintf(path, sizeof path, "%s%s", dir, files[i]);
		if (chown(path, entry->pw_uid, entry->pw_gid) != 0 &&
			!(errno == ENOENT && init_network_is_key(files[i])))
			return ERR_IO;
	}
	return ERR_OK;
}

/* Take back a market that could not be completed: the next try finds the place free, and no key of
 * a market that never was lies about. */
static void take_back(const char *dir)
{
	char path[4096];

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		(void)snprintf(path, sizeof path, "%s%s", dir, files[i]);
		(void)remove(path);
	}
}

/* Make all that the directory holds, and say which part failed. */
static int fill_directory(const struct request_init *q, const struct genesis *g)
{
	struct broker_conf conf = {.dir = q->dir,
		.port = (int)q->port,
		.user = q->user,
		.plugin = q->plugin,
		.other_topics = q->other_topics};
	enum err err = make_databases(q->dir, g);

	if (err != ERR_OK)
		return say("databases", err_text(err));
	err = write_document(q->dir, g);
	if (err != ERR_OK)
		return say("genesis.json", err_text(err));
	err = certificate_make(q->dir, g->market, q->host);
	if (err != ERR_OK)
		return say("certificates", err_text(err));
	err = broker_conf_write(&conf);
	if (err != ERR_OK)
		return say("mosquitto.conf", err_text(err));
	err = hand_over(q->dir, q->user);
	if (err != ERR_OK)
		return say(q->user, "the files cannot be given to this user");
	return 0;
}

static int make_market(const struct request_init *q)
{
	struct genesis *g = calloc(1, sizeof *g);
	enum err err = g ? make_genesis(q, g) : ERR_NOMEM;
	int code = err == ERR_OK ? fill_directory(q, g) : EXIT_REFUSED;

	if (code == 0)
		(void)printf(
			"market %s is made in %s\nstart it with: mosquitto -c %s/mosquitto.conf\n",
			g->market, q->dir, q->dir);
	else
		take_back(q->dir);
	free(g);
	return code;
}

/* Debian's broker has a user of its own. Copied: the next look-up overwrites the entry. */
static void default_user(char *user, size_t size)
{
	const struct passwd *entry = geteuid() == 0 ? getpwnam("mosquitto") : getpwuid(geteuid());

	(void)snprintf(user, size, "%s", entry ? entry->pw_name : "root");
}

/* What no single option can tell. */
static int check_request(const struct request_init *q)
{
	if (!q->demo && (q->rate != 1 || q->start))
		return say("--rate, --start", "only a market made with --demo has them");
	if (init_network_check(&q->network) != 0)
		return EXIT_REFUSED;
	if (!market_name_valid(q->name))
		return say("--name", "needs 1..24 of a-z, 0-9 and -");
	if (strcmp(q->other_topics, "allow") != 0 && strcmp(q->other_topics, "defer") != 0)
		return say("--other-topics", "needs allow or defer");
	if (!getpwnam(q->user))
		return say(q->user, "there is no such user");
	if (q->plugin[0] == '\0' || access(q->plugin, R_OK) != 0)
		return say("--plugin", "mosquitto_lem.so cannot be read there, or stands neither "
				       "beside lemctl nor in ../lib/mosquitto");
	return 0;
}

/* What is not said on the command line. */
static const struct request_init usual = {.name = "lem",
	.host = "127.0.0.1",
	.slot_s = 900,
	.rate = 1,
	.port = 8883,
	.reward_cents = 10,
	.penalty_mc = 2000,
	.credit_cents = 1000000,
	.import_mc = 22000,
	.export_mc = 5000,
	.floor_w = 50,
	.horizon = 4,
	.other_topics = "defer"};

int init_command(int argc, char **argv)
{
	struct request_init q = usual;
	char user[64], plugin[4096];
	const struct arg table[] = {
		{"name", ARG_TEXT, &q.name, "NAME", "of the market (default lem)", 0, 0},
		{"slot", ARG_INT, &q.slot_s, "S", "length of a slot (900)", 60, 86400},
		{"port", ARG_INT, &q.port, "PORT", "of the broker's listener (8883)", 1, 65535},
		{"host", ARG_TEXT, &q.host, "HOST", "name in the certificate (127.0.0.1)", 0, 0},
		{"user", ARG_TEXT, &q.user, "USER", "the broker runs as (mosquitto)", 0, 0},
		{"plugin", ARG_TEXT, &q.plugin, "FILE",
			"path of mosquitto_lem.so (beside lemctl, or ../lib/mosquitto)", 0, 0},
		{"other-topics", ARG_TEXT, &q.other_topics, "WHAT",
			"topics outside the market: allow or defer (defer)", 0, 0},
		{"reward", ARG_INT, &q.reward_cents, "CENTS", "of a validator (10)", 0, 1000000},
		{"penalty", ARG_INT, &q.penalty_mc, "MC", "default, mc/kWh (2000)", 0, 10000000},
		{"credit", ARG_INT, &q.credit_cents, "CENTS", "of the aggregator", 0, 1000000000},
		{"import", ARG_INT, &q.import_mc, "MC", "retail price, mc/kWh (22000)", 0,
			10000000},
		{"export", ARG_INT, &q.export_mc, "MC", "feed-in price, mc/kWh (5000)", 0,
			10000000},
		{"floor", ARG_INT, &q.floor_w, "W", "of Proof of Energy (50)", 0, 1000000},
		{"horizon", ARG_INT, &q.horizon, "SLOTS", "of admission (4)", 1, 16},
		INIT_NETWORK_ARGS(q.network),
		{"demo", ARG_FLAG, &q.demo, "", "market time may run fast; not for real money", 0,
			0},
		{"rate", ARG_INT, &q.rate, "N", "market seconds per second, with --demo", 1, 10000},
		{"start", ARG_TEXT, &q.start, "DATE", "market time of slot 0, with --demo", 0, 0},
		{"start-in", ARG_INT, &q.start_in_s, "S", "real seconds until slot 0", 0, 86400},
	};
	struct args a = {.usage = "lemctl init [OPTION...] DIR",
		.about = "Make a market in the new directory DIR: operator's and aggregator's "
			 "keys,\n"
			 "genesis, csm.db and ledger.db, certificates, and a mosquitto.conf.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 1};
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	q.dir = a.positional[0];
	default_user(user, sizeof user);
	broker_conf_find_plugin(plugin, sizeof plugin);
	q.user = q.user ? q.user : user;
	q.plugin = q.plugin ? q.plugin : plugin;
	code = check_request(&q);
	if (code != 0)
		return code;
	if (mkdir(q.dir, 0700) != 0)
		return say(q.dir, strerror(errno));
	return make_market(&q);
}
