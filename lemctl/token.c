#include "lemctl/token.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "lemctl/args.h"
#include "wire/login_token.h"
#include "wire/signing.h"

int token_command(int argc, char **argv)
{
	const char *key_path = NULL, *market = NULL;
	const struct arg table[] = {
		{"key", ARG_TEXT, &key_path, "FILE", "identity key, PEM (required)", 0, 0},
		{"market", ARG_TEXT, &market, "ID", "name:16hex (required)", 0, 0},
	};
	struct args a = {.usage = "lemctl token --key FILE --market ID CLIENTID",
		.about = "Print a password with which CLIENTID can log in during the next two "
			 "minutes.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 1};
	struct private_key *key = NULL;
	char why[PRIVATE_KEY_WHY_MAX], token[LOGIN_TOKEN_MAX];
	enum err err;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	if (!key_path || !market || strlen(market) > MARKET_ID_MAX ||
		strlen(a.positional[0]) > 32) {
		(void)fprintf(stderr, "usage: %s\n", a.usage);
		return EXIT_USAGE;
	}
	if (private_key_load(key_path, &key, why) != ERR_OK) {
		(void)fprintf(stderr, "lemctl: key: %s\n", why);
		return EXIT_REFUSED;
	}
	err = login_token_write(key, market, a.positional[0], (int64_t)time(NULL), token);
	private_key_free(key);
	if (err != ERR_OK) {
		(void)fprintf(stderr, "lemctl: token: %s\n", err_text(err));
		return EXIT_REFUSED;
	}
	(void)puts(token);
	return 0;
}
