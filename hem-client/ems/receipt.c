#include "hem-client/ems/receipt.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/encode.h"
#include "core/merkle.h"
#include "wire/digest.h"
#include "wire/out.h"
#include "wire/text.h"

enum { NODES_MAX = 64, SIZE_MAX_LEAVES = 1 << 20 };

/* The proof as it came. */
struct proof {
	int64_t index, size;
	uint8_t path[MERKLE_LEVELS_MAX][HASH_LEN];
	size_t path_len;
	uint8_t root[HASH_LEN];
	uint8_t signature[SIGNATURE_LEN];
};

static enum err refuse(char *why, const char *field, const char *sentence)
{
	snprintf(why, RECEIPT_WHY_MAX, "%s%s%s", field, field[0] ? ": " : "", sentence);
	return ERR_FORMAT;
}

/* The path: any number of hashes. */
static void read_path(struct form *f, struct form_object *o, struct proof *p)
{
	char text[TEXT_BASE64URL_LEN(sizeof p->path) + 1];
	uint32_t node = form_member(f, o, "path", true);
	size_t text_len, len = 0;

	if (f->verdict != VERDICT_OK)
		return;
	if (!json_string(f->doc, node, text, sizeof text, &text_len) ||
		!text_base64url_read(text, text_len, p->path[0], sizeof p->path, &len) ||
		len % HASH_LEN != 0)
		form_fail(f, o->path, "path", VERDICT_BAD_FIELD);
	p->path_len = len / HASH_LEN;
}

static void read_class(struct form *f, struct form_object *o, struct receipt *r)
{
	char name[16];

	form_string(f, o, "class", name, sizeof name);
	if (strcmp(name, "ledger") == 0)
		r->promise = PROMISE_LEDGER;
	else if (strcmp(name, "private") == 0)
		r->promise = PROMISE_PRIVATE;
	else
		form_fail(f, o->path, "class", VERDICT_BAD_FIELD);
}

static void read_members(struct form *f, struct receipt *r, struct proof *p)
{
	struct form_object o = form_enter(f, 0, "");
	int64_t intake_seq = 0, seq = 0, height = 0;
	char operation[32];

	read_class(f, &o, r);
	form_string(f, &o, "operation", operation, sizeof operation);
	form_string(f, &o, "reqId", r->req_id, sizeof r->req_id);
	form_hash(f, &o, "tx_id", r->tx_id);
	form_int(f, &o, "intake_seq", 1, INT64_C(1) << 53, &intake_seq);
	form_int(f, &o, "market_ms", 0, INT64_C(1) << 53, &r->market_ms);
	form_int(f, &o, "seq", 0, INT64_C(1) << 53, &seq);
	form_int(f, &o, "height", 0, INT64_C(1) << 53, &height);
	form_int(f, &o, "index", 0, SIZE_MAX_LEAVES - 1, &p->index);
	form_int(f, &o, "size", 1, SIZE_MAX_LEAVES, &p->size);
	read_path(f, &o, p);
	form_hash(f, &o, "root", p->root);
	form_bytes(f, &o, "signature", p->signature, SIGNATURE_LEN);
	form_leave(f, &o);
	r->operation = operation_from_name(operation);
	r->intake_seq = (uint64_t)intake_seq;
	r->seq = (uint64_t)seq;
	r->height = (uint64_t)height;
	if (r->operation == OPERATION_NONE)
		form_fail(f, "", "operation", VERDICT_BAD_FIELD);
	if ((r->promise == PROMISE_LEDGER) != (r->seq != 0 && r->height != 0))
		form_fail(f, "", "height", VERDICT_BAD_FIELD);
}

void receipt_leaf(const struct receipt *r, uint8_t out[static HASH_LEN])
{
	struct encode e = {.len = 0};

	encode_u8(&e, 0);
	encode_u8(&e, (unsigned)r->promise);
	encode_bytes(&e, r->tx_id, HASH_LEN);
	encode_u64(&e, r->intake_seq);
	encode_u64(&e, r->seq);
	encode_i64(&e, r->market_ms);
	encode_u64(&e, r->height);
	digest_sha256(e.bytes, e.len, out);
}

static enum verify_result check_root(
	const struct proof *p, const struct verify_key *operator_key, const char *market)
{
	char text[128];
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"root\":");
	out_hex(&out, p->root, HASH_LEN);
	out_printf(&out, ",\"size\":%lld}", (long long)p->size);
	return signing_check(operator_key, "receipt", market, text, out.len, p->signature);
}

enum err receipt_read(const char *text, size_t len, const struct verify_key *operator_key,
	const char *market, struct receipt *ret, char why[static RECEIPT_WHY_MAX])
{
	static const struct json_limits limits = {JSON_PROFILE_MESSAGE, RECEIPT_TEXT_MAX, 1};
	struct json_node nodes[NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = NODES_MAX};
	struct receipt r = {.req_id = ""};
	struct proof p = {.index = 0};
	uint8_t leaf[HASH_LEN];
	enum verify_result result;
	struct form f;

	if (json_read(&doc, text, len, &limits, NULL) != JSON_OK)
		return refuse(why, "", "the receipt is not strict JSON");
	form_init(&f, &doc);
	read_members(&f, &r, &p);
	if (f.verdict != VERDICT_OK)
		return refuse(why, f.field, verdict_text(f.verdict));
	receipt_leaf(&r, leaf);
	if (!merkle_inclusion_check(digest_sha256, leaf, (uint64_t)p.index, (uint64_t)p.size,
		    p.path, p.path_len, p.root))
		return refuse(why, "", "the receipt's path does not lead to its root");
	result = check_root(&p, operator_key, market);
	if (result == VERIFY_UNABLE) {
		(void)refuse(why, "", "the signature could not be checked");
		return ERR_CRYPTO;
	}
	if (result != VERIFY_OK)
		return refuse(why, "", "the operator's signature of the receipt does not verify");
	*ret = r;
	return ERR_OK;
}

/* Whether the document is an array of objects. */
static bool is_list(const struct json_doc *doc)
{
	if (json_type(doc, 0) != JSON_ARRAY)
		return false;
	for (uint32_t n = json_first(doc, 0); n != JSON_NONE; n = json_next(doc, n)) {
		if (json_type(doc, n) != JSON_OBJECT)
			return false;
	}
	return true;
}

enum err receipts_each(const char *text, size_t len,
	void (*visit)(void *context, const char *text, size_t len), void *context)
{
	static const struct json_limits limits = {JSON_PROFILE_MESSAGE, RECEIPTS_TEXT_MAX, 2};
	enum { LIST_NODES_MAX = 4096 };
	struct json_doc doc = {.node_max = LIST_NODES_MAX};
	enum err err = ERR_FORMAT;

	doc.nodes = malloc(LIST_NODES_MAX * sizeof *doc.nodes);
	if (!doc.nodes)
		return ERR_NOMEM;
	if (json_read(&doc, text, len, &limits, NULL) == JSON_OK && is_list(&doc)) {
		err = ERR_OK;
		for (uint32_t n = json_first(&doc, 0); n != JSON_NONE; n = json_next(&doc, n))
			visit(context, text + doc.nodes[n].start,
				doc.nodes[n].end - doc.nodes[n].start);
	}
	free(doc.nodes);
	return err;
}
