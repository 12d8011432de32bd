/* schema_compare: whether a file's tables, views, indexes and triggers are those that this program
 * makes. Who reads a ledger by its views has to know that they say what they did. */
#ifndef LEM_STORE_SCHEMA_COMPARE_H
#define LEM_STORE_SCHEMA_COMPARE_H
#include "store/row_compare.h"

/* Compare the given file's schema with that of a fresh one of the same kind. On a difference `why`
 * names the object that is altered, missing or one too many. */
enum row_compare_answer schema_compare(
	struct db *given, struct db *fresh, char why[static ROW_COMPARE_WHY_MAX]);

#endif
