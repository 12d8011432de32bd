#include "lemctl/params.h"
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include "lemctl/args.h"
#include "lemctl/office_door.h"
#include "store/market_db.h"
#include "wire/date.h"
#include "wire/params_change_form.h"

enum { NO_SLOT = -1, NAME_WIDTH = 22 };

/* "NAME=VALUE" into the change; 0, or the exit code after a complaint. */
static int take_word(const struct args *a, const char *word, struct params_change *c)
{
	const char *equals = strchr(word, '=');
	char name[64];
	enum verdict v;

	if (!equals || (size_t)(equals - word) >= sizeof name)
		return args_complain(a, word, "is not NAME=VALUE");
	(void)snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
	v = params_change_name(c, name, equals + 1);
	if (v == VERDICT_OK)
		return 0;
	return args_complain(a, word,
		v == VERDICT_TOO_MANY ? "more credit limits than there can be roles"
				      : "is no parameter that may change, or no value of it");
}

/* Sign and send; d is open. */
static int send(struct office_door *d, const struct params_change *c, bool json)
{
	char text[2048], begins[DATE_LEN + 1];
	struct out out;
	int code;

	out_init(&out, text, sizeof text);
	params_change_form_write(&out, c);
	code = office_door_send(
		d, OPERATION_PARAMS_SET, &out, json ? DOOR_PRINT_JSON : DOOR_PRINT_NONE);
	if (code != 0 || json)
		return code;
	date_write(params_slot_start_ms(&d->genesis.params, c->from_slot), begins);
	(void)printf(
		"counts from slot %lld on, which begins at %s\n", (long long)c->from_slot, begins);
	return 0;
}

static int set_params(int argc, char **argv)
{
	struct office_door d = {.dir = NULL};
	struct params_change c = {.from_slot = NO_SLOT};
	const char *from = NULL;
	bool json = false;
	const struct arg table[] = {
		OFFICE_DOOR_ARGS(d),
		{"json", ARG_FLAG, &json, "", "print the receipt", 0, 0},
		{"from-slot", ARG_INT, &c.from_slot, "N", "the first slot of the change", 0,
			INT32_MAX},
		{"from", ARG_TEXT, &from, "DATE",
			"or the first that begins then: YYYY-MM-DD [HH:MM:SS]", 0, 0},
	};
	struct args a = {.usage = "lemctl params set --from-slot N|--from DATE [OPTION...] "
				  "NAME=VALUE... DIR",
		.about = "Change parameters of the market from a slot on. Names and values are "
			 "genesis':\nrule=uniform, reward_uc=5000000, limit_inclusive=false, "
			 "tariff.import_mc_per_kwh=23000,\ncredit_limits_uc.ROLE=10000000000. What "
			 "is not named stays as it is.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 2,
		.positional_max = ARGS_POSITIONAL_MAX};
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	if ((from != NULL) == (c.from_slot != NO_SLOT))
		return args_complain(&a, "--from-slot", "it or --from, one of both");
	code = 0;
	for (int i = 0; code == 0 && i < a.positional_count - 1; i++)
		code = take_word(&a, a.positional[i], &c);
	if (code != 0)
		return code;
	d.dir = a.positional[a.positional_count - 1];
	code = office_door_open(&d);
	if (code == 0 && from && !date_first_slot(from, &d.genesis.params, &c.from_slot))
		code = args_complain(&a, "--from", "needs YYYY-MM-DD or YYYY-MM-DD HH:MM:SS");
	else if (code == 0 && c.from_slot < 0)
		code = args_complain(&a, "--from", "is before the market's start");
	if (code == 0)
		code = send(&d, &c, json);
	office_door_close(&d);
	return code;
}

/* The value as JSON has it, or as a person reads it; "-" and null if there is none. */
static void print_value(sqlite3_stmt *s, int column, bool json)
{
	const char *text = (const char *)sqlite3_column_text(s, column);
	const char *quote = json && sqlite3_column_type(s, column) == SQLITE_TEXT ? "\"" : "";

	if (!text)
		(void)printf(json ? "null" : "-");
	else if (strcmp(sqlite3_column_name(s, column), "limit_inclusive") == 0)
		(void)printf(sqlite3_column_int(s, column) ? "true" : "false");
	else
		(void)printf("%s%s%s", quote, text, quote);
}

/* A set by itself: a line for each parameter, or an object in one line. */
static void print_set(sqlite3_stmt *s, bool json, bool first)
{
	int n = sqlite3_column_count(s);

	(void)printf(json ? "%s{" : "%s", first ? "" : json ? ",\n" : "\n");
	for (int i = 0; i < n; i++) {
		if (json)
			(void)printf("%s\"%s\":", i ? "," : "", sqlite3_column_name(s, i));
		else
			(void)printf("%-*s  ", NAME_WIDTH, sqlite3_column_name(s, i));
		print_value(s, i, json);
		if (!json)
			(void)printf("\n");
	}
	(void)printf(json ? "}" : "");
}

static int print_sets(sqlite3 *db, bool all, bool json)
{
	sqlite3_stmt *s = NULL;
	bool first = true;
	int rc = sqlite3_prepare_v2(
		db, "SELECT * FROM v_parameters WHERE ?1 OR state <> 'past'", -1, &s, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(s, 1, all);
	(void)printf(json ? "[" : "");
	while (rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW) {
		print_set(s, json, first);
		first = false;
	}
	(void)printf(json ? "]\n" : "");
	rc = sqlite3_finalize(s);
	return rc;
}

static int show_params(int argc, char **argv)
{
	struct office_door d = {.dir = NULL};
	bool json = false, all = false;
	const struct arg table[] = {
		OFFICE_DOOR_ARGS(d),
		{"all", ARG_FLAG, &all, "", "each set that counted, from the ledger in DIR", 0, 0},
		{"json", ARG_FLAG, &json, "", "print for a program", 0, 0},
	};
	struct args a = {.usage = "lemctl params show [OPTION...] DIR",
		.about = "The parameters in force, and those that wait.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 1};
	sqlite3 *db = NULL;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	d.dir = a.positional[0];
	if (!all)
		return office_door_show(&d, CONTROL_PARAMS_SHOW, "", json);
	if (office_door_is_remote(&d))
		return args_complain(&a, "--all", "is of a ledger on this machine");
	if (!market_db_open(d.dir, &db) || print_sets(db, all, json) != SQLITE_OK) {
		(void)fprintf(stderr, "lemctl: %s: %s\n", d.dir, sqlite3_errmsg(db));
		code = EXIT_REFUSED;
	} else {
		code = 0;
	}
	(void)sqlite3_close(db);
	return code;
}

int params_command(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (strcmp(verb, "set") == 0)
		return set_params(argc - 1, argv + 1);
	if (strcmp(verb, "show") == 0)
		return show_params(argc - 1, argv + 1);
	(void)fprintf(strcmp(verb, "--help") == 0 ? stdout : stderr,
		"usage: lemctl params set|show [OPTION...] [NAME=VALUE...] DIR\n");
	return strcmp(verb, "--help") == 0 ? 0 : EXIT_USAGE;
}
