#include "lemctl/init_network.h"
#include <stdio.h>
#include <string.h>
#include "core/approval.h"
#include "lemctl/args.h"
#include "wire/private_key.h"
#include "wire/tx_form.h"

static int complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "lemctl: init: %s: %s\n", what, why);
	return EXIT_REFUSED;
}

int init_network_check(const struct init_network *n)
{
	bool any = n->dso || n->tso || n->dso_key || n->tso_key;

	if ((n->dso && n->dso_key) || (n->tso && n->tso_key))
		return complain("--dso, --tso", "make a key, or bring one");
	if (!any && (n->silence || n->lead_s))
		return complain("--approval-lead, --approval-silence",
			"only a market with a DSO or TSO has them");
	if (n->silence && !silence_from_name(n->silence))
		return complain("--approval-silence", "needs refuse or approve");
	return 0;
}

void init_add_role(
	struct genesis *g, const char *name, const struct public_key *key, int64_t credit_uc)
{
	struct role_params *r = &g->params.roles[g->params.role_count++];

	memcpy(r->name, name, strlen(name) + 1);
	r->credit_limit_uc = credit_uc;
	r->key.len = key->len;
	memcpy(r->key.bytes, key->bytes, sizeof r->key.bytes);
	tx_form_key_address(&r->key, &r->address);
}

static enum err make_key(const char *dir, const char *role, struct public_key *ret)
{
	char path[4096], why[PRIVATE_KEY_WHY_MAX];
	struct private_key *key = NULL;
	enum err err = private_key_generate(KEY_P256, &key);

	(void)snprintf(path, sizeof path, "%s/%s.pem", dir, role);
	if (err == ERR_OK)
		err = private_key_save(key, path, why);
	if (err == ERR_OK)
		*ret = *private_key_public(key);
	else
		(void)complain(role, err_text(err));
	private_key_free(key);
	return err;
}

/* A key that was brought: of the algorithm of all addresses, and nobody else's. */
static enum err take_key(
	const struct genesis *g, const char *text, const char *role, struct public_key *ret)
{
	if (key_parse(text, strlen(text), ret) != ERR_OK || ret->alg != g->address_alg ||
		key_check(ret) != ERR_OK) {
		(void)complain(role, "its key is not p256: and 44 characters that are a key");
		return ERR_USAGE;
	}
	for (uint32_t i = 0; i < g->params.role_count; i++) {
		if (memcmp(g->params.roles[i].key.bytes, ret->bytes, ret->len) != 0)
			continue;
		(void)complain(role, "its key is another role's");
		return ERR_USAGE;
	}
	return ERR_OK;
}

enum err init_network_add(const struct init_network *n, const char *dir, struct genesis *g)
{
	const bool make[] = {n->dso, n->tso};
	const char *const given[] = {n->dso_key, n->tso_key};
	const char *field = NULL;

	for (int r = NETWORK_DSO; r <= NETWORK_TSO; r++) {
		const char *name = network_role_name((enum network_role)r);
		const char *text = given[r - 1];
		struct public_key key;
		enum err err;

		if (!text && !make[r - 1])
			continue;
		err = text ? take_key(g, text, name, &key) : make_key(dir, name, &key);
		if (err != ERR_OK)
			return err;
		init_add_role(g, name, &key, 0);
	}
	if (!network_role_any(&g->params))
		return ERR_OK;
	g->params.approval_lead_s = n->lead_s ? n->lead_s : g->params.slot_s;
	g->params.approval_silence =
		(int)(n->silence ? silence_from_name(n->silence) : SILENCE_REFUSES);
	if (params_check(&g->params, &field) == VERDICT_OK)
		return ERR_OK;
	(void)complain(field, "this parameter does not fit the others");
	return ERR_USAGE;
}

bool init_network_is_key(const char *file)
{
	return strcmp(file, "/dso.pem") == 0 || strcmp(file, "/tso.pem") == 0;
}
