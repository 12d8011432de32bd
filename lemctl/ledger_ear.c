#include "lemctl/ledger_ear.h"
#include <stdlib.h>
#include <string.h>
#include "wire/text.h"

enum { DEPTH_MAX = 8 };

enum err ledger_ear_open(struct ledger_ear *e, const struct genesis *genesis,
	void (*take)(void *context, const struct tx *tx), void *context)
{
	enum err err = ERR_OK;

	*e = (struct ledger_ear){.genesis = genesis, .take = take, .context = context};
	e->nodes = malloc(LEDGER_EAR_NODES_MAX * sizeof *e->nodes);
	e->workspace = calloc(1, sizeof *e->workspace);
	if (!e->nodes || !e->workspace)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < genesis->params.role_count && err == ERR_OK; i++) {
		const struct role_params *r = &genesis->params.roles[i];
		struct public_key key = {.alg = genesis->address_alg, .len = r->key.len};

		memcpy(key.bytes, r->key.bytes, sizeof key.bytes);
		err = verify_key_new(&key, &e->keys[i]);
	}
	return err;
}

void ledger_ear_close(struct ledger_ear *e)
{
	for (int i = 0; i < PARAMS_ROLES_MAX; i++)
		verify_key_free(e->keys[i]);
	free(e->nodes);
	free(e->workspace);
	*e = (struct ledger_ear){.nodes = NULL};
}

static const struct verify_key *key_of(const struct ledger_ear *e, const struct address *address)
{
	const struct params *p = &e->genesis->params;

	for (uint32_t i = 0; i < p->role_count; i++) {
		if (address_equal(&p->roles[i].address, address))
			return e->keys[i];
	}
	return NULL;
}

/* The members of an item that are not its body. */
static bool read_item(const struct json_doc *doc, uint32_t item, struct stored_tx *ret)
{
	char signature[TEXT_BASE64URL_LEN(SIGNATURE_LEN) + 1];
	int64_t seq = 0;
	size_t len = 0, sig_len = 0;

	if (!json_int64(doc, json_get(doc, item, "seq"), &seq) ||
		!json_int64(doc, json_get(doc, item, "market_ms"), &ret->market_ms) ||
		!json_string(
			doc, json_get(doc, item, "signature"), signature, sizeof signature, &len) ||
		!text_base64url_read(signature, len, ret->signature, SIGNATURE_LEN, &sig_len) ||
		sig_len != SIGNATURE_LEN)
		return false;
	ret->seq = (uint64_t)seq;
	ret->is_signed = true;
	return true;
}

static void take_item(struct ledger_ear *e, const struct json_doc *doc, uint32_t item)
{
	uint32_t body = json_get(doc, item, "body");
	uint32_t operation = json_get(doc, body, "operation");
	struct stored_tx stored = {.seq = 0};
	const struct verify_key *key;
	const char *input;
	struct tx tx;
	size_t len;

	if (!json_is(doc, operation, tx_kind_name(TX_SCHEDULE)) &&
		!json_is(doc, operation, tx_kind_name(TX_LIMITS)) &&
		!json_is(doc, operation, tx_kind_name(TX_APPROVE)))
		return;
	if (!read_item(doc, item, &stored))
		return;
	stored.body = doc->text + doc->nodes[body].start;
	stored.body_len = doc->nodes[body].end - doc->nodes[body].start;
	if (ledger_tx_read(e->workspace, e->genesis->market, &stored, &tx, &input, &len) !=
		VERDICT_OK)
		return;
	key = key_of(e, &tx.address);
	if (key && verify_key_check(key, tx.id, input, len, stored.signature) == VERIFY_OK)
		e->take(e->context, &tx);
}

void ledger_ear_hear(struct ledger_ear *e, const char *text, size_t len, uint64_t *ret_height)
{
	const struct json_limits limits = {JSON_PROFILE_ANY, LEDGER_EAR_TEXT_MAX, DEPTH_MAX};
	struct json_doc doc = {.nodes = e->nodes, .node_max = LEDGER_EAR_NODES_MAX};
	uint32_t items;
	int64_t height = 0;

	*ret_height = 0;
	if (json_read(&doc, text, len, &limits, NULL) != JSON_OK)
		return;
	items = json_get(&doc, 0, "items");
	if (items == JSON_NONE)
		items = json_get(&doc, 0, "transactions");
	for (uint32_t i = json_first(&doc, items); i != JSON_NONE; i = json_next(&doc, i))
		take_item(e, &doc, i);
	if (json_type(&doc, json_get(&doc, 0, "last")) == JSON_TRUE &&
		json_int64(&doc, json_get(&doc, 0, "height"), &height) && height > 0)
		*ret_height = (uint64_t)height;
}
