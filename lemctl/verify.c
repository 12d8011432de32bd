#include "lemctl/verify.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "engine/execute.h"
#include "lemctl/args.h"
#include "lemctl/row_compare.h"
#include "wire/text.h"

enum { PROGRESS_EVERY = 500, PATH_LEN = 4096 };

/* The file under audit, and the one that re-execution writes beside it. */
struct audit {
	struct ledger_db given;
	struct ledger_db fresh;
	char fresh_path[PATH_LEN];
	struct executor executor;
	struct genesis genesis;
	uint64_t height; /* of the given ledger */
	uint64_t transactions;
	bool quiet;
};

static int broken(const char *what)
{
	(void)fprintf(stderr, "lemctl: verify: %s\n", what);
	return EXIT_REFUSED;
}

static int load_genesis(struct audit *a, const char *pinned)
{
	char text[GENESIS_TEXT_MAX + 1024], why[FORM_FIELD_MAX + 64];
	uint8_t hash[HASH_LEN];
	size_t len = 0, hash_len = 0;

	if (pinned && (!text_hex_read(pinned, strlen(pinned), hash, sizeof hash, &hash_len) ||
			      hash_len != HASH_LEN))
		return broken("--genesis needs 64 lower-case hex digits"), EXIT_USAGE;
	if (ledger_db_genesis(&a->given, text, sizeof text, &len) != ERR_OK)
		return broken("genesis: there is no such row");
	if (genesis_read(text, len, pinned ? hash : NULL, &a->genesis, why) != ERR_OK) {
		(void)fprintf(stderr, "lemctl: verify: genesis: %s\n", why);
		return EXIT_REFUSED;
	}
	return 0;
}

static int open_all(struct audit *a, const char *path, const char *pinned)
{
	const char *tmp = getenv("TMPDIR");
	int code;

	if (ledger_db_open_read(&a->given, path) != ERR_OK)
		return broken(a->given.db.why);
	code = load_genesis(a, pinned);
	if (code != 0)
		return code;
	if (ledger_db_height(&a->given, &a->height) != ERR_OK)
		return broken("blocks: there are none");
	(void)snprintf(a->fresh_path, sizeof a->fresh_path, "%.3000s/lemctl-verify-%ld.db",
		tmp ? tmp : "/tmp", (long)getpid());
	if (ledger_db_create(&a->fresh, a->fresh_path, &a->genesis) != ERR_OK)
		return broken(a->fresh.db.why);
	if (executor_init(&a->executor, &a->genesis) != ERR_OK)
		return broken("out of memory");
	a->fresh.ledger = a->executor.ledger;
	return 0;
}

/* A block's transactions out of the given file. */
struct block_source {
	struct ledger_db *db;
	uint64_t height;
};

struct relay {
	bool (*visit)(void *visitor, const struct stored_tx *tx);
	void *visitor;
};

static bool relay_tx(void *context, const struct stored_tx *tx)
{
	const struct relay *r = context;

	return r->visit(r->visitor, tx);
}

static enum err each_tx(
	void *context, bool (*visit)(void *visitor, const struct stored_tx *tx), void *visitor)
{
	const struct block_source *s = context;
	struct relay r = {.visit = visit, .visitor = visitor};

	return ledger_db_txs(s->db, s->height, 0, relay_tx, &r);
}

static void keep_tx(void *context, const struct tx *tx, uint64_t account, uint64_t height,
	const struct stored_tx *stored)
{
	struct audit *a = context;

	a->transactions++;
	ledger_db_add_tx(&a->fresh, tx, account, height, stored);
}

static int verify_block(struct audit *a, uint64_t height)
{
	struct block_source source = {.db = &a->given, .height = height};
	struct tx_source txs = {.each = each_tx, .context = &source};
	struct execute_watch watch = {.tx = keep_tx, .context = a};
	struct block_fault fault;
	struct stored_block block;
	enum err err;

	if (ledger_db_block(&a->given, height, a->genesis.name, &block) != ERR_OK) {
		(void)fprintf(stderr, "lemctl: verify: blocks: height %llu is missing or damaged\n",
			(unsigned long long)height);
		return EXIT_REFUSED;
	}
	watch.results = ledger_db_sink(&a->fresh);
	err = execute_block(&a->executor, &block, &txs, &watch, &fault);
	if (err != ERR_OK)
		return broken(err_text(err));
	if (fault.verdict != VERDICT_OK)
		return broken(fault.text);
	ledger_db_add_block(&a->fresh, &block, a->genesis.name);
	return a->fresh.err == ERR_OK ? 0 : broken(a->fresh.db.why);
}

static void progress(const struct audit *a, uint64_t height)
{
	if (!a->quiet && isatty(STDERR_FILENO) && height % PROGRESS_EVERY == 0)
		(void)fprintf(stderr, "\rblock %llu of %llu", (unsigned long long)height,
			(unsigned long long)a->height);
}

static int verify_all(struct audit *a)
{
	char why[ROW_COMPARE_WHY_MAX];
	int code = 0;

	if (db_begin(&a->fresh.db) != ERR_OK)
		return broken(a->fresh.db.why);
	for (uint64_t h = 1; code == 0 && h <= a->height; h++) {
		code = verify_block(a, h);
		progress(a, h);
	}
	if (code != 0)
		return code;
	if (db_commit(&a->fresh.db) != ERR_OK)
		return broken(a->fresh.db.why);
	switch (row_compare(&a->given.db, &a->fresh.db, a->height, why)) {
	case ROWS_EQUAL:
		return 0;
	case ROWS_DIFFER:
	case ROWS_UNREADABLE:
		break;
	}
	return broken(why);
}

static void print_result(const struct audit *a, bool json)
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

static void close_all(struct audit *a)
{
	char path[PATH_LEN + 8];

	executor_release(&a->executor);
	ledger_db_close(&a->given);
	ledger_db_close(&a->fresh);
	if (a->fresh_path[0] == '\0')
		return;
	(void)unlink(a->fresh_path);
	(void)snprintf(path, sizeof path, "%s-wal", a->fresh_path);
	(void)unlink(path);
	(void)snprintf(path, sizeof path, "%s-shm", a->fresh_path);
	(void)unlink(path);
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
	struct audit *a;
	int code = args_parse(&args, argc, argv);

	if (code >= 0)
		return code;
	a = calloc(1, sizeof *a);
	if (!a)
		return broken("out of memory");
	a->quiet = quiet || json;
	code = open_all(a, args.positional_count ? args.positional[0] : "ledger.db", pinned);
	if (code == 0)
		code = verify_all(a);
	if (code == 0)
		print_result(a, json);
	close_all(a);
	free(a);
	return code;
}
