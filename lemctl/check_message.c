#include "lemctl/check_message.h"
#include <stdio.h>
#include <string.h>
#include "lemctl/args.h"
#include "lemctl/input.h"
#include "wire/private_key.h"
#include "wire/request.h"
#include "wire/text.h"

enum { TEXT_MAX = REQUEST_TEXT_MAX, KEY_FILE_MAX = 8192 };

static int complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "lemctl: %s: %s\n", what, why);
	return EXIT_REFUSED;
}

/* The public key in a file: its text form, or PEM of it or of its private half. */
static int load_public(const char *path, struct public_key *ret)
{
	char text[KEY_FILE_MAX], why[PRIVATE_KEY_WHY_MAX];
	size_t len = input_read(path, text, sizeof text);
	struct private_key *key = NULL;

	while (len > 0 && text[len - 1] == '\n')
		len--;
	if (len == 0)
		return complain(path, "the key cannot be read");
	if (key_parse(text, len, ret) == ERR_OK)
		return key_check(ret) == ERR_OK ? 0 : complain(path, "the key is weak");
	if (public_key_read_pem(text, len, ret) == ERR_OK)
		return 0;
	if (!memmem(text, len, "PRIVATE KEY-----", 16))
		return complain(path, "it holds no P-256 or Ed25519 key: neither p256:... or "
				      "ed25519:... nor PEM");
	if (private_key_load(path, &key, why) != ERR_OK)
		return complain("key", why);
	*ret = *private_key_public(key);
	private_key_free(key);
	return 0;
}

/* Say why a message is none; where in the text, or which field. */
static int told(enum verdict v, const struct request_error *error)
{
	char why[256];

	if (v == VERDICT_BAD_JSON)
		(void)snprintf(why, sizeof why, "line %u, column %u: %s", error->json.line,
			error->json.column, json_rule_text(error->json.rule));
	else
		(void)snprintf(why, sizeof why, "%s: %s", error->field, verdict_text(v));
	return complain(verdict_name(v), why);
}

/* Whether the key signed it, and the address it names is the key's. */
static int check_signer(const struct request *r, const struct public_key *public,
	char address[static ADDRESS_LEN + 1])
{
	static const char *const results[] = {
		"", "r or s is out of range", "s is above half the order", "it does not verify"};
	struct verify_key *key = NULL;
	enum verify_result result = VERIFY_OK;
	uint8_t hash[HASH_LEN];
	char why[160];

	if (verify_key_new(public, &key) != ERR_OK)
		return complain("key", "it cannot be used");
	if (r->is_signed)
		result = verify_key_check(key, r->id, r->input, r->input_len, r->signature);
	verify_key_free(key);
	if (result != VERIFY_OK)
		return complain("BAD_SIGNATURE", results[(int)result & 3]);
	key_hash(public, hash);
	address_from_key_hash(hash, address);
	if (operation_class_of(r->operation) != OPERATION_BY_ADDRESS ||
		strcmp(address, r->command.u.tx.address.text) == 0)
		return 0;
	(void)snprintf(why, sizeof why, "parameters.address: %s is not the key's address, %s",
		r->command.u.tx.address.text, address);
	return complain("UNKNOWN_ADDRESS", why);
}

static int check_text(
	const char *text, size_t len, const struct public_key *public, const char *market)
{
	static struct request_workspace workspace;
	enum operation operation = request_operation(text, len);
	struct request_error error;
	struct request r;
	char hex[TEXT_HEX_LEN(HASH_LEN) + 1], address[ADDRESS_LEN + 1];
	enum verdict v;
	int code;

	if (operation == OPERATION_NONE)
		operation = OPERATION_BID_OFFER;
	v = request_read(&workspace, market, operation, text, len, &r, &error);
	if (v != VERDICT_OK)
		return told(v, &error);
	code = check_signer(&r, public, address);
	if (code != 0)
		return code;
	(void)!text_hex_write(r.id, HASH_LEN, hex, sizeof hex);
	(void)printf("operation      %s\ntx_id          %s\naddress of key %s\n",
		operation_name(operation), hex, address);
	(void)printf("signature      %s\nsigning input  %.*s\n",
		r.is_signed ? "by that key" : "none: the message is not signed", (int)r.input_len,
		r.input);
	return 0;
}

int check_message_command(int argc, char **argv)
{
	static char text[TEXT_MAX + 1];
	const char *key_path = NULL, *market = NULL;
	const struct arg table[] = {
		{"key", ARG_TEXT, &key_path, "FILE", "public key: text or PEM (required)", 0, 0},
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
	len = input_read(a.positional[0], text, sizeof text);
	while (len > 0 && text[len - 1] == '\n')
		len--;
	return len ? check_text(text, len, &public, market)
		   : complain(a.positional[0], "it cannot be read, is empty or too long");
}
