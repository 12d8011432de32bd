/* `hem ledger show` and `hem ledger verify`: the home's copy of the ledger. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/tx.h"
#include "engine/execute.h"
#include "hem-client/commands.h"
#include "hem-client/commands_cli.h"
#include "hem-client/commands_errand.h"
#include "hem-client/replica/ledger_view.h"
#include "wire/date.h"
#include "wire/header_form.h"

enum { SHOW_BLOCKS = 20, PROGRESS_BLOCKS = 256 };

/* The ledger file that the command line or the configuration names. 0, or the exit code. */
static int ledger_path(const char *config_path, const char *given, char out[static CONFIG_PATH_MAX])
{
	char path[CONFIG_PATH_MAX];
	struct config config;
	int code;

	if (given) {
		snprintf(out, CONFIG_PATH_MAX, "%s", given);
		return 0;
	}
	code = errand_config(config_path, &config, path);
	if (code != 0)
		return code;
	if (config.replica.ledger[0] == '\0') {
		(void)fprintf(
			stderr, "hem: %s: this home keeps no ledger ([replica] ledger)\n", path);
		return HEM_EXIT_CONFIG;
	}
	memcpy(out, config.replica.ledger, CONFIG_PATH_MAX);
	return 0;
}

static bool print_block(void *context, const struct block_line *b)
{
	const bool *json = context;
	char date[DATE_LEN + 1];

	date_write(b->time_ms, date);
	if (*json)
		(void)printf("{\"height\":%llu,\"time_ms\":%lld,\"flags\":%lld,\"tx_count\":%lld"
			     ",\"validator\":\"%s\",\"hash\":\"%s\"}\n",
			(unsigned long long)b->height, (long long)b->time_ms, (long long)b->flags,
			(long long)b->tx_count, b->validator, b->hash);
	else
		(void)printf("%8llu  %s  %6lld tx  %-26s  %.16s%s\n", (unsigned long long)b->height,
			date, (long long)b->tx_count, b->validator[0] ? b->validator : "not sealed",
			b->hash, b->flags & HEADER_OUTAGE ? "  outage" : "");
	return true;
}

static bool print_tx(void *context, const struct tx_line *t)
{
	const bool *json = context;
	const char *kind = tx_kind_name((enum tx_kind)t->kind);

	if (*json)
		(void)printf("{\"seq\":%llu,\"kind\":\"%s\",\"market_ms\":%lld,\"signer\":\"%s\""
			     ",\"body\":%.*s}\n",
			(unsigned long long)t->seq, kind ? kind : "?", (long long)t->market_ms,
			t->signer, (int)t->body_len, t->body ? t->body : "null");
	else
		(void)printf("  %8llu  %-9s  %-26s  %.*s\n", (unsigned long long)t->seq,
			kind ? kind : "?", t->signer, t->body_len > 160 ? 160 : (int)t->body_len,
			t->body ? t->body : "");
	return true;
}

static int show(const char *path, const char *height_text, bool json)
{
	uint64_t height = INT64_MAX;
	char *end = NULL;
	struct db db;
	enum err err;

	if (height_text) {
		height = strtoull(height_text, &end, 10);
		if (end == height_text || *end != '\0' || height > INT64_MAX) {
			(void)fprintf(stderr, "hem: '%s' is no height\n", height_text);
			return HEM_EXIT_USAGE;
		}
	}
	err = ledger_view_open(&db, path);
	if (err == ERR_OK)
		err = ledger_view_blocks(
			&db, height, height_text ? 1 : SHOW_BLOCKS, print_block, &json);
	if (err == ERR_OK && height_text)
		err = ledger_view_txs(&db, height, print_tx, &json);
	if (err != ERR_OK)
		(void)fprintf(stderr, "hem: %s\n", db.why);
	db_close(&db);
	return err == ERR_OK ? HEM_EXIT_OK : HEM_EXIT_REFUSED;
}

/* The blocks of a ledger file, one after the other. */
struct audit_run {
	struct ledger_db file;
	struct genesis genesis;
	struct executor executor;
	uint64_t height; /* of the block under execution */
	uint64_t last;
	char why[512];
};

static enum err each(
	void *context, bool (*visit)(void *visitor, const struct stored_tx *tx), void *visitor)
{
	struct audit_run *r = context;

	return ledger_db_txs(&r->file, r->height, 0, visit, visitor);
}

static enum err open_run(struct audit_run *r, const char *path)
{
	char document[GENESIS_TEXT_MAX + HEADER_TEXT_MAX], why[FORM_FIELD_MAX + 64];
	size_t len = 0;
	enum err err = ledger_db_open_read(&r->file, path);

	if (err != ERR_OK) {
		snprintf(r->why, sizeof r->why, "%.500s", r->file.db.why);
		return err;
	}
	err = ledger_db_genesis(&r->file, document, sizeof document, &len);
	if (err == ERR_OK)
		err = genesis_read(document, len, NULL, &r->genesis, why);
	if (err == ERR_OK)
		err = ledger_db_height(&r->file, &r->last);
	if (err == ERR_OK)
		err = executor_init(&r->executor, &r->genesis);
	if (err != ERR_OK)
		snprintf(r->why, sizeof r->why, "%.300s: its genesis: %s", path,
			err == ERR_FORMAT ? why : err_text(err));
	return err;
}

/* Execute everything; *ret_fault is the first that is wrong. */
static enum err execute_all(struct audit_run *r, struct block_fault *ret_fault)
{
	struct tx_source source = {.each = each, .context = r};
	struct stored_block block;
	enum err err = ERR_OK;

	ret_fault->verdict = VERDICT_OK;
	for (r->height = 1; r->height <= r->last && err == ERR_OK; r->height++) {
		err = ledger_db_block(&r->file, r->height, r->genesis.name, &block);
		if (err == ERR_OK)
			err = execute_block(&r->executor, &block, &source, NULL, ret_fault);
		if (err == ERR_NOT_FOUND || err == ERR_FORMAT) {
			block_fault_set(ret_fault, VERDICT_BAD_ROW, r->height, 0,
				err == ERR_FORMAT ? "" : "the block is missing");
			err = ERR_OK;
		}
		if (err != ERR_OK || ret_fault->verdict != VERDICT_OK)
			break;
		if (r->height % PROGRESS_BLOCKS == 0 && isatty(STDERR_FILENO))
			(void)fprintf(stderr, "\rblock %llu of %llu", (unsigned long long)r->height,
				(unsigned long long)r->last);
	}
	if (isatty(STDERR_FILENO) && r->last >= PROGRESS_BLOCKS)
		(void)fprintf(stderr, "\r%40s\r", "");
	if (err != ERR_OK)
		snprintf(r->why, sizeof r->why, "block %llu: %s", (unsigned long long)r->height,
			err_text(err));
	return err;
}

static void print_verdict(const struct audit_run *r, const struct block_fault *fault, bool json)
{
	bool holds = fault->verdict == VERDICT_OK;

	if (json) {
		(void)printf("{\"market\":\"%s\",\"height\":%llu,\"holds\":%s,\"code\":\"%s\""
			     ",\"seq\":%llu,\"text\":\"%s\"}\n",
			r->genesis.market, (unsigned long long)(holds ? r->last : fault->height),
			holds ? "true" : "false", verdict_name(fault->verdict),
			(unsigned long long)fault->seq, fault->text);
		return;
	}
	if (holds)
		(void)printf("%s: %llu blocks executed again: every signature, rule and root "
			     "holds\n",
			r->genesis.market, (unsigned long long)r->last);
	else
		(void)printf("%s: %s\n", r->genesis.market, fault->text);
}

static int verify(const char *path, bool json)
{
	struct audit_run r;
	struct block_fault fault = {.verdict = VERDICT_OK};
	enum err err;

	memset(&r, 0, sizeof r);
	err = open_run(&r, path);
	if (err == ERR_OK)
		err = execute_all(&r, &fault);
	if (err == ERR_OK)
		print_verdict(&r, &fault, json);
	else
		(void)fprintf(stderr, "hem: %s\n", r.why);
	executor_release(&r.executor);
	ledger_db_close(&r.file);
	return err == ERR_OK && fault.verdict == VERDICT_OK ? HEM_EXIT_OK : HEM_EXIT_REFUSED;
}

/* Both verbs: they differ in what they do with the file. */
static int ledger_verb(int argc, char **argv, bool shows)
{
	const char *config = NULL, *given = NULL;
	bool json = false;
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &config, "FILE", "the configuration file", 0},
		{"ledger", 0, CLI_TEXT, &given, "FILE", "the ledger file (as configured)", 0},
		{"json", 0, CLI_FLAG, &json, "", "print for a program", 0},
	};
	struct cli cli = {.usage = shows ? "hem ledger show [OPTION...] [HEIGHT]"
					 : "hem ledger verify [OPTION...]",
		.about =
			shows ? "List the last blocks, or one block with its transactions."
			      : "Execute the whole ledger again from its genesis and compare every "
				"root. Exit code 0 if it holds, 1 if not.",
		.options = options,
		.count = sizeof options / sizeof *options,
		.words_max = shows ? 1 : 0};
	char path[CONFIG_PATH_MAX];
	int code = cli_parse(&cli, argc, argv);

	if (code >= 0)
		return code;
	code = ledger_path(config, given, path);
	if (code != 0)
		return code;
	return shows ? show(path, cli.words[0], json) : verify(path, json);
}

int hem_verify(int argc, char **argv)
{
	return ledger_verb(argc, argv, false);
}

int hem_ledger(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	bool asked = strcmp(verb, "--help") == 0;

	if (strcmp(verb, "show") == 0 || strcmp(verb, "verify") == 0)
		return ledger_verb(argc - 1, argv + 1, strcmp(verb, "show") == 0);
	(void)fprintf(asked ? stdout : stderr, "usage: hem ledger show [OPTION...] [HEIGHT]\n"
					       "       hem ledger verify [OPTION...]\n");
	return asked ? HEM_EXIT_OK : HEM_EXIT_USAGE;
}
