/* ledger_audit: a ledger file by itself, from the genesis that was pinned to its head: every block
 * executed again, and each row of its tables compared with what the transactions give. */
#ifndef LEM_ENGINE_LEDGER_AUDIT_H
#define LEM_ENGINE_LEDGER_AUDIT_H
#include "engine/execute.h"
#include "store/ledger_db.h"
#include "store/row_compare.h"

enum { LEDGER_AUDIT_PATH_MAX = 4096 };

/* The file under audit, and the one that re-execution writes beside it, in $TMPDIR or /tmp. All
 * zeros before ledger_audit_open(). */
struct ledger_audit {
	struct ledger_db given;
	struct ledger_db fresh;
	char fresh_path[LEDGER_AUDIT_PATH_MAX];
	struct executor executor;
	struct genesis genesis;
	uint64_t height; /* of the given ledger */
	uint64_t transactions;
	struct block_fault fault;                          /* what is wrong; its text is in why */
	void (*progress)(uint64_t height, uint64_t total); /* NULL, or told of each block */
	char why[ROW_COMPARE_WHY_MAX];
};

/* Open a ledger file. pinned: the genesis hash it must begin with, or NULL for any. ERR_* with
 * a->why: there is none, or its genesis is another or damaged. ledger_audit_close() in any case. */
__attribute__((warn_unused_result)) enum err ledger_audit_open(
	struct ledger_audit *a, const char *path, const uint8_t *pinned);

/* Execute every block and compare every row. ERR_OK: a->fault.verdict is VERDICT_OK, or what is
 * wrong, with the sentence in a->why: of a block its own verdict, of a row BAD_ROW and height 0.
 * ERR_*, with a->why: it could not be found out. */
__attribute__((warn_unused_result)) enum err ledger_audit_run(struct ledger_audit *a);

/* Close, and remove what was written. */
void ledger_audit_close(struct ledger_audit *a);

#endif
