#include "hem-client/hdg/csv.h"
#include <string.h>

enum { QUOTED_MAX = 40 };

void csv_init(struct csv *ret, FILE *in, const char *name, char why[static CSV_WHY_MAX])
{
	ret->in = in;
	ret->name = name;
	ret->why = why;
	ret->line = 0;
	ret->field_count = 0;
}

enum err csv_fail(struct csv *csv, size_t column, const char *quote, const char *rule)
{
	char at[32] = "";
	char quoted[QUOTED_MAX + 8] = "";

	if (column > 0)
		(void)snprintf(at, sizeof at, " column %zu:", column);
	if (quote)
		(void)snprintf(quoted, sizeof quoted, " '%.*s'", QUOTED_MAX, quote);
	(void)snprintf(csv->why, CSV_WHY_MAX, "%s:%lld:%s%s %s", csv->name, (long long)csv->line,
		at, quoted, rule);
	return ERR_FORMAT;
}

/* Read a line without its end into text. */
static enum err read_line(struct csv *csv, bool *ret_end)
{
	size_t len = 0;
	int c = getc(csv->in);

	*ret_end = c == EOF;
	csv->line++;
	for (; c != EOF && c != '\n'; c = getc(csv->in)) {
		if (c == '\0')
			return csv_fail(csv, 0, NULL, "a NUL byte in a text file");
		if (len == sizeof csv->text - 1)
			return csv_fail(csv, 0, NULL, "the line is too long");
		csv->text[len++] = (char)c;
	}
	if (ferror(csv->in)) {
		(void)csv_fail(csv, 0, NULL, err_text(ERR_IO));
		return ERR_IO;
	}
	if (len > 0 && csv->text[len - 1] == '\r')
		len--;
	csv->text[len] = '\0';
	return ERR_OK;
}

enum err csv_next(struct csv *csv, bool *ret_end)
{
	enum err err = read_line(csv, ret_end);
	char *field = csv->text;

	csv->field_count = 0;
	if (err || *ret_end)
		return err;
	while (field) {
		char *comma = strchr(field, ',');

		if (csv->field_count == CSV_FIELDS_MAX)
			return csv_fail(csv, 0, NULL, "too many columns");
		csv->fields[csv->field_count++] = field;
		if (comma)
			*comma++ = '\0';
		field = comma;
	}
	return ERR_OK;
}
