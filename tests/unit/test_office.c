/* The market behind the broker, its threads included: what is submitted comes back by the post, the
 * broker is woken for it and never waits, and what was receipted outlives the office. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <sqlite3.h>
#include <time.h>
#include "plugin/office.h"
#include "plugin/verifier.h"
#include "tests/unit/little_market.h"
#include "wire/clock.h"

enum { PATIENCE_MS = 20000, WAITING_MAX = 2 * OFFICE_VERIFIED_MAX + VERIFIER_QUEUE_MAX + 64 };

static struct little_market market; /* its databases and keys; its engine is the office's */
static struct options options;
static struct office *office;
static int wake;

/* A market that begins in a moment: the office goes by the machine's clock. */
static int setup(void **state)
{
	struct genesis *g = &market.genesis;
	char path[96];
	struct csm_db csm;
	struct ledger_db ledger;

	(void)state;
	memset(&market, 0, sizeof market);
	assert_int_equal(scratch_make(market.folder), 0);
	assert_int_equal(private_key_generate(KEY_ED25519, &market.operator_key), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &market.aggregator_key), ERR_OK);
	little_genesis(&market);
	g->params.start_ms = clock_real_ms() / 1000 * 1000 + 1000;
	g->params.real_start_ms = g->params.start_ms;
	assert_int_equal(genesis_complete(g), ERR_OK);
	assert_int_equal(genesis_sign(g, market.operator_key), ERR_OK);
	snprintf(market.csm, sizeof market.csm, "%s/csm.db", market.folder);
	snprintf(path, sizeof path, "%s/ledger.db", market.folder);
	assert_int_equal(csm_db_create(&csm, market.csm, g), ERR_OK);
	csm_db_close(&csm);
	assert_int_equal(ledger_db_create(&ledger, path, g), ERR_OK);
	ledger_db_close(&ledger);
	snprintf(path, sizeof path, "%s/operator.pem", market.folder);
	assert_int_equal(private_key_save(market.operator_key, path, NULL), ERR_OK);
	options = (struct options){.metrics = "none", .verifiers = 2};
	snprintf(options.state_dir, sizeof options.state_dir, "%s", market.folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	office_close(office);
	office = NULL;
	message_release(&market.last);
	private_key_free(market.operator_key);
	private_key_free(market.aggregator_key);
	return scratch_remove(market.folder);
}

static void open_office(void)
{
	char why[ENGINE_WHY_MAX] = "";

	if (office_open(&options, wake, &office, why) != ERR_OK)
		fail_msg("%s", why);
}

/* Wait until the office wakes its broker; false if it does not. */
static bool woken(int64_t ms)
{
	const struct timespec patience = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, wake);
	return sigtimedwait(&set, NULL, &patience) == wake;
}

/* The next publication whose topic ends so, as the broker would come by it. */
static struct publication *collect(const char *ending)
{
	int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
	bool more = false;

	while (clock_monotonic_ms() < until_ms) {
		struct publication *p = office_collect(office, 1, &more);
		size_t n = p ? strlen(p->topic) : 0, e = strlen(ending);
		if (p && n >= e && strcmp(p->topic + n - e, ending) == 0)
			return p;
		free(p);
		if (!p && !more)
			assert_true(woken(PATIENCE_MS));
	}
	fail_msg("nothing on %s", ending);
	return NULL;
}

/* An operator's message that adds a home. */
static const struct message *addition(const char *id)
{
	char text[512];
	struct out p;

	message_release(&market.last);
	out_init(&p, text, sizeof text);
	out_printf(&p,
		"{\"battery_w\":0,\"clientId\":\"%s\",\"code_hash\":\"%064d\",\"fuse_w\":0,"
		"\"meter_serial\":\"%s\",\"meter_type\":\"t\",\"pv_w\":0}",
		id, 0, id);
	assert_int_equal(message_make(OPERATION_HOME_ADD, "operator", market.genesis.market,
				 params_market_ms(&market.genesis.params, clock_real_ms()), &p,
				 &(struct signer){.key = market.operator_key}, &market.last),
		ERR_OK);
	return &market.last;
}

static void add(const char *id)
{
	const struct message *m = addition(id);
	char text[CONTROL_TEXT_MAX];
	int n = snprintf(text, sizeof text,
		"{\"commands\":[{\"command\":\"home-add\",\"correlationData\":\"%s\",\"message\":%"
		"s}]}",
		id, m->text);

	assert_true(office_submit(office, "operator", OPERATION_NONE, text, (size_t)n));
}

static bool knows(const char *id)
{
	struct keyring_client client;

	return keyring_client(office_keyring(office), id, &client);
}

static void a_message_comes_back_as_a_receipt(void **state)
{
	struct publication *p;

	(void)state;
	open_office();
	assert_string_equal(office_genesis(office)->market, market.genesis.market);
	p = collect("/market"); /* retained, from the start */
	assert_true(p->retain);
	free(p);
	assert_false(knows("home0001"));
	add("home0001");
	while (!knows("home0001")) /* the market's thread writes while this one reads */
		(void)woken(1);
	p = collect(CONTROL_RESPONSE_TOPIC);
	assert_non_null(strstr(p->payload, market.last.req_id));
	assert_non_null(strstr(p->payload, "\"correlationData\":\"home0001\""));
	free(p);
}

static void a_refusal_comes_back_and_is_logged(void **state)
{
	struct post_line line;
	struct publication *p;

	(void)state;
	open_office();
	assert_true(office_submit(office, "aggregator", OPERATION_CPF, "{", 1));
	p = collect("/to/aggregator/reject");
	assert_non_null(strstr(p->payload, "\"BAD_JSON\""));
	free(p);
	assert_true(office_submit(office, "aggregator", OPERATION_NONE, "", 0));
	p = collect(CONTROL_RESPONSE_TOPIC);
	assert_non_null(strstr(p->payload, "\"BAD_JSON\""));
	free(p);
	for (int i = 0; i < 2; i++) {
		assert_true(office_log_line(office, &line));
		assert_non_null(strstr(line.text, "lem: aggregator | "));
	}
	assert_false(office_log_line(office, &line));
}

/* Let another program hold csm.db, with the market's thread waiting for it: an addition in hand. */
static sqlite3 *hold(void)
{
	const struct timespec pause = {.tv_nsec = 200000000};
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(market.csm, &db), SQLITE_OK);
	assert_int_equal(sqlite3_busy_timeout(db, PATIENCE_MS), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	add("home0001");
	(void)nanosleep(&pause, NULL);
	return db;
}

/* Submit nonsense until no more may wait; how many were taken. */
static size_t fill(const char *text, size_t len)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	size_t taken = 0;

	/* A verifier passes on what it can; it is full when it stays full. */
	for (int tries = 0; tries < 3; tries++) {
		while (taken <= WAITING_MAX &&
			office_submit(office, "aggregator", OPERATION_CPF, text, len)) {
			taken++;
			tries = 0;
		}
		(void)nanosleep(&pause, NULL);
	}
	return taken;
}

static void more_than_may_wait_is_busy_and_none_is_lost(void **state)
{
	struct publication *p;
	sqlite3 *db;
	size_t taken;

	(void)state;
	open_office();
	free(collect("/market"));
	db = hold();
	taken = fill("{", 1);
	assert_in_range(taken, VERIFIER_QUEUE_MAX, WAITING_MAX);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	for (size_t i = 0; i < taken; i++) {
		p = collect("/to/aggregator/reject");
		assert_non_null(strstr(p->payload, "\"BAD_JSON\""));
		free(p);
	}
	assert_true(knows("home0001"));
	assert_true(office_submit(office, "aggregator", OPERATION_CPF, "{", 1));
}

static void bytes_that_wait_are_bounded_too(void **state)
{
	static char big[REQUEST_TEXT_MAX];
	const size_t fit = VERIFIER_BYTES_MAX / sizeof big;
	sqlite3 *db;

	(void)state;
	open_office();
	db = hold();
	memset(big, '{', sizeof big);
	/* What is verified is small again, and waits elsewhere. */
	assert_in_range(fill(big, sizeof big), fit / 2, fit + WAITING_MAX - VERIFIER_QUEUE_MAX);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void an_office_is_opened_once(void **state)
{
	struct office *second = NULL;
	char why[ENGINE_WHY_MAX] = "";

	(void)state;
	open_office();
	assert_int_equal(office_open(&options, wake, &second, why), ERR_LOCKED);
	assert_non_null(strstr(why, "in use by another"));
	assert_null(second);
	office_close(office);
	open_office();
}

static void what_was_receipted_is_there_again(void **state)
{
	(void)state;
	open_office();
	add("home0001");
	free(collect(CONTROL_RESPONSE_TOPIC));
	add("home0002"); /* on its way when the office closes: there or not, but not half */
	assert_true(office_submit(office, "aggregator", OPERATION_CPF, "{", 1));
	office_close(office);
	office = NULL;
	open_office();
	assert_true(knows("home0001"));
	assert_false(knows("home0003"));
	office_close(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_message_comes_back_as_a_receipt),
		TEST(a_refusal_comes_back_and_is_logged),
		TEST(more_than_may_wait_is_busy_and_none_is_lost),
		TEST(bytes_that_wait_are_bounded_too),
		TEST(an_office_is_opened_once),
		TEST(what_was_receipted_is_there_again),
	};
	sigset_t set;

	wake = SIGRTMIN + 3;
	sigemptyset(&set);
	sigaddset(&set, wake);
	/* Blocked, a signal stays until it is asked for. */
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
