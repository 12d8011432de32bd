#include "lemctl/sign.h"
#include <stdio.h>
#include <string.h>
#include "lemctl/args.h"
#include "lemctl/input.h"
#include "wire/jcs.h"
#include "wire/private_key.h"
#include "wire/request.h"
#include "wire/text.h"

enum {
	TEXT_MAX = REQUEST_TEXT_MAX,
	CANONICAL_MAX = TEXT_MAX * JCS_GROWTH_MAX + 128, /* with a signature */
};

static int complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "lemctl: %s: %s\n", what, why);
	return EXIT_REFUSED;
}

/* What is signed as an object of its own (docs/protocol.md, section 2). */
static bool kind_known(const char *kind)
{
	static const char *const kinds[] = {"request", "reading", "statement", "receipt", "header"};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	}
	return false;
}

/* Whether no number but a `cpf` has decimals. In an object the name stands before its value. */
static bool integers_only(const struct json_doc *doc)
{
	for (uint32_t i = 0; i < doc->node_count; i++) {
		int64_t value;
		if (json_type(doc, i) == JSON_NUMBER && !json_int64(doc, i, &value) &&
			!(i > 0 && json_is(doc, i - 1, "cpf")))
			return false;
	}
	return true;
}

/* Read an object strictly, with the members named in skip left out; its canonical form. 0 after a
 * complaint. */
static size_t canonicalise(const char *text, size_t len, size_t text_max, const char *const *skip,
	char canonical[static CANONICAL_MAX])
{
	static struct json_node nodes[REQUEST_NODES_MAX + 2];
	struct json_doc doc = {.nodes = nodes, .node_max = REQUEST_NODES_MAX + 2};
	struct json_limits limits = {JSON_PROFILE_MESSAGE, text_max, JSON_MESSAGE_DEPTH};
	struct json_error error;
	char why[160];
	size_t n;

	if (json_read(&doc, text, len, &limits, &error) != JSON_OK) {
		(void)snprintf(why, sizeof why, "line %u, column %u: %s", error.line, error.column,
			json_rule_text(error.rule));
		(void)complain("standard input", why);
		return 0;
	}
	if (json_type(&doc, 0) != JSON_OBJECT || !integers_only(&doc)) {
		(void)complain("standard input", json_type(&doc, 0) != JSON_OBJECT
							 ? "it must be an object"
							 : "no number but cpf has decimals");
		return 0;
	}
	n = jcs_write(&doc, 0, skip, canonical, CANONICAL_MAX);
	if (n == 0)
		(void)complain("standard input", "it is too long");
	return n;
}

/* Print the object with its signature, where that sorts. */
static int print_signed(const char *object, size_t len, const char *signature)
{
	static char text[CANONICAL_MAX], canonical[CANONICAL_MAX];
	int n = snprintf(text, sizeof text, "{\"signature\":\"%s\"%s%.*s", signature,
		len > 2 ? "," : "", (int)len - 1, object + 1);
	size_t written = 0;

	if (n > 0 && (size_t)n < sizeof text)
		written = canonicalise(text, (size_t)n, sizeof text, NULL, canonical);
	if (written == 0)
		return EXIT_REFUSED;
	(void)printf("%.*s\n", (int)written, canonical);
	return 0;
}

/* Sign the canonical form of what is in text. */
static int sign_text(const char *text, size_t len, const struct private_key *key, const char *kind,
	const char *market, bool bare)
{
	static const char *const request_skip[] = {"clientId", "signature", NULL};
	static const char *const other_skip[] = {"signature", "meter_signature", NULL};
	static const char *const no_signature[] = {"signature", NULL};
	static char canonical[CANONICAL_MAX];
	uint8_t sig[SIGNATURE_LEN];
	char sig_text[TEXT_BASE64URL_LEN(SIGNATURE_LEN) + 1];
	bool request = strcmp(kind, "request") == 0;
	size_t n =
		canonicalise(text, len, TEXT_MAX, request ? request_skip : other_skip, canonical);

	if (n == 0)
		return EXIT_REFUSED;
	if (signing_sign(key, kind, market, canonical, n, sig) != ERR_OK ||
		!text_base64url_write(sig, sizeof sig, sig_text, sizeof sig_text))
		return complain("signature", "it could not be made");
	if (bare || !request) {
		(void)puts(sig_text);
		return 0;
	}
	n = canonicalise(text, len, TEXT_MAX, no_signature, canonical);
	return n ? print_signed(canonical, n, sig_text) : EXIT_REFUSED;
}

int sign_command(int argc, char **argv)
{
	static char text[TEXT_MAX + 1];
	const char *key_path = NULL, *market = NULL, *kind = "request";
	bool bare = false;
	const struct arg table[] = {
		{"key", ARG_TEXT, &key_path, "FILE", "private key, PEM (required)", 0, 0},
		{"market", ARG_TEXT, &market, "ID", "name:16hex (required)", 0, 0},
		{"kind", ARG_TEXT, &kind, "KIND",
			"request (default), reading, statement, receipt or header", 0, 0},
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
	if (!kind_known(kind)) {
		(void)fprintf(stderr, "lemctl: --kind: there is no kind '%s'\nusage: %s\n", kind,
			a.usage);
		return EXIT_USAGE;
	}
	if (!key_path || !market || strlen(market) > MARKET_ID_MAX) {
		(void)fprintf(stderr, "usage: %s\n", a.usage);
		return EXIT_USAGE;
	}
	if (private_key_load(key_path, &key, why) != ERR_OK)
		return complain("key", why);
	len = input_read("-", text, sizeof text);
	code = len ? sign_text(text, len, key, kind, market, bare)
		   : complain("standard input", "nothing, or more than 16 KiB");
	private_key_free(key);
	return code;
}
