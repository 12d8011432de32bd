/* backup: a consistent copy of a market's two databases, also while the broker writes them. */
#ifndef LEM_STORE_BACKUP_H
#define LEM_STORE_BACKUP_H
#include <stdbool.h>
#include <stdint.h>
#include "wire/err.h"

enum { BACKUP_WHY_MAX = 512 };

/* What a copy holds. */
struct backup {
	uint64_t height; /* of its newest block */
	uint64_t bytes;  /* of all its files */
};

/* Told, now and then, the pages done and in all, of both databases; answers whether to go on. */
typedef bool backup_progress(void *context, int64_t done, int64_t all);

/* Copy dir's csm.db, ledger.db and genesis.json into the new folder `target` (0700; files 0600).
 * Both copies are of one moment: a market opens from them and replays to where it was. The keys are
 * not copied. All is on disk when it returns, and `target` is there whole or not at all.
 * What a killed one left beside it (target.part) is replaced. progress may be NULL. ERR_EXISTS
 * (target), ERR_NOT_FOUND (dir is no market), ERR_PERMISSION, ERR_DB_FULL, ERR_IO, ERR_DB,
 * ERR_INTERRUPTED (by progress), with a sentence in why. */
__attribute__((warn_unused_result)) enum err backup_make(const char *dir, const char *target,
	backup_progress *progress, void *context, struct backup *ret,
	char why[static BACKUP_WHY_MAX]);

#endif
