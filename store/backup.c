#include "store/backup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "store/market_db.h"

enum { PATH_LEN = 4096, STEP_PAGES = 512, PIN_TRIES = 100, PIN_AGAIN_MS = 20, COPY_LEN = 65536 };

static const char *const databases[] = {"ledger", "csm"};

/* One copy under way. */
struct job {
	const char *dir;
	char part[PATH_LEN]; /* the folder until it is whole */
	sqlite3 *from;
	backup_progress *progress;
	void *context;
	int64_t done_pages, all_pages;
	struct backup result;
	char *why;
};

static enum err say(struct job *j, enum err err, const char *what, const char *reason)
{
	(void)snprintf(j->why, BACKUP_WHY_MAX, "%.300s: %.180s", what, reason);
	return err;
}

static enum err of_errno(struct job *j, const char *what)
{
	enum err err = errno == EEXIST                                       ? ERR_EXISTS
		       : errno == ENOENT                                     ? ERR_NOT_FOUND
		       : errno == EACCES || errno == EPERM || errno == EROFS ? ERR_PERMISSION
		       : errno == ENOSPC || errno == EDQUOT                  ? ERR_DB_FULL
									     : ERR_IO;

	return say(j, err, what, strerror(errno));
}

static enum err of_sqlite(struct job *j, sqlite3 *db, const char *what)
{
	int rc = db ? sqlite3_errcode(db) & 0xff : SQLITE_NOMEM;
	enum err err = rc == SQLITE_FULL       ? ERR_DB_FULL
		       : rc == SQLITE_IOERR    ? ERR_IO
		       : rc == SQLITE_NOMEM    ? ERR_NOMEM
		       : rc == SQLITE_CANTOPEN ? ERR_NOT_FOUND
					       : ERR_DB;

	return say(j, err, what, db ? sqlite3_errmsg(db) : "out of memory");
}

/* A constant query's first number; false if it fails. */
static bool number(struct job *j, const char *sql, int64_t *ret)
{
	sqlite3_stmt *s = NULL;
	bool good = sqlite3_prepare_v2(j->from, sql, -1, &s, NULL) == SQLITE_OK &&
		    sqlite3_step(s) == SQLITE_ROW;

	if (good)
		*ret = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return good;
}

/* A constant statement without rows. */
static bool run(struct job *j, const char *sql)
{
	sqlite3_stmt *s = NULL;
	bool good = sqlite3_prepare_v2(j->from, sql, -1, &s, NULL) == SQLITE_OK &&
		    sqlite3_step(s) == SQLITE_DONE;

	(void)sqlite3_finalize(s);
	return good;
}

/* Hold both files as they are now: the ledger first, since a market opens from an intake log that
 * is ahead of its ledger and not from one behind. The log must have a snapshot that the ledger
 * knows, or none: many blocks may be closed between the two moments. */
static enum err pin(struct job *j)
{
	const struct timespec pause = {.tv_nsec = PIN_AGAIN_MS * 1000000L};
	int64_t height = 0, oldest = 0;

	for (int i = 0; i < PIN_TRIES; i++) {
		if (!run(j, "BEGIN") ||
			!number(j, "SELECT coalesce(max(height), 0) FROM blocks", &height) ||
			!number(j, "SELECT coalesce(min(height), 0) FROM csm.snapshots", &oldest))
			return of_sqlite(j, j->from, j->dir);
		if (oldest <= height) {
			j->result.height = (uint64_t)height;
			return ERR_OK;
		}
		if (!run(j, "COMMIT"))
			return of_sqlite(j, j->from, j->dir);
		(void)nanosleep(&pause, NULL);
	}
	return say(j, ERR_LOCKED, j->dir, "blocks are closed faster than they can be copied");
}

static enum err count_pages(struct job *j)
{
	int64_t ledger = 0, csm = 0;

	if (!number(j, "PRAGMA main.page_count", &ledger) ||
		!number(j, "PRAGMA csm.page_count", &csm))
		return of_sqlite(j, j->from, j->dir);
	j->all_pages = ledger + csm;
	return ERR_OK;
}

static enum err step(struct job *j, sqlite3 *to, const char *schema, const char *path)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", j->from, schema);
	int64_t before = j->done_pages;
	bool goes_on = true;
	int rc = SQLITE_OK;

	if (!b)
		return of_sqlite(j, to, path);
	while (rc == SQLITE_OK && goes_on) {
		rc = sqlite3_backup_step(b, STEP_PAGES);
		j->done_pages = before + sqlite3_backup_pagecount(b) - sqlite3_backup_remaining(b);
		goes_on = !j->progress || j->progress(j->context, j->done_pages, j->all_pages);
	}
	if (sqlite3_backup_finish(b) != SQLITE_OK || (goes_on && rc != SQLITE_DONE))
		return of_sqlite(j, to, path);
	return goes_on ? ERR_OK : say(j, ERR_INTERRUPTED, path, "broken off");
}

static enum err count_bytes(struct job *j, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return of_errno(j, path);
	j->result.bytes += (uint64_t)st.st_size;
	return ERR_OK;
}

static enum err copy_database(struct job *j, const char *name)
{
	char path[PATH_LEN + 16];
	sqlite3 *to = NULL;
	int fd;
	enum err err;

	(void)snprintf(path, sizeof path, "%s/%s.db", j->part, name);
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return of_errno(j, path);
	(void)close(fd);
	if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		err = of_sqlite(j, to, path);
	else
		err = step(j, to, strcmp(name, "csm") == 0 ? "csm" : "main", path);
	if (sqlite3_close(to) != SQLITE_OK && err == ERR_OK)
		err = say(j, ERR_DB, path, "it cannot be closed");
	return err == ERR_OK ? count_bytes(j, path) : err;
}

/* genesis.json: small. */
static enum err copy_genesis(struct job *j)
{
	char from[PATH_LEN], to[PATH_LEN + 16], text[COPY_LEN];
	FILE *in, *out;
	size_t n;
	bool good;

	(void)snprintf(from, sizeof from, "%.4000s/genesis.json", j->dir);
	(void)snprintf(to, sizeof to, "%s/genesis.json", j->part);
	in = fopen(from, "re");
	if (!in)
		return of_errno(j, from);
	n = fread(text, 1, sizeof text, in);
	(void)fclose(in);
	out = fopen(to, "wxe");
	if (!out)
		return of_errno(j, to);
	good = n > 0 && n < sizeof text && fwrite(text, 1, n, out) == n && fflush(out) == 0 &&
	       fchmod(fileno(out), 0600) == 0 && fsync(fileno(out)) == 0;
	good = fclose(out) == 0 && good;
	return good ? count_bytes(j, to) : of_errno(j, to);
}

/* A folder's entries are on disk. */
static enum err sync_folder(struct job *j, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;
	enum err err = good ? ERR_OK : of_errno(j, path);

	if (fd >= 0)
		(void)close(fd);
	return err;
}

static enum err put_in_place(struct job *j, const char *target)
{
	char parent[PATH_LEN];
	char *slash;

	(void)snprintf(parent, sizeof parent, "%s", target);
	slash = strrchr(parent, '/');
	if (slash == parent)
		parent[1] = '\0';
	else if (slash)
		*slash = '\0';
	if (rename(j->part, target) != 0)
		return of_errno(j, target);
	return sync_folder(j, slash ? parent : ".");
}

static enum err copy_all(struct job *j, const char *target)
{
	enum err err = copy_genesis(j);

	if (err == ERR_OK && !market_db_open(j->dir, &j->from))
		err = of_sqlite(j, j->from, j->dir);
	if (err == ERR_OK)
		err = pin(j);
	if (err == ERR_OK)
		err = count_pages(j);
	for (size_t i = 0; err == ERR_OK && i < sizeof databases / sizeof *databases; i++)
		err = copy_database(j, databases[i]);
	(void)sqlite3_close(j->from);
	if (err == ERR_OK)
		err = sync_folder(j, j->part);
	return err == ERR_OK ? put_in_place(j, target) : err;
}

/* Take back what was begun. */
static void remove_part(const struct job *j)
{
	static const char *const files[] = {
		"genesis.json", "ledger.db", "ledger.db-journal", "csm.db", "csm.db-journal"};
	char path[PATH_LEN + 32];

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", j->part, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(j->part);
}

enum err backup_make(const char *dir, const char *target, backup_progress *progress, void *context,
	struct backup *ret, char why[static BACKUP_WHY_MAX])
{
	struct job j = {.dir = dir, .progress = progress, .context = context, .why = why};
	size_t len = strlen(target);
	struct stat st;
	enum err err;

	if (len + 16 > sizeof j.part || len == 0 || target[len - 1] == '/')
		return say(&j, ERR_LIMIT, target, "the path is empty, too long, or ends in /");
	(void)snprintf(j.part, sizeof j.part, "%s.part", target);
	if (lstat(target, &st) == 0)
		return say(&j, ERR_EXISTS, target, "exists already");
	remove_part(&j); /* of one that was killed */
	if (mkdir(j.part, 0700) != 0)
		return of_errno(&j, j.part);
	err = copy_all(&j, target);
	if (err == ERR_OK)
		*ret = j.result;
	else
		remove_part(&j);
	return err;
}
