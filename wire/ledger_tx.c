#include "wire/ledger_tx.h"
#include <string.h>
#include "wire/digest.h"
#include "wire/jcs.h"
#include "wire/params_form.h"
#include "wire/tx_form.h"

/* The name of the operation in a body, without judging the rest. */
static bool operation_of(struct request_workspace *w, const struct stored_tx *stored,
	struct json_doc *doc, char *name, size_t size)
{
	const struct json_limits limits = {JSON_PROFILE_MESSAGE, TX_BODY_MAX, TX_BODY_DEPTH};

	*doc = (struct json_doc){.nodes = w->nodes, .node_max = REQUEST_NODES_MAX};
	return json_read(doc, stored->body, stored->body_len, &limits, NULL) == JSON_OK &&
	       json_string(doc, json_get(doc, 0, "operation"), name, size, NULL);
}

/* Whether the body is the one that the set is written as: the reader takes a member for another
 * that counts the same, and the rules' hash is of the bytes. */
static bool says_the_set(
	const struct ledger_tx_workspace *w, const struct stored_tx *stored, const struct tx *tx)
{
	char text[GENESIS_TEXT_MAX];
	struct tx whole = *tx;
	size_t len;

	whole.seq = stored->seq;
	len = tx_form_write(&whole, w->room.genesis, text, sizeof text);
	return len == stored->body_len && memcmp(text, stored->body, len) == 0;
}

static enum verdict read_operator(struct ledger_tx_workspace *w, const char *market,
	const struct json_doc *doc, const struct stored_tx *stored, struct tx *tx)
{
	size_t prefix = signing_prefix("request", market, w->request.input);
	size_t len = jcs_write(doc, 0, NULL, w->request.input + prefix, TX_BODY_MAX);
	struct form f;
	struct form_object o;
	int64_t seq = 0;

	form_init(&f, doc);
	o = form_enter(&f, 0, "");
	(void)form_member(&f, &o, "operation", true);
	form_int(&f, &o, "seq", 1, INT64_C(1) << 53, &seq);
	tx_form_read(&f, form_member(&f, &o, "parameters", true), tx, &w->room, NULL);
	form_leave(&f, &o);
	if (f.verdict != VERDICT_OK)
		return f.verdict;
	if (len != stored->body_len || memcmp(w->request.input + prefix, stored->body, len) != 0)
		return VERDICT_BAD_JSON;
	if (tx->kind == TX_PARAMS && !says_the_set(w, stored, tx))
		return VERDICT_BAD_FIELD;
	return (uint64_t)seq == stored->seq ? VERDICT_OK : VERDICT_BAD_SEQ;
}

enum verdict ledger_tx_read(struct ledger_tx_workspace *w, const char *market,
	const struct stored_tx *stored, struct tx *ret, const char **ret_input,
	size_t *ret_input_len)
{
	char name[32], prefix[SIGNING_PREFIX_MAX];
	struct request_error error;
	struct request request;
	struct json_doc doc;
	enum verdict v;

	if (!operation_of(&w->request, stored, &doc, name, sizeof name))
		return VERDICT_BAD_JSON;
	memset(ret, 0, sizeof *ret);
	ret->kind = tx_kind_from_name(name);
	if (!tx_kind_name(ret->kind))
		return VERDICT_UNKNOWN_OPERATION;
	if (tx_is_signed(ret->kind) != stored->is_signed)
		return VERDICT_BAD_SIGNATURE;
	if (stored->is_signed) {
		v = request_read_body(&w->request, market, operation_from_name(name), stored->body,
			stored->body_len, &request, &error);
		*ret = request.command.u.tx;
		ret->date_ms = request.date_ms;
	} else {
		v = read_operator(w, market, &doc, stored, ret);
	}
	if (v != VERDICT_OK)
		return v;
	ret->seq = stored->seq;
	ret->market_ms = stored->market_ms;
	*ret_input = w->request.input;
	*ret_input_len = signing_prefix("request", market, prefix) + stored->body_len;
	digest_sha256(*ret_input, *ret_input_len, ret->id);
	digest_sha256(
		stored->signature, stored->is_signed ? SIGNATURE_LEN : 0, ret->signature_hash);
	return VERDICT_OK;
}

static bool complete_params(struct tx *tx, const struct genesis *genesis)
{
	struct genesis changed = *genesis;

	changed.params = *tx->u.params.set;
	return rules_hash(&changed, tx->u.params.rules_hash);
}

size_t ledger_tx_complete(struct tx *tx, const struct genesis *genesis, char *body, size_t size)
{
	size_t len = tx_form_write(tx, genesis, body, size);

	if (len == 0 || signing_digest("request", genesis->market, body, len, tx->id) != ERR_OK)
		return 0;
	if (tx->kind == TX_PARAMS && !complete_params(tx, genesis))
		return 0;
	digest_sha256(NULL, 0, tx->signature_hash);
	return len;
}

void ledger_tx_write(struct out *out, const struct stored_tx *stored)
{
	out_printf(out, "{\"body\":");
	out_bytes(out, stored->body, stored->body_len);
	out_printf(out,
		",\"market_ms\":%lld,\"seq\":%llu,\"signature\":", (long long)stored->market_ms,
		(unsigned long long)stored->seq);
	if (stored->is_signed)
		out_base64url(out, stored->signature, SIGNATURE_LEN);
	else
		out_printf(out, "\"\"");
	out_printf(out, "}");
}
