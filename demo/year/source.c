#include "demo/year/source.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/date.h"

enum { W_PER_KW = 1000, HOUR_AT = SOURCE_DAY_LEN + 1 };

enum column { COLUMN_HOME, COLUMN_PV, COLUMN_BATTERY, COLUMN_POWER, COLUMN_EFFICIENCY, COLUMNS };

static const char *const names[COLUMNS] = {
	"home", "pv_kw", "battery_kwh", "battery_kw", "battery_efficiency"};

struct house_ratings source_usual_ratings(void)
{
	return (struct house_ratings){.pv_w = 8000,
		.battery_w = 5000,
		.fuse_w = 25000,
		.battery_wh = 6400,
		.battery_round_trip = 0.9025,
		.trades = true};
}

static enum err open_csv(struct csv *csv, const char *path, FILE **ret, char *why)
{
	*ret = fopen(path, "r");
	if (!*ret) {
		(void)snprintf(why, CSV_WHY_MAX, "%.400s: it cannot be read", path);
		return ERR_NOT_FOUND;
	}
	csv_init(csv, *ret, path, why);
	return ERR_OK;
}

/* The day of a row's time, or the next. */
static enum err day_of(struct csv *csv, char ret[static SOURCE_DAY_LEN + 1])
{
	char date[DATE_LEN + 1];
	const char *time = csv->fields[0];
	int64_t ms;

	(void)snprintf(date, sizeof date, "%.10s 00:00:00", time);
	if (strlen(time) < HOUR_AT + 2 || !date_read(date, &ms))
		return csv_fail(csv, 1, time, "must be a time");
	if (strncmp(time + HOUR_AT, "00", 2) != 0)
		ms += INT64_C(86400000);
	date_write(ms, date);
	(void)snprintf(ret, SOURCE_DAY_LEN + 1, "%.10s", date);
	return ERR_OK;
}

enum err source_first_day(
	const char *profile, char ret[static SOURCE_DAY_LEN + 1], char why[static CSV_WHY_MAX])
{
	struct csv *csv = malloc(sizeof *csv);
	FILE *in = NULL;
	bool end = false;
	enum err err = csv ? open_csv(csv, profile, &in, why) : ERR_NOMEM;

	if (err == ERR_OK)
		err = csv_next(csv, &end);
	if (err == ERR_OK && !end)
		err = csv_next(csv, &end);
	if (err == ERR_OK)
		err = end ? csv_fail(csv, 0, NULL, "the file has no rows") : day_of(csv, ret);
	if (in)
		(void)fclose(in);
	free(csv);
	return err;
}

/* Where each column stands. */
static enum err find_columns(struct csv *csv, size_t at[COLUMNS])
{
	for (size_t c = 0; c < COLUMNS; c++) {
		for (at[c] = 0; at[c] < csv->field_count; at[c]++) {
			if (strcmp(csv->fields[at[c]], names[c]) == 0)
				break;
		}
		if (at[c] == csv->field_count)
			return csv_fail(csv, 0, names[c], "is not among its columns");
	}
	return ERR_OK;
}

static bool number(const char *text, double least, double most, double *ret)
{
	char *end;

	*ret = strtod(text, &end);
	return end != text && *end == '\0' && *ret >= least && *ret <= most;
}

static enum err read_row(
	struct csv *csv, const size_t at[COLUMNS], struct house_ratings *ret, unsigned count)
{
	static const double least[COLUMNS] = {0, 0, 0, 0.001, 0.1};
	static const double most[COLUMNS] = {0, 1000, 1000, 1000, 1};
	double value[COLUMNS] = {0};
	const char *home;
	char *end = NULL;
	unsigned long n;

	for (size_t c = 0; c < COLUMNS; c++) {
		if (at[c] >= csv->field_count)
			return csv_fail(csv, 0, NULL, "the row is too short");
		if (c != COLUMN_HOME && !number(csv->fields[at[c]], least[c], most[c], &value[c]))
			return csv_fail(csv, at[c] + 1, csv->fields[at[c]], "is out of range");
	}
	home = csv->fields[at[COLUMN_HOME]];
	n = strncmp(home, "home_", 5) == 0 ? strtoul(home + 5, &end, 10) : 0;
	if (n < 1 || !end || *end != '\0')
		return csv_fail(csv, at[COLUMN_HOME] + 1, home, "must be home_01, home_02, ...");
	if (n > count)
		return ERR_OK;
	ret[n - 1].pv_w = (int64_t)(value[COLUMN_PV] * W_PER_KW + 0.5);
	ret[n - 1].battery_wh = value[COLUMN_BATTERY] * W_PER_KW;
	ret[n - 1].battery_w = (int64_t)(value[COLUMN_POWER] * W_PER_KW + 0.5);
	ret[n - 1].battery_round_trip = value[COLUMN_EFFICIENCY];
	return ERR_OK;
}

enum err source_ratings(
	const char *path, struct house_ratings *ret, unsigned count, char why[static CSV_WHY_MAX])
{
	struct csv *csv = malloc(sizeof *csv);
	size_t at[COLUMNS] = {0};
	FILE *in = NULL;
	bool end = false;
	enum err err = csv ? open_csv(csv, path, &in, why) : ERR_NOMEM;

	if (err == ERR_OK)
		err = csv_next(csv, &end);
	if (err == ERR_OK)
		err = find_columns(csv, at);
	while (err == ERR_OK && (err = csv_next(csv, &end)) == ERR_OK && !end)
		err = read_row(csv, at, ret, count);
	if (in)
		(void)fclose(in);
	free(csv);
	return err;
}
