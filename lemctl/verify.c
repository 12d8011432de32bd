#include "lemctl/verify.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "engine/ledger_audit.h"
#include "lemctl/args.h"
#include "wire/text.h"

enum { PROGRESS_EVERY = 500 };

static int broken(const char *what)
{
	(void)fprintf(stderr, "lemctl: verify: %s\n", what);
	return EXIT_REFUSED;
}

static void progress(uint64_t height, uint64_t total)
{
	if (isatty(STDERR_FILENO) && height % PROGRESS_EVERY == 0)
		(void)fprintf(stderr, "\rblock %llu of %llu", (unsigned long long)height,
			(unsigned long long)total);
}

static void print_result(const struct ledger_audit *a, bool json)
{
	char hex[TEXT_HEX_LEN(HASH_LEN) + 1] = "";

	(void)!text_hex_write(a->executor.ledger->last_hash, HASH_LEN, hex, sizeof hex);
	if (json)
		(void)printf("{\"hash\":\"%s\",\"height\":%llu,\"market\":\"%s\","
			     "\"transactions\":%llu,\"verdict\":\"OK\"}\n",
			hex, (unsigned long long)a->height, a->genesis.market,
			(unsigned long long)a->transactions);
	else
		(void)printf("%s: %llu blocks, %llu transactions verified; head %s\n",
			a->genesis.market, (unsigned long long)a->height,
			(unsigned long long)a->transactions, hex);
}

static int audit(struct ledger_audit *a, const char *path, const uint8_t *pinned, bool json)
{
	enum err err = ledger_audit_open(a, path, pinned);

	if (err == ERR_OK)
		err = ledger_audit_run(a);
	if (err != ERR_OK || a->fault.verdict != VERDICT_OK)
		return broken(a->why);
	print_result(a, json);
	return 0;
}

int verify_command(int argc, char **argv)
{
	const char *pinned = NULL;
	bool json = false, quiet = false;
	const struct arg table[] = {
		{"genesis", ARG_TEXT, &pinned, "HASH", "the genesis hash it must begin with", 0, 0},
		{"json", ARG_FLAG, &json, "", "print for a program", 0, 0},
		{"quiet", ARG_FLAG, &quiet, "", "no progress", 0, 0},
	};
	struct args args = {.usage = "lemctl verify [OPTION...] [LEDGER]",
		.about =
			"Re-execute every block of a ledger file (ledger.db) from genesis: "
			"signatures,\n"
			"rules, roots, and each row of its tables. Names the first that is broken.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_max = 1};
	struct ledger_audit *a;
	uint8_t hash[HASH_LEN];
	size_t len = 0;
	int code = args_parse(&args, argc, argv);

	if (code >= 0)
		return code;
	if (pinned && (!text_hex_read(pinned, strlen(pinned), hash, sizeof hash, &len) ||
			      len != HASH_LEN))
		return broken("--genesis needs 64 lower-case hex digits"), EXIT_USAGE;
	a = calloc(1, sizeof *a);
	if (!a)
		return broken("out of memory");
	a->progress = quiet || json ? NULL : progress;
	code = audit(a, args.positional_count ? args.positional[0] : "ledger.db",
		pinned ? hash : NULL, json);
	ledger_audit_close(a);
	free(a);
	return code;
}
