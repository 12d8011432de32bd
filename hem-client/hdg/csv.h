/* csv: rows of a plain comma-separated file: no quotes; lines end with LF or CR LF. */
#ifndef LEM_HEM_CSV_H
#define LEM_HEM_CSV_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "wire/err.h"

enum { CSV_LINE_MAX = 8192, CSV_FIELDS_MAX = 256, CSV_WHY_MAX = 512 };

/* A file being read. `fields` are those of the row read last, valid until the next. */
struct csv {
	FILE *in;         /* borrowed */
	const char *name; /* of the file, for messages; borrowed */
	char *why;        /* CSV_WHY_MAX bytes of the caller's: the sentence of a failure */
	int64_t line;     /* number of the row read last, from 1 */
	size_t field_count;
	char *fields[CSV_FIELDS_MAX]; /* into text */
	char text[CSV_LINE_MAX];
};

/* Begin with an open stream. */
void csv_init(struct csv *ret, FILE *in, const char *name, char why[static CSV_WHY_MAX]);

/* Read the next row. At the end of the file *ret_end is true and there is no row. ERR_FORMAT: a
 * line of CSV_LINE_MAX bytes or more, or of more than CSV_FIELDS_MAX fields, or with a NUL byte;
 * ERR_IO. */
__attribute__((warn_unused_result)) enum err csv_next(struct csv *csv, bool *ret_end);

/* Say what is wrong with the row read last, "NAME:LINE: column C: ..." (no column if it is 0), and
 * return ERR_FORMAT. A field is quoted, at most 40 bytes of it, if `quote` is not NULL. */
enum err csv_fail(struct csv *csv, size_t column, const char *quote, const char *rule);

#endif
