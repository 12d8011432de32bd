/* intake: what the broker's thread does with a message for the market: its client's share, its
 * size, a copy to a verifier; or the refusal that can be given at once. */
#ifndef LEM_PLUGIN_INTAKE_H
#define LEM_PLUGIN_INTAKE_H
#include "engine/keyring.h"
#include "plugin/bucket.h"
#include "plugin/office.h"

/* The state; zeros but for what it borrows. */
struct intake {
	struct office *office;         /* borrowed */
	const struct options *options; /* borrowed */
	struct bucket clients[HOMES_MAX];
	int64_t told_ms[HOMES_MAX]; /* when a client was last told of its rate */
	/* Log lines of refusals given here: of one client, and of all. */
	struct bucket told[HOMES_MAX], told_all;
};

/* Take a message of `user`, who is `client`: hand it in, or refuse it (RATE_LIMITED, TOO_LARGE,
 * BUSY). operation NONE: an operator's document. Called by the broker's thread. */
void intake_take(struct intake *intake, const struct keyring_client *client, const char *user,
	enum operation operation, const char *payload, size_t len);

#endif
