#include "plugin/access.h"
#include <string.h>

static const char *const common[] = {"offers", "blocks", "head", "market"};
/* Of what is told to one client. */
static const char *const kinds[] = {
	"receipt", "reject", "award", "wallet", "statement", "baseline", "block"};

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* What follows "lem/<name>/", or NULL. */
static const char *below_market(const char *name, const char *topic)
{
	size_t n = strlen(name);

	if (!begins(topic, "lem/") || strncmp(topic + 4, name, n) != 0 || topic[4 + n] != '/')
		return NULL;
	return topic + 5 + n;
}

bool access_is_ours(const char *topic)
{
	if (begins(topic, "$share/")) {
		const char *group = topic + strlen("$share/");
		const char *filter = strchr(group, '/');
		return filter && access_is_ours(filter + 1);
	}
	return strcmp(topic, "lem") == 0 || begins(topic, "lem/") ||
	       strcmp(topic, "$CONTROL/lem") == 0 || begins(topic, "$CONTROL/lem/");
}

enum operation access_operation(const char *name, const char *topic)
{
	const char *rest = below_market(name, topic);

	if (!rest || !begins(rest, "in/"))
		return OPERATION_NONE;
	return operation_from_name(rest + 3);
}

/* What follows "to/<user>/", or NULL. */
static const char *own(const char *rest, const char *user)
{
	size_t n = strlen(user);

	if (!begins(rest, "to/") || strncmp(rest + 3, user, n) != 0 || rest[3 + n] != '/')
		return NULL;
	return rest + 4 + n;
}

static bool is_common(const char *rest)
{
	for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
		if (strcmp(rest, common[i]) == 0)
			return true;
	}
	return false;
}

static bool is_kind(const char *text)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(text, kinds[i]) == 0)
			return true;
	}
	return false;
}

/* One of the market's own auctions; or, in a filter, all of them. Nothing else below: the broker
 * keeps every filter in memory, and numbers without end would be filters without end. */
static bool is_auction(const char *rest, bool filter)
{
	const char *id;
	size_t n;

	if (!begins(rest, "auctions/"))
		return false;
	id = rest + strlen("auctions/");
	if (filter)
		return strcmp(id, "+") == 0;
	n = strspn(id, "0123456789");
	return n > 0 && id[n] == '\0';
}

/* Whether it may read a topic; or, with filter, subscribe to one. */
static bool may_read(
	const struct keyring_client *c, const char *rest, const char *user, bool filter)
{
	const char *mine = own(rest, user);

	if (mine)
		return is_kind(mine) || (filter && strcmp(mine, "#") == 0);
	if (c->status == HOME_INVITED)
		return strcmp(rest, "market") == 0;
	return is_common(rest) || is_auction(rest, filter);
}

static bool may_write(const struct keyring_client *c, const char *name, const char *topic)
{
	enum operation operation = access_operation(name, topic);

	if (operation == OPERATION_NONE || operation_class_of(operation) == OPERATION_BY_OPERATOR)
		return false;
	return c->status == HOME_REGISTERED || operation == OPERATION_REGISTER;
}

enum access_answer access_decide(const char *name, const struct keyring_client *client,
	const char *user, enum access_kind kind, const char *topic, bool retain)
{
	const char *rest = below_market(name, topic);
	bool allowed = false;

	if (!access_is_ours(topic))
		return ACCESS_FOREIGN;
	if (!client || client->status == HOME_REVOKED)
		return ACCESS_DENIED;
	if (kind == ACCESS_WRITE && strcmp(topic, CONTROL_TOPIC) == 0)
		allowed = client->kind == CLIENT_OPERATOR && !retain;
	else if (kind != ACCESS_WRITE && strcmp(topic, CONTROL_RESPONSE_TOPIC) == 0)
		allowed = client->kind == CLIENT_OPERATOR;
	else if (!rest)
		allowed = false;
	else if (kind == ACCESS_WRITE)
		allowed = !retain && may_write(client, name, topic);
	else
		allowed = may_read(client, rest, user, kind == ACCESS_SUBSCRIBE);
	return allowed ? ACCESS_ALLOWED : ACCESS_DENIED;
}
