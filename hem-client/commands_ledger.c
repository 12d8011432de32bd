/* `hem ledger show` and `hem ledger verify`: the home's copy of the ledger. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/tx.h"
#include "engine/ledger_audit.h"
#include "hem-client/commands.h"
#include "hem-client/commands_cli.h"
#include "hem-client/commands_errand.h"
#include "hem-client/replica/ledger_view.h"
#include "wire/date.h"
#include "wire/header_form.h"
#include "wire/out.h"
#include "wire/text.h"

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

static void progress(uint64_t height, uint64_t total)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (height % PROGRESS_BLOCKS == 0)
		(void)fprintf(stderr, "\rblock %llu of %llu", (unsigned long long)height,
			(unsigned long long)total);
	if (height == total && total >= PROGRESS_BLOCKS)
		(void)fprintf(stderr, "\r%40s\r", "");
}

static void print_verdict(const struct ledger_audit *a, bool json)
{
	const struct block_fault *fault = &a->fault;
	bool holds = fault->verdict == VERDICT_OK;
	char text[2 * ROW_COMPARE_WHY_MAX];
	struct out out;

	if (json) {
		out_init(&out, text, sizeof text);
		out_string(&out, a->why);
		(void)printf("{\"market\":\"%s\",\"height\":%llu,\"holds\":%s,\"code\":\"%s\""
			     ",\"seq\":%llu,\"text\":%s}\n",
			a->genesis.market, (unsigned long long)(holds ? a->height : fault->height),
			holds ? "true" : "false", verdict_name(fault->verdict),
			(unsigned long long)fault->seq, out_end(&out) > 0 ? text : "\"\"");
		return;
	}
	if (holds)
		(void)printf("%s: %llu blocks executed again: every signature, rule, root and row "
			     "holds\n",
			a->genesis.market, (unsigned long long)a->height);
	else
		(void)printf("%s: %s\n", a->genesis.market, a->why);
}

static int verify(const char *path, const uint8_t *pinned, bool json)
{
	struct ledger_audit *a = calloc(1, sizeof *a);
	bool holds;
	enum err err = ERR_NOMEM;

	if (a) {
		a->progress = progress;
		err = ledger_audit_open(a, path, pinned);
	}
	if (err == ERR_OK)
		err = ledger_audit_run(a);
	if (err == ERR_OK)
		print_verdict(a, json);
	else
		(void)fprintf(stderr, "hem: %.300s: %s\n", path, a ? a->why : err_text(err));
	holds = err == ERR_OK && a->fault.verdict == VERDICT_OK;
	if (a)
		ledger_audit_close(a);
	free(a);
	return holds ? HEM_EXIT_OK : HEM_EXIT_REFUSED;
}

/* The genesis hash that the command line or the configuration pins. 0, or the exit code. */
static int pinned_genesis(const char *config_path, const char *given, uint8_t out[static HASH_LEN])
{
	char path[CONFIG_PATH_MAX];
	struct config config;
	size_t len = 0;
	int code;

	if (given) {
		if (text_hex_read(given, strlen(given), out, HASH_LEN, &len) && len == HASH_LEN)
			return 0;
		(void)fprintf(stderr, "hem: --genesis needs 64 lower-case hex digits\n");
		return HEM_EXIT_USAGE;
	}
	code = errand_config(config_path, &config, path);
	if (code == 0)
		memcpy(out, config.market.genesis, HASH_LEN);
	return code;
}

/* Both verbs: they differ in what they do with the file. */
static int ledger_verb(int argc, char **argv, bool shows)
{
	const char *config = NULL, *given = NULL, *genesis = NULL;
	bool json = false;
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &config, "FILE", "the configuration file", 0},
		{"ledger", 0, CLI_TEXT, &given, "FILE", "the ledger file (as configured)", 0},
		{"json", 0, CLI_FLAG, &json, "", "print for a program", 0},
		{"genesis", 0, CLI_TEXT, &genesis, "HASH",
			"the hash it must begin with (as configured)", 0},
	};
	struct cli cli = {.usage = shows ? "hem ledger show [OPTION...] [HEIGHT]"
					 : "hem ledger verify [OPTION...]",
		.about = shows ? "List the last blocks, or one block with its transactions."
			       : "Execute the whole ledger again from the genesis that was pinned, "
				 "and compare\nevery root and row. Exit code 0 if it holds, 1 if "
				 "not.",
		.options = options,
		.count = sizeof options / sizeof *options - (shows ? 1 : 0),
		.words_max = shows ? 1 : 0};
	char path[CONFIG_PATH_MAX];
	uint8_t pinned[HASH_LEN];
	int code = cli_parse(&cli, argc, argv);

	if (code >= 0)
		return code;
	code = ledger_path(config, given, path);
	if (code == 0 && shows)
		return show(path, cli.words[0], json);
	if (code == 0)
		code = pinned_genesis(config, genesis, pinned);
	return code == 0 ? verify(path, pinned, json) : code;
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
