#include "lemctl/homes.h"
#include <ctype.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include "lemctl/office_door.h"
#include "wire/digest.h"
#include "wire/text.h"

enum { CODE_BITS = 130, NO_SLOT = -1 };

#define METER_TYPE "smart-meter"

/* The enrolment code's secret: 130 random bits as base32. */
static bool draw_secret(char out[static TEXT_BASE32_LEN(CODE_BITS) + 1])
{
	uint8_t bytes[(CODE_BITS + 7) / 8];

	return RAND_priv_bytes(bytes, sizeof bytes) == 1 &&
	       text_base32_write(bytes, CODE_BITS, out, TEXT_BASE32_LEN(CODE_BITS) + 1);
}

static void print_code(const struct office_door *d, enum operation operation, const char *client_id,
	const char *secret, bool json)
{
	const char *what =
		operation == OPERATION_HOME_ADD
			? "is enrolled. Its code, to be used once by `hem register`"
			: "has another meter. The code for its key, to be used once by `hem "
			  "register`";
	char hex[TEXT_HEX_LEN(HASH_LEN) + 1];

	if (!text_hex_write(d->genesis.hash, HASH_LEN, hex, sizeof hex))
		return;
	if (json)
		(void)printf("{\"clientId\":\"%s\",\"code\":\"%s-%s\"}\n", client_id, secret, hex);
	else
		(void)printf("%s %s:\n%s-%s\n", client_id, what, secret, hex);
}

/* What the operator says of a home, by home-add or home-change. */
struct words {
	const char *client_id;
	struct ratings ratings;                /* RATING_STAYS: not named */
	const char *meter_type, *meter_serial; /* NULL: not named, and no code */
	struct mode_span mode;                 /* mode 0: not named */
	char secret[TEXT_BASE32_LEN(CODE_BITS) + 1];
};

/* Parameters in canonical form, for so they are signed: members in the order of their names. */
static void write_words(struct out *out, const struct words *w)
{
	const struct ratings *r = &w->ratings;
	uint8_t hash[HASH_LEN];

	out_printf(out, "{");
	if (r->battery_w != RATING_STAYS)
		out_printf(out, "\"battery_w\":%lld,", (long long)r->battery_w);
	out_printf(out, "\"clientId\":");
	out_string(out, w->client_id);
	if (w->meter_serial) {
		digest_sha256(w->secret, strlen(w->secret), hash);
		out_printf(out, ",\"code_hash\":");
		out_hex(out, hash, HASH_LEN);
	}
	if (w->mode.mode)
		out_printf(out, ",\"from_slot\":%lld", (long long)w->mode.from_slot);
	if (r->fuse_w != RATING_STAYS)
		out_printf(out, ",\"fuse_w\":%lld", (long long)r->fuse_w);
	if (w->meter_serial) {
		out_printf(out, ",\"meter_serial\":");
		out_string(out, w->meter_serial);
		out_printf(out, ",\"meter_type\":");
		out_string(out, w->meter_type);
	}
	if (w->mode.mode)
		out_printf(out, ",\"mode\":\"%s\"", mode_name(w->mode.mode));
	if (r->pv_w != RATING_STAYS)
		out_printf(out, ",\"pv_w\":%lld", (long long)r->pv_w);
	out_printf(out, "}");
}

/* Send what was said with a new code, and print that. */
static int run_with_code(
	struct office_door *d, enum operation operation, struct words *w, bool json)
{
	char text[1024];
	struct out out;
	int code;

	if (!draw_secret(w->secret)) {
		(void)fprintf(stderr, "lemctl: OpenSSL gives no random bytes for the code\n");
		return EXIT_REFUSED;
	}
	out_init(&out, text, sizeof text);
	write_words(&out, w);
	code = office_door_run(d, operation, &out, DOOR_PRINT_NONE);
	if (code == EXIT_UNKNOWN)
		(void)fprintf(stderr, "lemctl: if it was accepted, this is its code:\n");
	if (code == 0 || code == EXIT_UNKNOWN)
		print_code(d, operation, w->client_id, w->secret, json);
	return code;
}

static bool meter_words_valid(const struct words *w)
{
	return w->meter_serial[0] && meter_text_valid(w->meter_serial) && w->meter_type[0] &&
	       meter_text_valid(w->meter_type);
}

static int add_home(int argc, char **argv)
{
	struct office_door d = {.dir = NULL};
	struct words w = {.meter_type = METER_TYPE, .ratings = {.fuse_w = 15000}};
	struct ratings *r = &w.ratings;
	bool json = false;
	const struct arg table[] = {
		OFFICE_DOOR_ARGS(d),
		{"meter-type", ARG_TEXT, &w.meter_type, "TYPE", "of the certified meter", 0, 0},
		{"meter-serial", ARG_TEXT, &w.meter_serial, "SERIAL", "of the meter (required)", 0,
			0},
		{"pv", ARG_INT, &r->pv_w, "W", "rating of the PV system (0)", 0, RATING_W_MAX},
		{"battery", ARG_INT, &r->battery_w, "W", "rating of the battery (0)", 0,
			RATING_W_MAX},
		{"fuse", ARG_INT, &r->fuse_w, "W", "rating of the connection (15000)", 0,
			RATING_W_MAX},
		{"json", ARG_FLAG, &json, "", "print for a program", 0, 0},
	};
	struct args a = {.usage = "lemctl home add [OPTION...] DIR CLIENTID",
		.about = "Enrol a home and its certified meter; prints the one-time code.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 2,
		.positional_max = 2};
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	d.dir = a.positional[0];
	w.client_id = a.positional[1];
	if (!w.meter_serial)
		return args_complain(&a, "--meter-serial", "is missing");
	if (!client_id_valid(w.client_id))
		return args_complain(&a, w.client_id, home_text_rule("clientId"));
	if (!meter_words_valid(&w))
		return args_complain(&a, "meter", home_text_rule("meter_serial"));
	if (r->pv_w == 0 && r->battery_w == 0)
		(void)fprintf(stderr,
			"lemctl: %s has neither PV nor battery (--pv, --battery): it "
			"can only buy\n",
			w.client_id);
	return run_with_code(&d, OPERATION_HOME_ADD, &w, json);
}

/* 0, or the exit code after a complaint about the mode that is to be changed. */
static int check_mode(const struct args *a, const char *mode, struct words *w)
{
	char name[8] = "";

	for (size_t i = 0; mode && mode[i] && i < sizeof name - 1; i++)
		name[i] = (char)toupper((unsigned char)mode[i]);
	if (mode && strlen(mode) < sizeof name)
		w->mode.mode = mode_from_name(name);
	if (mode && !w->mode.mode)
		return args_complain(a, "--mode", "is te, re or re+te");
	if ((mode != NULL) != (w->mode.from_slot != NO_SLOT))
		return args_complain(a, "--mode", "needs --from-slot, and the reverse");
	return 0;
}

/* 0, or the exit code after a complaint about what is to be changed. */
static int check_change(const struct args *a, struct words *w)
{
	const struct ratings *r = &w->ratings;
	bool rated = r->pv_w != RATING_STAYS || r->battery_w != RATING_STAYS ||
		     r->fuse_w != RATING_STAYS;

	if (w->meter_type && !w->meter_serial)
		return args_complain(a, "--meter-type", "needs --meter-serial");
	if (!w->meter_serial && !rated && !w->mode.mode)
		return args_complain(a, "home change",
			"needs --pv, --battery, --fuse, --mode or --meter-serial");
	if (!w->meter_type)
		w->meter_type = METER_TYPE;
	if (w->meter_serial && !meter_words_valid(w))
		return args_complain(a, "meter", home_text_rule("meter_serial"));
	if (!client_id_valid(w->client_id))
		return args_complain(a, w->client_id, home_text_rule("clientId"));
	return 0;
}

static int change_home(int argc, char **argv)
{
	struct office_door d = {.dir = NULL};
	struct words w = {.ratings = {RATING_STAYS, RATING_STAYS, RATING_STAYS},
		.mode = {.from_slot = NO_SLOT}};
	const char *mode = NULL;
	struct ratings *r = &w.ratings;
	bool json = false;
	const struct arg table[] = {
		OFFICE_DOOR_ARGS(d),
		{"pv", ARG_INT, &r->pv_w, "W", "rating of the PV system", 0, RATING_W_MAX},
		{"battery", ARG_INT, &r->battery_w, "W", "rating of the battery", 0, RATING_W_MAX},
		{"fuse", ARG_INT, &r->fuse_w, "W", "rating of the connection", 0, RATING_W_MAX},
		{"meter-serial", ARG_TEXT, &w.meter_serial, "SERIAL",
			"of the meter that replaces the old one; prints a code", 0, 0},
		{"meter-type", ARG_TEXT, &w.meter_type, "TYPE", "of that meter (" METER_TYPE ")", 0,
			0},
		{"mode", ARG_TEXT, &mode, "MODE", "te, re or re+te, with --from-slot", 0, 0},
		{"from-slot", ARG_INT, &w.mode.from_slot, "N", "the first slot of that mode", 0,
			INT32_MAX},
		{"json", ARG_FLAG, &json, "", "print the receipt, or the code", 0, 0},
	};
	struct args a = {.usage = "lemctl home change [OPTION...] DIR CLIENTID",
		.about = "Correct a home's enrolment, from the next message on, its mode from a "
			 "slot "
			 "on; what is\nnot named stays as it is.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 2,
		.positional_max = 2};
	char text[256];
	struct out out;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	d.dir = a.positional[0];
	w.client_id = a.positional[1];
	code = check_mode(&a, mode, &w);
	if (code == 0)
		code = check_change(&a, &w);
	if (code != 0)
		return code;
	if (w.meter_serial)
		return run_with_code(&d, OPERATION_HOME_CHANGE, &w, json);
	out_init(&out, text, sizeof text);
	write_words(&out, &w);
	return office_door_run(
		&d, OPERATION_HOME_CHANGE, &out, json ? DOOR_PRINT_JSON : DOOR_PRINT);
}

static int revoke_home(int argc, char **argv)
{
	struct office_door d = {.dir = NULL};
	bool json = false;
	const struct arg table[] = {
		OFFICE_DOOR_ARGS(d),
		{"json", ARG_FLAG, &json, "", "print the receipt", 0, 0},
	};
	struct args a = {.usage = "lemctl home revoke [OPTION...] DIR CLIENTID",
		.about = "End a home's enrolment, from its next message on.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 2,
		.positional_max = 2};
	char text[256];
	struct out out;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	d.dir = a.positional[0];
	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"clientId\":");
	out_string(&out, a.positional[1]);
	out_printf(&out, "}");
	return office_door_run(
		&d, OPERATION_HOME_REVOKE, &out, json ? DOOR_PRINT_JSON : DOOR_PRINT);
}

static void print_row(const struct door_answer *answer, uint32_t row)
{
	char id[CLIENT_ID_MAX + 1], kind[16], status[16], mode[8], meter[METER_TEXT_MAX + 1];

	door_answer_text(answer, row, "clientId", id, sizeof id);
	door_answer_text(answer, row, "kind", kind, sizeof kind);
	door_answer_text(answer, row, "status", status, sizeof status);
	door_answer_text(answer, row, "mode", mode, sizeof mode);
	door_answer_text(answer, row, "meter_serial", meter, sizeof meter);
	(void)printf("%-20s %-9s %-11s %-6s %-16s %8lld %8lld %8lld\n", id, kind, status, mode,
		meter, door_answer_int(answer, row, "pv_w"),
		door_answer_int(answer, row, "battery_w"), door_answer_int(answer, row, "fuse_w"));
}

/* One page of the list; *ret_count: rows on it. */
static int print_page(struct office_door *d, int64_t offset, bool json, int64_t *ret_count)
{
	struct door_answer answer = {.text = NULL};
	char members[64];
	uint32_t row;
	int code;

	(void)snprintf(members, sizeof members, ",\"offset\":%lld", (long long)offset);
	code = office_door_ask(d, CONTROL_HOME_LIST, members, &answer);
	*ret_count = 0;
	if (code != 0)
		return code;
	row = json_first(&answer.doc, json_get(&answer.doc, answer.data, "homes"));
	for (; row != JSON_NONE; row = json_next(&answer.doc, row)) {
		if (json)
			door_answer_print_json(&answer, row);
		else
			print_row(&answer, row);
		++*ret_count;
	}
	door_answer_release(&answer);
	return 0;
}

static int list_homes(int argc, char **argv)
{
	struct office_door d = {.dir = NULL};
	bool json = false;
	const struct arg table[] = {
		OFFICE_DOOR_ARGS(d),
		{"json", ARG_FLAG, &json, "", "print for a program, a line each", 0, 0},
	};
	struct args a = {.usage = "lemctl home list [OPTION...] DIR",
		.about = "List the clients in the certified meters database.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 1};
	int64_t offset = 0, count = CONTROL_LIST_MAX;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	d.dir = a.positional[0];
	code = office_door_open(&d);
	if (code == 0 && !json)
		(void)printf("%-20s %-9s %-11s %-6s %-16s %8s %8s %8s\n", "client", "kind",
			"status", "mode", "meter", "PV W", "bat. W", "fuse W");
	for (; code == 0 && count == CONTROL_LIST_MAX; offset += count)
		code = print_page(&d, offset, json, &count);
	office_door_close(&d);
	return code;
}

static int show_home(int argc, char **argv)
{
	return office_door_command(argc, argv, "lemctl home show [OPTION...] DIR CLIENTID",
		"Show what the market knows of a client: meter, keys, wallet.", CONTROL_HOME_SHOW,
		true);
}

int home_command(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (strcmp(verb, "add") == 0)
		return add_home(argc - 1, argv + 1);
	if (strcmp(verb, "change") == 0)
		return change_home(argc - 1, argv + 1);
	if (strcmp(verb, "list") == 0)
		return list_homes(argc - 1, argv + 1);
	if (strcmp(verb, "show") == 0)
		return show_home(argc - 1, argv + 1);
	if (strcmp(verb, "revoke") == 0)
		return revoke_home(argc - 1, argv + 1);
	(void)fprintf(strcmp(verb, "--help") == 0 ? stdout : stderr,
		"usage: lemctl home add|change|list|show|revoke [OPTION...] DIR [CLIENTID]\n");
	return strcmp(verb, "--help") == 0 ? 0 : EXIT_USAGE;
}
