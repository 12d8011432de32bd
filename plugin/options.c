#include "plugin/options.h"
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum type { TYPE_PATH, TYPE_OTHER, TYPE_BOOL, TYPE_INT };

static const struct row {
	struct option_row row;
	enum type type;
	bool reloads;
	size_t offset;
	int64_t min, max;
} rows[] = {
	{{"state_dir", "", "directory made by lemctl init"}, TYPE_PATH, false,
		offsetof(struct options, state_dir), 0, 0},
	{{"other_topics", "", "topics outside the market: allow, or defer to others"}, TYPE_OTHER,
		false, offsetof(struct options, other_topics_allowed), 0, 0},
	{{"config", "none", "file of the options that SIGHUP reads again, or none"}, TYPE_PATH,
		false, offsetof(struct options, config), 0, 0},
	{{"metrics", "none", "file of counters for Prometheus, or none"}, TYPE_PATH, false,
		offsetof(struct options, metrics), 0, 0},
	{{"aggregator", "no", "whether the market's own aggregator trades: yes or no"}, TYPE_BOOL,
		false, offsetof(struct options, aggregator), 0, 0},
	{{"aggregator_homes", "5", "homes of which it trades the deviation, at least"}, TYPE_INT,
		false, offsetof(struct options, aggregator_homes), 1, 1000000},
	{{"schedule_updates", "no", "whether it corrects the schedule an hour ahead: yes or no"},
		TYPE_BOOL, false, offsetof(struct options, schedule_updates), 0, 0},
	{{"schedule_lead_s", "5400",
		 "seconds before a day begins at which the aggregator schedules it"},
		TYPE_INT, false, offsetof(struct options, schedule_lead_s), 60, 86400},
	{{"catch_up_slots", "700", "slots that the clock may be ahead and still be believed"},
		TYPE_INT, false, offsetof(struct options, catch_up_slots), 1, 1000000},
	{{"intake_keep_days", "36500",
		 "days, and at least four slots, of requests and readings kept"},
		TYPE_INT, false, offsetof(struct options, intake_keep_days), 2, 36500},
	{{"verifiers", "1", "threads that verify signatures"}, TYPE_INT, false,
		offsetof(struct options, verifiers), 1, OPTIONS_VERIFIERS_MAX},
	{{"client_rate", "20", "messages a second of one client"}, TYPE_INT, true,
		offsetof(struct options, client_rate), 1, 1000000},
	{{"client_burst", "200", "messages at once of one client"}, TYPE_INT, true,
		offsetof(struct options, client_burst), 1, 1000000},
	{{"login_rate", "5", "logins a second of one network address"}, TYPE_INT, true,
		offsetof(struct options, login_rate), 1, 1000000},
	{{"login_burst", "50", "logins at once of one network address"}, TYPE_INT, true,
		offsetof(struct options, login_burst), 1, 1000000},
	{{"login_rate_all", "200", "logins a second of all addresses"}, TYPE_INT, true,
		offsetof(struct options, login_rate_all), 1, 1000000},
};

enum { ROWS = sizeof rows / sizeof *rows };

const struct option_row *options_table(size_t *ret_count)
{
	static struct option_row table[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		table[i] = rows[i].row;
	*ret_count = ROWS;
	return table;
}

static bool set_int(const struct row *r, const char *text, int64_t *to)
{
	char *end = NULL;
	long long value;

	if (text[0] < '0' || text[0] > '9') /* strtoll() would skip blanks and take a sign */
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < r->min || value > r->max)
		return false;
	*to = value;
	return true;
}

static bool set(const struct row *r, const char *text, struct options *o)
{
	char *place = (char *)o + r->offset;

	switch (r->type) {
	case TYPE_PATH:
		if (text[0] == '\0' || strlen(text) >= OPTIONS_PATH_MAX)
			return false;
		memcpy(place, text, strlen(text) + 1);
		return true;
	case TYPE_OTHER:
		*(bool *)(void *)place = strcmp(text, "allow") == 0;
		return strcmp(text, "allow") == 0 || strcmp(text, "defer") == 0;
	case TYPE_BOOL:
		*(bool *)(void *)place = strcmp(text, "yes") == 0;
		return strcmp(text, "yes") == 0 || strcmp(text, "no") == 0;
	case TYPE_INT:
		return set_int(r, text, (int64_t *)(void *)place);
	}
	return false;
}

static int find(const char *name)
{
	for (int i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].row.name, name) == 0)
			return i;
	}
	return -1;
}

bool options_read(const struct mosquitto_opt *opts, int count, struct options *ret,
	char why[static OPTIONS_WHY_MAX])
{
	bool given[ROWS] = {false};
	struct options o = {.verifiers = 0};

	for (int i = 0; i < count; i++) {
		int n = find(opts[i].key);
		if (n < 0 || given[n]) {
			snprintf(why, OPTIONS_WHY_MAX, "plugin_opt_%.100s: %s", opts[i].key,
				n < 0 ? "no such option" : "given twice");
			return false;
		}
		given[n] = true;
		if (!set(&rows[n], opts[i].value, &o)) {
			snprintf(why, OPTIONS_WHY_MAX, "plugin_opt_%s: bad value \"%.100s\"",
				rows[n].row.name, opts[i].value);
			return false;
		}
	}
	for (int i = 0; i < ROWS; i++) {
		if (!given[i] && !set(&rows[i], rows[i].row.def, &o)) {
			snprintf(why, OPTIONS_WHY_MAX, "plugin_opt_%s is missing: %s",
				rows[i].row.name, rows[i].row.help);
			return false;
		}
	}
	*ret = o;
	return true;
}

/* A file being read. */
struct file_reader {
	struct options options;
	bool given[ROWS];
	char *why;
};

static int take_line(void *context, const char *section, const char *name, const char *value)
{
	struct file_reader *r = context;
	int n = find(name);

	if (section[0] != '\0')
		snprintf(r->why, OPTIONS_WHY_MAX, "there are no sections");
	else if (n < 0)
		snprintf(r->why, OPTIONS_WHY_MAX, "%.100s: no such option", name);
	else if (!rows[n].reloads)
		snprintf(r->why, OPTIONS_WHY_MAX, "%s: stands in mosquitto.conf only", name);
	else if (r->given[n])
		snprintf(r->why, OPTIONS_WHY_MAX, "%s: given twice", name);
	else if (!set(&rows[n], value, &r->options))
		snprintf(r->why, OPTIONS_WHY_MAX, "%s: bad value \"%.100s\"", name, value);
	if (r->why[0] == '\0')
		r->given[n] = true;
	return r->why[0] == '\0';
}

bool options_read_file(const char *path, struct options *o, char why[static OPTIONS_WHY_MAX])
{
	char reason[OPTIONS_WHY_MAX] = "";
	struct file_reader r = {.options = *o, .why = reason};
	int line;

	if (strcmp(path, "none") == 0)
		return true;
	line = ini_parse(path, take_line, &r);
	if (line == 0) {
		*o = r.options;
		return true;
	}
	if (line < 0)
		snprintf(why, OPTIONS_WHY_MAX, "%.150s cannot be read", path);
	else
		snprintf(why, OPTIONS_WHY_MAX, "%.100s: line %d: %.120s", path, line,
			reason[0] ? reason : "it is no \"name = value\"");
	return false;
}
