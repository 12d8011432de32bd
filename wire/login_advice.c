#include "wire/login_advice.h"
#include <stdbool.h>
#include <stdio.h>
#include "wire/date.h"

static bool is_of_the_login(int connack)
{
	enum { BAD_3_1_1 = 4, NOT_AUTHORISED_3_1_1 = 5, BAD_5 = 0x86, NOT_AUTHORISED_5 = 0x87 };

	return connack == BAD_3_1_1 || connack == NOT_AUTHORISED_3_1_1 || connack == BAD_5 ||
	       connack == NOT_AUTHORISED_5;
}

void login_advice(
	int connack, enum login_means means, int64_t now_ms, char out[static LOGIN_ADVICE_MAX])
{
	static const struct {
		bool clock; /* a token is of its time */
		const char *text;
	} about[] = {
		[LOGIN_BY_HOME_KEY] = {true,
			"or this home has been revoked, or it logs in too often: ask the operator"},
		[LOGIN_BY_ROLE_KEY] = {true,
			"or the key is not the one that the market knows, or too many log in at "
			"once: try again"},
		[LOGIN_BY_PASSWORD] = {false, "look at the password and the user"},
	};
	char date[DATE_LEN + 1];

	out[0] = '\0';
	if (!is_of_the_login(connack))
		return;
	date_write(now_ms < 0 ? 0 : now_ms, date);
	if (about[means].clock)
		(void)snprintf(out, LOGIN_ADVICE_MAX,
			"check this machine's clock (it says %s UTC), %s", date, about[means].text);
	else
		(void)snprintf(out, LOGIN_ADVICE_MAX, "%s", about[means].text);
}
