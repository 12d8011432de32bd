#include "lemctl/sign.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lemctl/args.h"
#include "wire/digest.h"
#include "wire/jcs.h"
#include "wire/private_key.h"
#include "wire/request.h"
#include "wire/text.h"

enum { TEXT_MAX = REQUEST_TEXT_MAX };

static int complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "lemctl: %s: %s\n", what, why);
	return EXIT_REFUSED;
}

/* A whole file, or standard input for "-"; 0 if it cannot be read or is too long. */
static size_t slurp(const char *path, char *out, size_t size)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	size_t len = file ? fread(out, 1, size, file) : 0;

	if (file && file != stdin)
		(void)fclose(file);
	return len < size ? len : 0;
}

/* Sign the canonical form of what is in text. */
static int sign_text(const char *text, size_t len, const struct private_key *key, const char *kind,
	const char *market, bool bare)
{
	static const char *const request_skip[] = {"clientId", "signature", NULL};
	static const char *const other_skip[] = {"signature", "meter_signature", NULL};
	static const char *const no_signature[] = {"signature", NULL};
	static char canonical[TEXT_MAX * JCS_GROWTH_MAX];
	struct json_node nodes[REQUEST_NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = REQUEST_NODES_MAX};
	struct json_limits limits = {JSON_PROFILE_MESSAGE, TEXT_MAX, JSON_MESSAGE_DEPTH};
	struct json_error error;
	uint8_t sig[SIGNATURE_LEN];
	char sig_text[TEXT_BASE64URL_LEN(SIGNATURE_LEN) + 1], why[160];
	bool request = strcmp(kind, "request") == 0;
	size_t n;

	if (json_read(&doc, text, len, &limits, &error) != JSON_OK) {
		(void)snprintf(why, sizeof why, "line %u, column %u: %s", error.line, error.column,
			json_rule_text(error.rule));
		return complain("standard input", why);
	}
	if (json_type(&doc, 0) != JSON_OBJECT)
		return complain("standard input", "it must be an object");
	n = jcs_write(&doc, 0, request ? request_skip : other_skip, canonical, sizeof canonical);
	if (n == 0 || signing_sign(key, kind, market, canonical, n, sig) != ERR_OK ||
		!text_base64url_write(sig, sizeof sig, sig_text, sizeof sig_text))
		return complain("signature", "it could not be made");
	if (bare || !request) {
		(void)puts(sig_text);
		return 0;
	}
	/* "signature" sorts last among a request's members. */
	n = jcs_write(&doc, 0, no_signature, canonical, sizeof canonical);
	(void)printf("%.*s,\"signature\":\"%s\"}\n", (int)n - 1, canonical, sig_text);
	return 0;
}

int sign_command(int argc, char **argv)
{
	static char text[TEXT_MAX + 1];
	const char *key_path = NULL, *market = NULL, *kind = "request";
	bool bare = false;
	const struct arg table[] = {
		{"key", ARG_TEXT, &key_path, "FILE", "private key, PEM (required)", 0, 0},
		{"market", ARG_TEXT, &market, "ID", "name:16hex (required)", 0, 0},
		{"kind", ARG_TEXT, &kind, "KIND", "request (default), reading, statement, ...", 0,
			0},
		{"bare", ARG_FLAG, &bare, "", "print the signature alone", 0, 0},
	};
	struct args a = {.usage = "lemctl sign --key FILE --market ID [OPTION...] <MESSAGE",
		.about = "Sign a JSON object (docs/protocol.md, section 2) read on standard input.",
		.table = table,
		.count = sizeof table / sizeof *table};
	struct private_key *key = NULL;
	char why[PRIVATE_KEY_WHY_MAX];
	size_t len;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	if (!key_path || !market || strlen(market) > MARKET_ID_MAX || strlen(kind) > 9) {
		(void)fprintf(stderr, "usage: %s\n", a.usage);
		return EXIT_USAGE;
	}
	if (private_key_load(key_path, &key, why) != ERR_OK)
		return complain("key", why);
	len = slurp("-", text, sizeof text);
	code = len ? sign_text(text, len, key, kind, market, bare)
		   : complain("standard input", "nothing, or more than 16 KiB");
	private_key_free(key);
	return code;
}

/* The public key in a file: its text form, or that of a private key. */
static int load_public(const char *path, struct public_key *ret)
{
	char text[256], why[PRIVATE_KEY_WHY_MAX];
	size_t len = slurp(path, text, sizeof text);
	struct private_key *key = NULL;

	while (len > 0 && text[len - 1] == '\n')
		len--;
	if (len > 0 && key_parse(text, len, ret) == ERR_OK)
		return key_check(ret) == ERR_OK ? 0 : complain(path, "the key is weak");
	if (private_key_load(path, &key, why) != ERR_OK)
		return complain("key", why);
	*ret = *private_key_public(key);
	private_key_free(key);
	return 0;
}

static int check_text(
	const char *text, size_t len, const struct public_key *public, const char *market)
{
	static struct request_workspace workspace;
	static const char *const results[] = {
		"", "r or s is out of range", "s is above half the order", "it does not verify"};
	enum operation operation = request_operation(text, len);
	struct request_error error;
	struct verify_key *key = NULL;
	struct request r;
	char hex[TEXT_HEX_LEN(HASH_LEN) + 1], why[256], address[ADDRESS_LEN + 1];
	uint8_t hash[HASH_LEN];
	enum verify_result result;
	enum verdict v;

	if (operation == OPERATION_NONE)
		operation = OPERATION_BID_OFFER;
	v = request_read(&workspace, market, operation, text, len, &r, &error);
	if (v == VERDICT_BAD_JSON)
		(void)snprintf(why, sizeof why, "line %u, column %u: %s", error.json.line,
			error.json.column, json_rule_text(error.json.rule));
	else
		(void)snprintf(why, sizeof why, "%s: %s", error.field, verdict_text(v));
	if (v != VERDICT_OK)
		return complain(verdict_name(v), why);
	if (verify_key_new(public, &key) != ERR_OK)
		return complain("key", "it cannot be used");
	result = r.is_signed ? verify_key_check(key, r.id, r.input, r.input_len, r.signature)
			     : VERIFY_OK;
	verify_key_free(key);
	if (result != VERIFY_OK)
		return complain("BAD_SIGNATURE", results[(int)result & 3]);
	(void)!text_hex_write(r.id, HASH_LEN, hex, sizeof hex);
	key_hash(public, hash);
	address_from_key_hash(hash, address);
	(void)printf(
		"operation      %s\ntx_id          %s\naddress of key %s\nsigning input  %.*s\n",
		operation_name(operation), hex, address, (int)r.input_len, r.input);
	return 0;
}

int check_message_command(int argc, char **argv)
{
	static char text[TEXT_MAX + 1];
	const char *key_path = NULL, *market = NULL;
	const struct arg table[] = {
		{"key", ARG_TEXT, &key_path, "FILE", "public key text, or PEM (required)", 0, 0},
		{"market", ARG_TEXT, &market, "ID", "name:16hex (required)", 0, 0},
	};
	struct args a = {.usage = "lemctl check-message FILE --key FILE --market ID",
		.about = "Check a message's form and signature; FILE may be - for standard input.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 1};
	struct public_key public;
	size_t len;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	if (!key_path || !market || strlen(market) > MARKET_ID_MAX) {
		(void)fprintf(stderr, "usage: %s\n", a.usage);
		return EXIT_USAGE;
	}
	code = load_public(key_path, &public);
	if (code != 0)
		return code;
	len = slurp(a.positional[0], text, sizeof text);
	while (len > 0 && text[len - 1] == '\n')
		len--;
	return len ? check_text(text, len, &public, market)
		   : complain(a.positional[0], "it cannot be read, is empty or too long");
}
