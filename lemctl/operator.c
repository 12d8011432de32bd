#include "lemctl/operator.h"
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include "core/units.h"
#include "lemctl/args.h"
#include "lemctl/office_door.h"
#include "store/csm_db.h"
#include "wire/digest.h"
#include "wire/text.h"

enum { CODE_BITS = 130 };

/* The enrolment code's secret: 130 random bits as base32. */
static bool draw_secret(char out[static TEXT_BASE32_LEN(CODE_BITS) + 1])
{
	uint8_t bytes[(CODE_BITS + 7) / 8];

	return RAND_priv_bytes(bytes, sizeof bytes) == 1 &&
	       text_base32_write(bytes, CODE_BITS, out, TEXT_BASE32_LEN(CODE_BITS) + 1);
}

/* Open the door, send one request through it, and close it. Exit code. */
static int send(struct office_door *d, enum operation operation, const struct out *parameters)
{
	int code = office_door_open(d);

	if (code == 0)
		code = office_door_send(d, operation, parameters);
	office_door_close(d);
	return code;
}

static void print_code(
	const struct office_door *d, const char *client_id, const char *secret, bool json)
{
	char hex[TEXT_HEX_LEN(HASH_LEN) + 1];

	if (!text_hex_write(d->genesis.hash, HASH_LEN, hex, sizeof hex))
		return;
	if (json)
		(void)printf("{\"clientId\":\"%s\",\"code\":\"%s-%s\"}\n", client_id, secret, hex);
	else
		(void)printf(
			"%s is enrolled. Its code, to be used once by `hem register`:\n%s-%s\n",
			client_id, secret, hex);
}

static int usage(const struct args *a, const char *what, const char *why)
{
	(void)fprintf(stderr, "lemctl: %s: %s\nusage: %s\n", what, why, a->usage);
	return EXIT_USAGE;
}

static int add_home(int argc, char **argv)
{
	struct office_door d = {.dir = NULL};
	const char *type = "smart-meter", *serial = NULL;
	int64_t pv_w = 0, battery_w = 0, fuse_w = 15000;
	bool json = false;
	const struct arg table[] = {
		{"host", ARG_TEXT, &d.host, "HOST", "of the broker (127.0.0.1)", 0, 0},
		{"port", ARG_INT, &d.port, "PORT", "of the broker (from mosquitto.conf)", 1, 65535},
		{"meter-type", ARG_TEXT, &type, "TYPE", "of the certified meter", 0, 0},
		{"meter-serial", ARG_TEXT, &serial, "SERIAL", "of the meter (required)", 0, 0},
		{"pv", ARG_INT, &pv_w, "W", "rating of the PV system (0)", 0, RATING_W_MAX},
		{"battery", ARG_INT, &battery_w, "W", "rating of the battery (0)", 0, RATING_W_MAX},
		{"fuse", ARG_INT, &fuse_w, "W", "rating of the connection (15000)", 0,
			RATING_W_MAX},
		{"json", ARG_FLAG, &json, "", "print for a program", 0, 0},
	};
	struct args a = {.usage = "lemctl home add [OPTION...] DIR CLIENTID",
		.about = "Enrol a home and its certified meter; prints the one-time code.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 2,
		.positional_max = 2};
	char secret[TEXT_BASE32_LEN(CODE_BITS) + 1], text[1024];
	uint8_t hash[HASH_LEN];
	struct out out;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	d.dir = a.positional[0];
	if (!serial)
		return usage(&a, "--meter-serial", "is missing");
	if (!client_id_valid(a.positional[1]))
		return usage(&a, a.positional[1], home_text_rule("clientId"));
	if (!serial[0] || !meter_text_valid(serial) || !type[0] || !meter_text_valid(type))
		return usage(&a, "meter", home_text_rule("meter_serial"));
	if (!draw_secret(secret)) {
		(void)fprintf(stderr, "lemctl: OpenSSL gives no random bytes for the code\n");
		return EXIT_REFUSED;
	}
	digest_sha256(secret, strlen(secret), hash);
	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"battery_w\":%lld,\"clientId\":", (long long)battery_w);
	out_string(&out, a.positional[1]);
	out_printf(&out, ",\"code_hash\":");
	out_hex(&out, hash, HASH_LEN);
	out_printf(&out, ",\"fuse_w\":%lld,\"meter_serial\":", (long long)fuse_w);
	out_string(&out, serial);
	out_printf(&out, ",\"meter_type\":");
	out_string(&out, type);
	out_printf(&out, ",\"pv_w\":%lld}", (long long)pv_w);
	code = send(&d, OPERATION_HOME_ADD, &out);
	if (code == 0)
		print_code(&d, a.positional[1], secret, json);
	return code;
}

static int revoke_home(int argc, char **argv)
{
	struct office_door d = {.dir = NULL};
	const struct arg table[] = {
		{"host", ARG_TEXT, &d.host, "HOST", "of the broker (127.0.0.1)", 0, 0},
		{"port", ARG_INT, &d.port, "PORT", "of the broker (from mosquitto.conf)", 1, 65535},
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
	return send(&d, OPERATION_HOME_REVOKE, &out);
}

static int list_homes(int argc, char **argv)
{
	static const char *const status[] = {"?", "invited", "registered", "revoked"};
	static const char *const kinds[] = {"?", "home", "role", "operator"};
	bool json = false;
	const struct arg table[] = {{"json", ARG_FLAG, &json, "", "print for a program", 0, 0}};
	struct args a = {.usage = "lemctl home list [--json] DIR",
		.about = "List the clients in the certified meters database.",
		.table = table,
		.count = 1,
		.positional_min = 1,
		.positional_max = 1};
	struct csm_home rows[64];
	struct csm_db csm;
	char path[4096];
	size_t n, from = 0;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	(void)snprintf(path, sizeof path, "%s/csm.db", a.positional[0]);
	if (csm_db_open_read(&csm, path) != ERR_OK) {
		(void)fprintf(stderr, "lemctl: %s\n", csm.db.why);
		return EXIT_REFUSED;
	}
	if (!json)
		(void)printf("%-20s %-9s %-11s %-6s %-16s %8s %8s\n", "client", "kind", "status",
			"mode", "meter", "PV W", "bat. W");
	while ((n = csm_db_homes(&csm, from, rows, 64)) > 0) {
		for (size_t i = 0; i < n; i++)
			(void)printf(
				json ? "{\"clientId\":\"%s\",\"kind\":\"%s\",\"status\":\"%s\","
				       "\"mode\":\"%s\",\"meter\":\"%s\",\"pv_w\":%lld,"
				       "\"battery_w\":%lld}\n"
				     : "%-20s %-9s %-11s %-6s %-16s %8lld %8lld\n",
				rows[i].client_id, kinds[rows[i].kind & 3],
				status[rows[i].status & 3], mode_name(rows[i].mode),
				rows[i].meter_serial, (long long)rows[i].pv_w,
				(long long)rows[i].battery_w);
		from += n;
	}
	csm_db_close(&csm);
	return 0;
}

int home_command(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (strcmp(verb, "add") == 0)
		return add_home(argc - 1, argv + 1);
	if (strcmp(verb, "list") == 0)
		return list_homes(argc - 1, argv + 1);
	if (strcmp(verb, "revoke") == 0)
		return revoke_home(argc - 1, argv + 1);
	(void)fprintf(strcmp(verb, "--help") == 0 ? stdout : stderr,
		"usage: lemctl home add|list|revoke [OPTION...] DIR [CLIENTID]\n");
	return strcmp(verb, "--help") == 0 ? 0 : EXIT_USAGE;
}

int deposit_command(int argc, char **argv)
{
	struct office_door d = {.dir = NULL};
	int64_t cents = 0;
	const struct arg table[] = {
		{"host", ARG_TEXT, &d.host, "HOST", "of the broker (127.0.0.1)", 0, 0},
		{"port", ARG_INT, &d.port, "PORT", "of the broker (from mosquitto.conf)", 1, 65535},
		{"cents", ARG_INT, &cents, "CENTS", "how much (required)", 1, 1000000000},
	};
	struct args a = {.usage = "lemctl deposit --cents CENTS [OPTION...] DIR CLIENTID",
		.about = "Book money that came in to a home's wallet or a role's account.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 2,
		.positional_max = 2};
	char text[256];
	struct out out;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	if (cents == 0)
		return usage(&a, "--cents", "is missing");
	d.dir = a.positional[0];
	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"amount_uc\":%lld,\"clientId\":", (long long)cents * 1000000);
	out_string(&out, a.positional[1]);
	out_printf(&out, "}");
	return send(&d, OPERATION_DEPOSIT, &out);
}
