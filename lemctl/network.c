#include "lemctl/network.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lemctl/input.h"
#include "lemctl/network_watch.h"
#include "lemctl/role_errand.h"
#include "lemctl/services.h"
#include "wire/net_form.h"
#include "wire/text.h"

enum { NO_SLOT = -1, PARAMETERS_MAX = 4096, FILE_MAX = 8192 };

static int complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "lemctl: %s: %s\n", what, why);
	return EXIT_REFUSED;
}

/* What of limits the command line says. */
struct limits_words {
	int64_t first_slot, slots, import_wh, export_wh;
	const char *from, *file;
	bool json;
};

struct limits_values {
	int32_t import_wh[SCHEDULE_SLOTS_MAX], export_wh[SCHEDULE_SLOTS_MAX];
	uint32_t count;
};

/* A limit in Wh; where it ends. NULL: it is none. */
static const char *read_limit(const char *text, int32_t *ret)
{
	char *end;
	long long value = strtoll(text, &end, 10);

	if (end == text || text[0] < '0' || text[0] > '9' || value > NETWORK_LIMIT_WH_MAX)
		return NULL;
	*ret = (int32_t)value;
	return end;
}

/* A line for each slot: import and export in Wh, with a comma between. False after a complaint. */
static bool read_file(const char *path, struct limits_values *v)
{
	char text[FILE_MAX], why[64];
	const char *at = text;

	if (input_read(path, text, sizeof text - 1) == 0)
		return complain(path, "it cannot be read, or is empty or too long") == 0;
	for (v->count = 0; *at; v->count++) {
		if (v->count == SCHEDULE_SLOTS_MAX)
			return complain(path, "it has more than 96 lines") == 0;
		at = read_limit(at, &v->import_wh[v->count]);
		if (at)
			at = *at == ',' ? read_limit(at + 1, &v->export_wh[v->count]) : NULL;
		if (!at || (*at != '\n' && *at != '\0')) {
			(void)snprintf(why, sizeof why, "line %u is not IMPORT_WH,EXPORT_WH",
				v->count + 1);
			return complain(path, why) == 0;
		}
		at += *at == '\n';
	}
	return true;
}

static int send_limits(struct role_door *d, struct limits_words *w)
{
	static char text[PARAMETERS_MAX];
	struct limits_values v = {.count = (uint32_t)w->slots};
	struct limits_window window = {.export_wh = v.export_wh, .import_wh = v.import_wh};
	struct out out;
	int code = role_door_open(d);

	for (uint32_t i = 0; i < v.count; i++) {
		v.import_wh[i] = (int32_t)w->import_wh;
		v.export_wh[i] = (int32_t)w->export_wh;
	}
	if (code == 0 && w->file && !read_file(w->file, &v))
		code = EXIT_REFUSED;
	if (code == 0)
		code = role_errand_slot(&d->genesis.params, w->from, &w->first_slot);
	window.first_slot = w->first_slot;
	window.count = v.count;
	if (code == 0) {
		out_init(&out, text, sizeof text);
		net_form_write_limits(&out, d->self->address.text, &window);
		code = role_errand_send(d, OPERATION_LIMITS, &out, w->json);
	}
	role_door_close(d);
	return code;
}

static int limits_main(const char *role, int argc, char **argv)
{
	static struct role_door d;
	struct limits_words w = {.first_slot = NO_SLOT,
		.slots = 1,
		.import_wh = NETWORK_LIMIT_WH_MAX,
		.export_wh = NETWORK_LIMIT_WH_MAX};
	const struct arg table[] = {
		{"first-slot", ARG_INT, &w.first_slot, "N", "the first slot", 0, INT32_MAX},
		{"from", ARG_TEXT, &w.from, "DATE",
			"or the first that begins then: YYYY-MM-DD HH:MM:SS", 0, 0},
		{"slots", ARG_INT, &w.slots, "N", "how many slots (1)", 1, SCHEDULE_SLOTS_MAX},
		{"import", ARG_INT, &w.import_wh, "WH",
			"most that the community may import in a slot (no limit)", 0,
			NETWORK_LIMIT_WH_MAX},
		{"export", ARG_INT, &w.export_wh, "WH", "most that it may export (no limit)", 0,
			NETWORK_LIMIT_WH_MAX},
		{"file", ARG_TEXT, &w.file, "FILE",
			"a line IMPORT,EXPORT for each slot, in place of these three; - is "
			"standard input",
			0, 0},
		{"role-key", ARG_TEXT, &d.key_file, "FILE", "the role's key (in DIR)", 0, 0},
		{"json", ARG_FLAG, &w.json, "", "print the receipt", 0, 0},
		ROLE_DOOR_ARGS(d),
	};
	char line[ROLE_USAGE_MAX];
	struct args a = {
		.usage = role_errand_usage(line, role, "limits --first-slot N [OPTION...] DIR"),
		.about = "Limit the community's net in slots to come. Of several limits for a slot "
			 "the last\ncounts; of DSO and TSO the tighter. None for a slot in which "
			 "something has been\nawarded.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 1};
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	if ((w.from != NULL) == (w.first_slot != NO_SLOT))
		return args_complain(&a, "--first-slot", "it or --from, one of both");
	d.dir = a.positional[0];
	d.role = role;
	return send_limits(&d, &w);
}

/* Answer each of the schedules named; the first that is refused ends it. */
static int send_answers(struct role_door *d, const struct args *a, enum approval_verdict verdict,
	const char *reason, bool json)
{
	char text[PARAMETERS_MAX];
	uint8_t id[HASH_LEN];
	struct out out;
	size_t len = 0;
	int code = role_door_open(d);

	for (int i = 0; code == 0 && i < a->positional_count - 1; i++) {
		const char *word = a->positional[i];

		if (!text_hex_read(word, strlen(word), id, sizeof id, &len) || len != HASH_LEN) {
			code = args_complain(a, word, "is no transaction id of 64 hex digits");
			continue;
		}
		out_init(&out, text, sizeof text);
		net_form_write_approve(&out, d->self->address.text, id, verdict, reason);
		code = role_errand_send(d, OPERATION_APPROVE, &out, json);
	}
	role_door_close(d);
	return code;
}

static int answer_main(const char *role, enum approval_verdict verdict, int argc, char **argv)
{
	static struct role_door d;
	const char *reason = "";
	bool json = false, approves = verdict == APPROVAL_APPROVE;
	const struct arg table[] = {
		{"reason", ARG_TEXT, &reason, "TEXT", "for people, at most 120 bytes", 0, 0},
		{"role-key", ARG_TEXT, &d.key_file, "FILE", "the role's key (in DIR)", 0, 0},
		{"json", ARG_FLAG, &json, "", "print the receipts", 0, 0},
		ROLE_DOOR_ARGS(d),
	};
	char line[ROLE_USAGE_MAX];
	struct args a = {.usage = role_errand_usage(line, role,
				 approves ? "approve [OPTION...] ID... DIR"
					  : "refuse [OPTION...] ID... DIR"),
		.about = approves ? "Approve schedules: ID is what watch prints, a schedule's "
				    "transaction id."
				  : "Ask for changes of schedules: they do not count. ID is what "
				    "watch prints, a\nschedule's transaction id.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 2,
		.positional_max = ARGS_POSITIONAL_MAX};
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	if (strlen(reason) > APPROVAL_REASON_MAX)
		return args_complain(&a, "--reason", "is longer than 120 bytes");
	d.dir = a.positional[a.positional_count - 1];
	d.role = role;
	return send_answers(&d, &a, verdict, reason, json);
}

/* Make a key where there is none, and print its public half. */
static int key_main(const char *role, int argc, char **argv)
{
	char line[ROLE_USAGE_MAX], why[PRIVATE_KEY_WHY_MAX] = "it cannot be made",
				   text[KEY_TEXT_MAX + 1];
	struct private_key *key = NULL;
	struct args a = {.usage = role_errand_usage(line, role, "key FILE"),
		.about = "Print the public key of FILE, for lemctl init; make the key if there is "
			 "none.",
		.positional_min = 1,
		.positional_max = 1};
	int code = args_parse(&a, argc, argv);
	enum err err;

	if (code >= 0)
		return code;
	err = private_key_load(a.positional[0], &key, why);
	if (err == ERR_NOT_FOUND) {
		err = private_key_generate(KEY_P256, &key);
		if (err == ERR_OK)
			err = private_key_save(key, a.positional[0], why);
	}
	if (err == ERR_OK) {
		key_print(private_key_public(key), text);
		(void)puts(text);
	}
	private_key_free(key);
	return err == ERR_OK ? 0 : complain("key", why);
}

static int command(const char *role, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	bool help = strcmp(verb, "--help") == 0;

	if (strcmp(verb, "key") == 0)
		return key_main(role, argc - 1, argv + 1);
	if (strcmp(verb, "limits") == 0)
		return limits_main(role, argc - 1, argv + 1);
	if (strcmp(verb, "approve") == 0)
		return answer_main(role, APPROVAL_APPROVE, argc - 1, argv + 1);
	if (strcmp(verb, "refuse") == 0)
		return answer_main(role, APPROVAL_CHANGE, argc - 1, argv + 1);
	if (strcmp(verb, "activate") == 0 && strcmp(role, network_role_name(NETWORK_TSO)) == 0)
		return services_activate(argc - 1, argv + 1);
	if (strcmp(verb, "watch") == 0)
		return network_watch(role, argc - 1, argv + 1);
	(void)fprintf(help ? stdout : stderr,
		"usage: lemctl %s key|limits|approve|refuse|%swatch [OPTION...] [ID...] DIR\n"
		"DIR has genesis.json, ca.crt and %s.pem: the market's directory, or copies.\n",
		role, strcmp(role, network_role_name(NETWORK_TSO)) == 0 ? "activate|" : "", role);
	return help ? 0 : EXIT_USAGE;
}

int dso_command(int argc, char **argv)
{
	return command("dso", argc, argv);
}

int tso_command(int argc, char **argv)
{
	return command("tso", argc, argv);
}
