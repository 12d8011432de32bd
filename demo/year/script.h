/* script: a file of SQL, and all its statements run in turn. */
#ifndef LEM_DEMO_YEAR_SCRIPT_H
#define LEM_DEMO_YEAR_SCRIPT_H
#include <sqlite3.h>
#include <stdbool.h>

enum { SCRIPT_MAX = 65536 };

/* Read DIR/NAME into text. False: it is not there, or too long. */
__attribute__((warn_unused_result)) bool script_read(
	const char *dir, const char *name, char text[static SCRIPT_MAX]);

/* Run all statements of a text; rows are dropped. False: one failed, the database says why, and
 * those behind it have not been run. */
__attribute__((warn_unused_result)) bool script_run(sqlite3 *db, const char *sql);

#endif
