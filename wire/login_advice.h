/* login_advice: what a person can do about a login that the broker refuses. It says no more than
 * "not authorised", whatever the reason. */
#ifndef LEM_WIRE_LOGIN_ADVICE_H
#define LEM_WIRE_LOGIN_ADVICE_H
#include <stdint.h>

enum { LOGIN_ADVICE_MAX = 192 };

/* By what the client logged in. */
enum login_means {
	LOGIN_BY_HOME_KEY,
	LOGIN_BY_ROLE_KEY,
	LOGIN_BY_PASSWORD, /* a one-time code, or what the person gave */
};

/* Write a sentence for the broker's answer connack (CONNACK's code of MQTT 3.1.1, or reason of
 * MQTT 5) to a login at now_ms (real time): lower case, no full stop. "" where the answer is
 * neither a bad user name or password nor "not authorised". */
void login_advice(
	int connack, enum login_means means, int64_t now_ms, char out[static LOGIN_ADVICE_MAX]);

#endif
