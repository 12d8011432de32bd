#include "hem-client/hdg/profile.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core/units.h"
#include "hem-client/hdg/csv.h"
#include "wire/date.h"
#include "wire/quantity.h"

enum { HOURS_PER_DAY = 24, TIME_LEN = 25, COLUMN_NAME_MAX = 32 };
#define MS_PER_HOUR ((int64_t)S_PER_HOUR * MS_PER_S)
#define MS_PER_DAY ((int64_t)S_PER_DAY * MS_PER_S)

_Static_assert((int)PROFILE_WHY_MAX == (int)CSV_WHY_MAX, "they are the same buffer");
_Static_assert(PROFILE_HOUR_WH_MAX < INT64_MAX / PROFILE_DAYS_MAX / HOURS_PER_DAY / S_PER_HOUR,
	"a sum of hours times the seconds of one fits in 63 bits");

/* A column that is read: its place in the row and its name. Place 0 is the time: not found. */
struct column {
	size_t place;
	char name[COLUMN_NAME_MAX];
};

/* A file being read. */
struct reader {
	struct csv csv;
	const struct profile_choice *choice;
	size_t column_count;
	struct column load, pv, tariff;
	int64_t begin_ms, end_ms; /* local time of what is chosen */
	int64_t local_ms;         /* of the row read last; -1: none yet */
	int64_t offset_s;         /* of every row, local minus UTC */
	struct profile profile;
	size_t capacity;
};

static enum err usage(struct reader *r, const char *what, const char *problem)
{
	(void)snprintf(r->csv.why, PROFILE_WHY_MAX, "%s: %s %s", r->csv.name, what, problem);
	return ERR_USAGE;
}

static enum err begin(struct reader *r)
{
	const struct profile_choice *c = r->choice;
	char text[DATE_LEN + 1];
	int days = c->days > 0 ? c->days : PROFILE_DAYS_MAX;

	if (c->home < 1 || c->home > PROFILE_HOME_MAX)
		return usage(r, "home", "must be 1 to 99");
	if (c->days < 0 || c->days > PROFILE_DAYS_MAX)
		return usage(r, "days", "must be 0 to 400");
	(void)snprintf(text, sizeof text, "%.10s 00:00:00", c->day);
	if (strlen(c->day) != strlen("YYYY-MM-DD") || !date_read(text, &r->begin_ms))
		return usage(r, "day", "must be YYYY-MM-DD");
	r->end_ms = r->begin_ms + days * MS_PER_DAY;
	r->local_ms = -1;
	(void)snprintf(r->load.name, sizeof r->load.name, "load_%02d_wh", c->home);
	(void)snprintf(r->pv.name, sizeof r->pv.name, "pv_%02d_wh", c->home);
	(void)snprintf(r->tariff.name, sizeof r->tariff.name, "tariff_mc_per_kwh");
	return ERR_OK;
}

/* Find a column in the header line. */
static enum err find_column(struct reader *r, struct column *column)
{
	column->place = 0;
	for (size_t i = 1; i < r->csv.field_count; i++) {
		if (strcmp(r->csv.fields[i], column->name) != 0)
			continue;
		if (column->place > 0)
			return csv_fail(&r->csv, i + 1, column->name, "stands there twice");
		column->place = i;
	}
	return ERR_OK;
}

static enum err read_header(struct reader *r)
{
	bool end;
	enum err err = csv_next(&r->csv, &end);

	if (err)
		return err;
	if (end)
		return csv_fail(&r->csv, 0, NULL, "the file is empty");
	if (strcmp(r->csv.fields[0], "time") != 0)
		return csv_fail(&r->csv, 1, r->csv.fields[0], "must be time");
	err = find_column(r, &r->load);
	if (!err)
		err = find_column(r, &r->pv);
	if (!err)
		err = find_column(r, &r->tariff);
	if (err)
		return err;
	if (r->load.place == 0)
		return usage(r, r->load.name, "is not among its columns");
	if (r->pv.place == 0)
		return usage(r, r->pv.name, "is not among its columns");
	r->column_count = r->csv.field_count;
	return ERR_OK;
}

static bool two_digits(const char *text, int64_t most, int64_t *ret)
{
	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return false;
	*ret = (text[0] - '0') * 10 + (text[1] - '0');
	return *ret <= most;
}

/* Read YYYY-MM-DDTHH:00:00+HH:MM. */
static bool read_time(const char *text, int64_t *ret_local_ms, int64_t *ret_offset_s)
{
	char date[DATE_LEN + 1];
	int64_t hours, minutes;

	if (strlen(text) != TIME_LEN || text[10] != 'T' || text[22] != ':')
		return false;
	if (text[DATE_LEN] != '+' && text[DATE_LEN] != '-')
		return false;
	memcpy(date, text, DATE_LEN);
	date[10] = ' ';
	date[DATE_LEN] = '\0';
	if (!date_read(date, ret_local_ms) || *ret_local_ms % MS_PER_HOUR != 0)
		return false;
	if (!two_digits(text + 20, 14, &hours) || !two_digits(text + 23, 59, &minutes))
		return false;
	*ret_offset_s = (hours * S_PER_HOUR + minutes * 60) * (text[DATE_LEN] == '-' ? -1 : 1);
	return true;
}

/* The row's time must follow the last row's by an hour. */
static enum err check_time(struct reader *r)
{
	const char *text = r->csv.fields[0];
	int64_t local_ms, offset_s;

	if (!read_time(text, &local_ms, &offset_s))
		return csv_fail(&r->csv, 1, text, "is not a time YYYY-MM-DDTHH:00:00+HH:MM");
	if (r->local_ms >= 0 && offset_s != r->offset_s)
		return csv_fail(&r->csv, 1, text, "has another UTC offset than the rows before");
	if (r->local_ms >= 0 && local_ms != r->local_ms + MS_PER_HOUR)
		return csv_fail(&r->csv, 1, text, "is not the hour after the row before");
	r->local_ms = local_ms;
	r->offset_s = offset_s;
	return ERR_OK;
}

static enum err read_number(
	struct reader *r, const struct column *column, int64_t most, int64_t *ret)
{
	const char *text = r->csv.fields[column->place];
	char rule[96];

	if (decimal_read(text, 0, ret) && *ret <= most)
		return ERR_OK;
	(void)snprintf(rule, sizeof rule, "is not a whole number 0 to %lld (%s)", (long long)most,
		column->name);
	return csv_fail(&r->csv, column->place + 1, text, rule);
}

static enum err append(struct reader *r, const struct profile_hour *hour)
{
	struct profile *p = &r->profile;
	struct profile_hour *grown;
	size_t capacity = r->capacity > 0 ? 2 * r->capacity : HOURS_PER_DAY;

	if (p->hour_count == r->capacity) {
		grown = realloc(p->hours, capacity * sizeof *grown);
		if (!grown) {
			(void)usage(r, "", err_text(ERR_NOMEM));
			return ERR_NOMEM;
		}
		p->hours = grown;
		r->capacity = capacity;
	}
	p->hours[p->hour_count++] = *hour;
	return ERR_OK;
}

/* Take in the row read last if it is of the chosen days. */
static enum err take_row(struct reader *r)
{
	struct profile_hour hour = {.tariff_mc_per_kwh = -1};
	enum err err = ERR_OK;

	if (r->csv.field_count != r->column_count)
		return csv_fail(&r->csv, 0, NULL, "has another number of columns than the header");
	err = check_time(r);
	if (!err)
		err = read_number(r, &r->load, PROFILE_HOUR_WH_MAX, &hour.load_wh);
	if (!err)
		err = read_number(r, &r->pv, PROFILE_HOUR_WH_MAX, &hour.pv_wh);
	if (!err && r->tariff.place > 0)
		err = read_number(r, &r->tariff, PRICE_MC_MAX, &hour.tariff_mc_per_kwh);
	if (err || r->local_ms < r->begin_ms || r->local_ms >= r->end_ms)
		return err;
	if (r->profile.hour_count == 0 && r->local_ms != r->begin_ms)
		return usage(r, r->choice->day, "does not begin at midnight in the file");
	return append(r, &hour);
}

/* Cut to whole days, sum up. */
static enum err complete(struct reader *r)
{
	struct profile *p = &r->profile;
	size_t wanted = (size_t)r->choice->days * HOURS_PER_DAY;

	p->hour_count -= p->hour_count % HOURS_PER_DAY;
	if (p->hour_count == 0)
		return usage(r, r->choice->day, "is not a whole day in the file");
	if (wanted > 0 && p->hour_count < wanted)
		return usage(r, r->choice->day, "is followed by too few days in the file");
	p->hours[0].load_before_wh = 0;
	p->hours[0].pv_before_wh = 0;
	for (size_t i = 1; i < p->hour_count; i++) {
		const struct profile_hour *h = &p->hours[i - 1];

		p->hours[i].load_before_wh = h->load_before_wh + h->load_wh;
		p->hours[i].pv_before_wh = h->pv_before_wh + h->pv_wh;
	}
	p->start_ms = r->begin_ms - r->offset_s * MS_PER_S;
	return ERR_OK;
}

enum err profile_read(FILE *in, const char *name, const struct profile_choice *choice,
	struct profile *ret, char why[static PROFILE_WHY_MAX])
{
	struct reader r = {.choice = choice};
	bool end = false;
	enum err err;

	csv_init(&r.csv, in, name, why);
	err = begin(&r);
	if (!err)
		err = read_header(&r);
	while (!err && !end && r.local_ms + MS_PER_HOUR < r.end_ms) {
		err = csv_next(&r.csv, &end);
		if (!err && !end)
			err = take_row(&r);
	}
	if (!err)
		err = complete(&r);
	if (err)
		profile_release(&r.profile);
	else
		*ret = r.profile;
	return err;
}

enum err profile_load(const char *path, const struct profile_choice *choice, struct profile *ret,
	char why[static PROFILE_WHY_MAX])
{
	FILE *in = fopen(path, "rb");
	enum err err;

	if (!in) {
		err = errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
		(void)snprintf(why, PROFILE_WHY_MAX, "%s: %s", path, err_text(err));
		return err;
	}
	err = profile_read(in, path, choice, ret, why);
	(void)fclose(in);
	return err;
}

/* Energy from the profile's start until second t, its repetitions included. */
static struct slot_energy until(const struct profile *p, int64_t t)
{
	int64_t length_s = (int64_t)p->hour_count * S_PER_HOUR;
	int64_t rounds = t / length_s;
	int64_t second = t % length_s;
	const struct profile_hour *last = &p->hours[p->hour_count - 1];
	const struct profile_hour *h = &p->hours[second / S_PER_HOUR];
	int64_t of_hour = second % S_PER_HOUR;

	return (struct slot_energy){
		.load_wh = rounds * (last->load_before_wh + last->load_wh) + h->load_before_wh +
			   h->load_wh * of_hour / S_PER_HOUR,
		.pv_wh = rounds * (last->pv_before_wh + last->pv_wh) + h->pv_before_wh +
			 h->pv_wh * of_hour / S_PER_HOUR,
	};
}

void profile_energy(
	const struct profile *profile, int64_t start_s, int64_t slot_s, struct slot_energy *ret)
{
	struct slot_energy before, after;

	assert(start_s >= 0 && slot_s > 0 && slot_s <= S_PER_DAY);
	before = until(profile, start_s);
	after = until(profile, start_s + slot_s);
	ret->load_wh = after.load_wh - before.load_wh;
	ret->pv_wh = after.pv_wh - before.pv_wh;
}

int64_t profile_tariff_mc_per_kwh(const struct profile *profile, int64_t start_s)
{
	assert(start_s >= 0);
	return profile->hours[(size_t)(start_s / S_PER_HOUR) % profile->hour_count]
		.tariff_mc_per_kwh;
}

static void energy(const void *self, int64_t start_s, int64_t slot_s, struct slot_energy *ret)
{
	const struct profile *p = self;

	profile_energy(p, start_s, slot_s, ret);
}

struct energy_source profile_source(const struct profile *profile)
{
	return (struct energy_source){.self = profile, .energy = energy};
}

void profile_release(struct profile *profile)
{
	free(profile->hours);
	*profile = (struct profile){0};
}
