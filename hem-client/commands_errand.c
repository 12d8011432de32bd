#include "hem-client/commands_errand.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hem-client/commands.h"
#include "wire/clock.h"
#include "wire/market_doc.h"
#include "wire/text.h"

enum { STEP_MS = 200 };

int64_t errand_now_ms(struct errand *e)
{
	return market_clock_now(&e->clock, clock_real_ms());
}

static int complain(int code, const char *what, const char *why)
{
	(void)fprintf(stderr, "hem: %s%s%s\n", what, why[0] ? ": " : "", why);
	return code;
}

int errand_config(const char *path, struct config *ret, char ret_path[CONFIG_PATH_MAX])
{
	char why[CONFIG_WHY_MAX];
	const char *missing;

	if (!path)
		path = getenv("HEM_CONFIG");
	if (!path)
		path = ERRAND_CONFIG_DEFAULT;
	snprintf(ret_path, CONFIG_PATH_MAX, "%s", path);
	if (config_load(path, ret, why) != ERR_OK)
		return complain(HEM_EXIT_CONFIG, why, "");
	missing = config_missing(ret);
	if (missing) {
		(void)fprintf(stderr, "hem: %s: %s is not set\n", path, missing);
		return HEM_EXIT_CONFIG;
	}
	return 0;
}

int errand_open(struct errand *e, const char *config_path)
{
	char why[IDENTITY_WHY_MAX];
	char hex[17];
	int code;

	memset(e, 0, sizeof *e);
	e->db.lock_fd = -1;
	code = errand_config(config_path, &e->config, e->config_path);
	if (code != 0)
		return code;
	if (!text_hex_write(e->config.market.genesis, 8, hex, sizeof hex))
		return HEM_EXIT_REFUSED;
	snprintf(e->market, sizeof e->market, "%s:%s", e->config.market.name, hex);
	if (identity_load(e->config.home.state_dir, e->config.sim.meter_key, &e->identity, why) !=
		ERR_OK)
		code = complain(HEM_EXIT_REFUSED, why, "run `hem init` first");
	else if (hem_db_open(&e->db, e->config.home.state_dir) != ERR_OK)
		code = complain(HEM_EXIT_REFUSED, "hem.db", e->db.db.why);
	if (code != 0)
		errand_close(e);
	return code;
}

void errand_close(struct errand *e)
{
	session_free(e->session);
	e->session = NULL;
	verify_key_free(e->operator_key);
	e->operator_key = NULL;
	hem_db_close(&e->db);
	identity_release(&e->identity);
}

/* What counts now, signed beside genesis. Without it the market's own check still stands. */
static void on_parameters(struct errand *e, const char *text, size_t len)
{
	char why[FORM_FIELD_MAX + 64];
	uint64_t height;

	e->params = e->genesis.params;
	if (market_doc_read(text, len, &e->genesis, e->operator_key, &height, &e->params, why) !=
		ERR_OK)
		(void)fprintf(stderr,
			"hem: the market's parameters in force are not believed: %s\n", why);
}

static void on_genesis(struct errand *e, const char *text, size_t len)
{
	char why[FORM_FIELD_MAX + 64];

	if (e->has_genesis)
		return;
	if (genesis_read(text, len, e->config.market.genesis, &e->genesis, why) != ERR_OK ||
		verify_key_new(&e->genesis.operator_key, &e->operator_key) != ERR_OK) {
		snprintf(e->trouble, sizeof e->trouble, "the market's genesis: %s", why);
		return;
	}
	market_clock_init(&e->clock, &e->genesis.params);
	on_parameters(e, text, len);
	e->has_genesis = true;
}

/* File it whatever it is about; note it if it answers what was sent. */
static void on_one_receipt(void *context, const char *text, size_t len)
{
	struct errand *e = context;
	struct receipt r;
	enum err err = clerk_receipt(
		&e->db, e->operator_key, e->genesis.market, text, len, &r, e->trouble);

	if ((err != ERR_OK && err != ERR_NOT_FOUND) || strcmp(r.req_id, e->req_id) != 0)
		return;
	e->receipt = r;
	e->answer = ANSWER_RECEIPT;
	market_clock_learn(&e->clock, clock_real_ms(), r.market_ms, false);
}

static void on_receipt(struct errand *e, const char *text, size_t len)
{
	if (receipts_each(text, len, on_one_receipt, e) != ERR_OK)
		snprintf(e->trouble, sizeof e->trouble, "receipts: they are no array");
}

static void on_reject(struct errand *e, const char *text, size_t len)
{
	enum clerk_refusal refusal = REFUSAL_FOREIGN;
	struct spooled message;
	struct reject r;
	char why[ANSWER_WHY_MAX];

	if (reject_read(text, len, &r, why) != ERR_OK || strcmp(r.req_id, e->req_id) != 0)
		return;
	if (clerk_reject(&e->db, &r, &refusal, &message) != ERR_OK)
		snprintf(e->trouble, sizeof e->trouble, "%.300s", e->db.db.why);
	e->reject = r;
	e->answer = ANSWER_REJECT;
}

static void on_wallet(struct errand *e, const char *text, size_t len)
{
	struct wallet_answer w;
	char why[ANSWER_WHY_MAX];

	if (wallet_answer_read(text, len, e->operator_key, e->genesis.market, &w, why) != ERR_OK)
		snprintf(e->trouble, sizeof e->trouble, "the wallet is not believed: %s", why);
	else if (strcmp(w.req_id, e->req_id) == 0) {
		e->wallet = w;
		e->answer = ANSWER_WALLET;
	}
}

static void on_award(struct errand *e, const char *text, size_t len)
{
	struct award a;
	char why[ANSWER_WHY_MAX];

	if (award_read(text, len, &a, why) != ERR_OK || a.order != e->wanted_order)
		return;
	e->award = a;
	e->has_award = true;
}

static void on_message(void *context, enum session_topic topic, const char *payload, size_t len)
{
	struct errand *e = context;

	if (topic == TOPIC_MARKET)
		on_genesis(e, payload, len);
	if (!e->has_genesis)
		return;
	if (topic == TOPIC_RECEIPT)
		on_receipt(e, payload, len);
	if (topic == TOPIC_REJECT)
		on_reject(e, payload, len);
	if (topic == TOPIC_WALLET)
		on_wallet(e, payload, len);
	if (topic == TOPIC_AWARD)
		on_award(e, payload, len);
}

static void on_up(void *context)
{
	(void)context;
}

static void on_lost(void *context, const char *why, bool again)
{
	struct errand *e = context;

	(void)again;
	e->lost = true;
	snprintf(e->trouble, sizeof e->trouble, "%s", why);
}

bool errand_wait(struct errand *e, const bool *done, int64_t seconds)
{
	int64_t until_ms = clock_monotonic_ms() + seconds * 1000;

	while (!*done && !e->lost && clock_monotonic_ms() < until_ms)
		session_run(e->session, STEP_MS);
	return *done;
}

int errand_connect(struct errand *e, const char *suffix, const char *password, bool quiet)
{
	const struct config_market *m = &e->config.market;
	char why[SESSION_WHY_MAX], where[CONFIG_HOST_MAX + 32];
	struct session_config c = {.host = m->host,
		.port = (int)m->port,
		.cafile = m->cafile,
		.name = m->name,
		.market = e->market,
		.client_id = m->client_id,
		.suffix = suffix,
		.password = password,
		.ems = e->identity.ems,
		.context = e,
		.message = on_message,
		.up = on_up,
		.lost = on_lost};

	session_free(e->session);
	e->session = NULL;
	e->lost = false;
	e->trouble[0] = '\0';
	if (session_new(&c, &e->session, why) != ERR_OK)
		return complain(HEM_EXIT_CONFIG, "preparing the connection", why);
	if (errand_wait(e, &e->has_genesis, ERRAND_CONNECT_S))
		return 0;
	snprintf(where, sizeof where, "%s:%d", m->host, (int)m->port);
	if (!quiet)
		(void)fprintf(stderr, "hem: %s: %s\n", where,
			e->trouble[0] ? e->trouble : "the market did not answer in time");
	return session_refusal(e->session)[0] ? HEM_EXIT_REFUSED : HEM_EXIT_UNREACHABLE;
}

int errand_send(struct errand *e, const struct message *m, bool spooled)
{
	int64_t until_ms = clock_monotonic_ms() + (int64_t)ERRAND_ANSWER_S * 1000;

	memcpy(e->req_id, m->req_id, sizeof e->req_id);
	e->answer = ANSWER_NONE;
	if (session_send(e->session, m->operation, m->text, m->len) != ERR_OK)
		e->lost = true;
	while (e->answer == ANSWER_NONE && !e->lost && clock_monotonic_ms() < until_ms)
		session_run(e->session, STEP_MS);
	if (e->answer == ANSWER_RECEIPT || e->answer == ANSWER_WALLET)
		return 0;
	if (e->answer == ANSWER_REJECT) {
		if (e->awaited && strcmp(e->reject.code, e->awaited) == 0)
			return HEM_EXIT_REFUSED;
		(void)fprintf(stderr, "hem: refused: %s: %s%s%s\n", e->reject.code, e->reject.rule,
			e->reject.field[0] ? ": " : "", e->reject.field);
		return HEM_EXIT_REFUSED;
	}
	(void)fprintf(stderr, "hem: no answer from the market%s%s%s\n", e->trouble[0] ? ": " : "",
		e->trouble, spooled ? "; the message is kept, and `hem run` sends it again" : "");
	return HEM_EXIT_UNREACHABLE;
}

void errand_print_cents(const char *label, int64_t amount_uc)
{
	int64_t magnitude = amount_uc < 0 ? -amount_uc : amount_uc;

	(void)printf("%-10s %s%lld.%06lld cents\n", label, amount_uc < 0 ? "-" : "",
		(long long)(magnitude / 1000000), (long long)(magnitude % 1000000));
}
