/* signed_mail: any body, signed and in its envelope, for tests of what a client may send. */
#ifndef LEM_TESTS_SIGNED_MAIL_H
#define LEM_TESTS_SIGNED_MAIL_H
#include <stdio.h>
#include <string.h>
#include "wire/message.h"
#include "wire/date.h"
#include "wire/signing.h"

enum { MAIL_MAX = 20000 };

/* Write a body of these members, canonical if the parameters are. */
static inline void mail_body(char body[static MAIL_MAX], const char *operation, const char *req_id,
	int64_t date_ms, const char *parameters)
{
	char date[DATE_LEN + 1];
	int n;

	date_write(date_ms, date);
	n = snprintf(body, MAIL_MAX,
		"{\"date\":\"%s\",\"operation\":\"%s\",\"parameters\":%s,\"reqId\":\"%s\"}", date,
		operation, parameters, req_id);
	assert_true(n > 0 && n < MAIL_MAX);
}

/* Write the message: the body signed as that kind by signer. Returns its length. */
static inline size_t mail_write(char text[static MAIL_MAX], const char *client_id,
	const char *market, const char *kind, const char *body, const struct signer *signer)
{
	static char input[MAIL_MAX];
	uint8_t sig[SIGNATURE_LEN];
	struct out out;
	size_t n = signing_prefix(kind, market, input), len = strlen(body);

	assert_true(n + len < sizeof input);
	memcpy(input + n, body, len);
	assert_int_equal(signer_sign(signer, input, n + len, sig), ERR_OK);
	out_init(&out, text, MAIL_MAX);
	out_printf(&out, "{\"clientId\":\"%s\",", client_id);
	out_bytes(&out, body + 1, len - 2);
	out_printf(&out, ",\"signature\":");
	out_base64url(&out, sig, sizeof sig);
	out_printf(&out, "}");
	assert_true(out_end(&out) > 0);
	return out.len;
}

#endif
