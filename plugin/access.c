#include "plugin/access.h"
#include <string.h>

static const char *const common[] = {"offers", "blocks", "head", "market"};

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

static bool may_read(const struct keyring_client *c, const char *rest, const char *user)
{
	if (own(rest, user))
		return true;
	if (c->status == HOME_INVITED)
		return strcmp(rest, "market") == 0;
	return is_common(rest) || begins(rest, "auctions/");
}

static bool may_subscribe(const struct keyring_client *c, const char *rest, const char *user)
{
	const char *mine = own(rest, user);

	if (mine)
		return true;
	if (c->status == HOME_INVITED)
		return strcmp(rest, "market") == 0;
	return is_common(rest) || begins(rest, "auctions/");
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
	else if (kind == ACCESS_READ)
		allowed = may_read(client, rest, user);
	else
		allowed = may_subscribe(client, rest, user);
	return allowed ? ACCESS_ALLOWED : ACCESS_DENIED;
}
