/* A ledger read for a person, and the command line that asks for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <unistd.h>
#include "hem-client/commands.h"
#include "hem-client/commands_cli.h"
#include "hem-client/replica/ledger_view.h"
#include "tests/unit/little_days.h"

static struct little_market market;
static struct db db;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	little_days_work(&market);
	return ledger_view_open(&db, market.ledger) == ERR_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	db_close(&db);
	little_close(&market);
	return 0;
}

struct lines {
	struct block_line block[8];
	size_t blocks, txs;
	uint64_t last_seq;
	size_t stop;
};

static bool see_block(void *context, const struct block_line *line)
{
	struct lines *l = context;

	l->block[l->blocks++] = *line;
	return l->blocks != l->stop;
}

static bool see_tx(void *context, const struct tx_line *line)
{
	struct lines *l = context;

	assert_true(line->seq > l->last_seq && line->body_len > 0);
	assert_true(strlen(line->signer) == ADDRESS_LEN || strcmp(line->signer, "operator") == 0);
	l->last_seq = line->seq;
	l->txs++;
	return true;
}

static void blocks_are_listed_newest_first(void **state)
{
	struct lines l = {.stop = 0};

	(void)state;
	assert_int_equal(ledger_view_blocks(&db, INT64_MAX, 8, see_block, &l), ERR_OK);
	assert_int_equal(l.blocks, 5);
	for (size_t i = 0; i < l.blocks; i++)
		assert_true(l.block[i].height == 4 - i && strlen(l.block[i].hash) == 64);
	assert_string_equal(l.block[4].validator, "genesis");
	l = (struct lines){.stop = 2};
	assert_int_equal(ledger_view_blocks(&db, 3, 8, see_block, &l), ERR_OK);
	assert_true(l.blocks == 2 && l.block[0].height == 3);
}

static void transactions_are_listed_by_sequence(void **state)
{
	struct lines l = {.stop = 0};

	(void)state;
	assert_int_equal(ledger_view_txs(&db, 3, see_tx, &l), ERR_OK);
	assert_true(l.txs > 5);
	assert_int_equal(ledger_view_txs(&db, 99, see_tx, &l), ERR_OK);
}

static void an_auctions_terms_are_found(void **state)
{
	struct contract c;
	uint64_t seq = 0;

	(void)state;
	while (ledger_view_auction(&db, ++seq, &c) == ERR_NOT_FOUND)
		assert_true(seq < 1000);
	assert_true(c.side == SIDE_BUY && c.quantity_wh == 150 && c.slot == 1);
	assert_true(c.limit_mc_per_kwh == 18000 && c.measure == MEASURE_STORAGE);
}

/* What a command line gives. */
struct words {
	const char *text;
	int64_t number;
	bool flag;
	const char *word;
};

static int parse(struct words *w, int argc, const char *const *argv)
{
	const struct cli_option options[] = {
		{"text", 't', CLI_TEXT, &w->text, "TEXT", "a text", 0},
		{"number", 0, CLI_INT, &w->number, "N", "a number", 100},
		{"flag", 'f', CLI_FLAG, &w->flag, "", "a flag", 0},
	};
	struct cli cli = {.usage = "test [OPTION...] [WORD]",
		.about = "A test.",
		.options = options,
		.count = 3,
		.words_max = 1};
	char *copy[8];
	int result;

	assert_true(argc < 8);
	for (int i = 0; i < argc; i++)
		copy[i] = strdup(argv[i]);
	copy[argc] = NULL;
	result = cli_parse(&cli, argc, copy);
	w->word = cli.word_count ? "a word" : NULL;
	for (int i = 0; i < argc; i++)
		free(copy[i]);
	return result;
}

static void options_are_read_strictly(void **state)
{
	static const struct {
		int argc;
		const char *argv[6];
		int result;
		int64_t number;
		bool flag, word;
	} cases[] = {
		{1, {"test"}, -1, 7, false, false},
		{4, {"test", "--number", "100", "-f"}, -1, 100, true, false},
		{3, {"test", "--number=0", "x"}, -1, 0, false, true},
		{3, {"test", "--number", "101"}, HEM_EXIT_USAGE, 7, false, false},
		{3, {"test", "--number", "-1"}, HEM_EXIT_USAGE, 7, false, false},
		{3, {"test", "--number", "5x"}, HEM_EXIT_USAGE, 7, false, false},
		{2, {"test", "--number"}, HEM_EXIT_USAGE, 7, false, false},
		{2, {"test", "--unknown"}, HEM_EXIT_USAGE, 7, false, false},
		{3, {"test", "x", "y"}, HEM_EXIT_USAGE, 7, false, true},
		{2, {"test", "--help"}, HEM_EXIT_OK, 7, false, false},
		{2, {"test", "--version"}, HEM_EXIT_OK, 7, false, false},
	};
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);

	(void)state;
	assert_non_null(freopen("/dev/null", "w", stdout));
	assert_non_null(freopen("/dev/null", "w", stderr));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct words w = {.number = 7};
		assert_int_equal(parse(&w, cases[i].argc, cases[i].argv), cases[i].result);
		assert_true(w.number == cases[i].number && w.flag == cases[i].flag);
		assert_true((w.word != NULL) == cases[i].word);
	}
	(void)fflush(NULL);
	assert_true(dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0);
	(void)close(out);
	(void)close(err);
}

static void defaults_are_those_of_the_slot(void **state)
{
	struct gate_defaults d = {.lead_s = -1};

	(void)state;
	assert_int_equal(ledger_view_defaults(&db, 100, &d), ERR_NOT_FOUND);
	assert_int_equal(d.lead_s, -1);
	little_params(&market, 9, "\"gate_lead_min_s\":200,\"gate_lead_s\":700");
	little_params(&market, 12, "\"gate_lead_s\":800");
	assert_int_equal(ledger_view_defaults(&db, 8, &d), ERR_NOT_FOUND);
	assert_int_equal(ledger_view_defaults(&db, 9, &d), ERR_OK);
	assert_true(d.lead_s == 700 && d.lead_min_s == 200 && d.measure == MEASURE_STORAGE);
	assert_int_equal(ledger_view_defaults(&db, 11, &d), ERR_OK);
	assert_int_equal(d.lead_s, 700);
	assert_int_equal(ledger_view_defaults(&db, 12, &d), ERR_OK);
	assert_true(d.lead_s == 800 && d.lead_min_s == 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_listed_newest_first),
		cmocka_unit_test(transactions_are_listed_by_sequence),
		cmocka_unit_test(an_auctions_terms_are_found),
		cmocka_unit_test(options_are_read_strictly),
		cmocka_unit_test(defaults_are_those_of_the_slot),
	};

	return cmocka_run_group_tests_name("ledger_view", tests, setup, teardown);
}
