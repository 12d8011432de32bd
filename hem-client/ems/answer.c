#include "hem-client/ems/answer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/header_form.h"
#include "wire/home_form.h"
#include "wire/jcs.h"
#include "wire/net_form.h"

#define INT_MAX_JSON (INT64_C(1) << 53)
#define INT_MIN_JSON (-INT_MAX_JSON)
enum { NODES_MAX = 128, STATEMENT_NODES_MAX = 128 + STATEMENT_DELIVERIES_MAX * 7 };

static enum err refuse(char *why, const char *field, const char *sentence)
{
	snprintf(why, ANSWER_WHY_MAX, "%s%s%s", field, field[0] ? ": " : "", sentence);
	return ERR_FORMAT;
}

/* Read the text into doc, whose nodes are set, and begin a form over it. */
static enum err begin(struct json_doc *doc, struct form *f, const char *text, size_t len, char *why)
{
	static const struct json_limits limits = {JSON_PROFILE_MESSAGE, ANSWER_TEXT_MAX, 4};

	if (json_read(doc, text, len, &limits, NULL) != JSON_OK)
		return refuse(why, "", "it is not strict JSON");
	form_init(f, doc);
	return ERR_OK;
}

static enum err finish(const struct form *f, char *why)
{
	if (f->verdict == VERDICT_OK)
		return ERR_OK;
	return refuse(why, f->field, verdict_text(f->verdict));
}

static void read_uint(struct form *f, struct form_object *o, const char *name, uint64_t *out)
{
	int64_t value = 0;

	form_int(f, o, name, 0, INT_MAX_JSON, &value);
	*out = (uint64_t)value;
}

static void read_signed(struct form *f, struct form_object *o, const char *name, int64_t *out)
{
	form_int(f, o, name, INT_MIN_JSON, INT_MAX_JSON, out);
}

/* A string that may be empty, or with `or_null` null, which counts as empty. */
static void read_text(struct form *f, struct form_object *o, const char *name, bool or_null,
	char *out, size_t size)
{
	uint32_t node = form_member(f, o, name, true);

	out[0] = '\0';
	if (f->verdict != VERDICT_OK || (or_null && json_type(f->doc, node) == JSON_NULL))
		return;
	if (!json_string(f->doc, node, out, size, NULL))
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
}

/* An address, or "" if that is allowed. */
static void read_address(
	struct form *f, struct form_object *o, const char *name, bool or_empty, struct address *out)
{
	memset(out, 0, sizeof *out);
	read_text(f, o, name, false, out->text, sizeof out->text);
	if (f->verdict == VERDICT_OK && strlen(out->text) != ADDRESS_LEN &&
		!(or_empty && out->text[0] == '\0'))
		form_fail(f, o->path, name, VERDICT_BAD_FIELD);
}

enum err reject_read(
	const char *text, size_t len, struct reject *r, char why[static ANSWER_WHY_MAX])
{
	struct json_node nodes[NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = NODES_MAX};
	struct form_object o;
	struct form f;
	int64_t number = 0;
	char operation[32];
	enum err err = begin(&doc, &f, text, len, why);

	memset(r, 0, sizeof *r);
	if (err != ERR_OK)
		return err;
	o = form_enter(&f, 0, "");
	read_text(&f, &o, "reqId", true, r->req_id, sizeof r->req_id);
	read_text(&f, &o, "operation", true, operation, sizeof operation);
	read_text(&f, &o, "code", false, r->code, sizeof r->code);
	read_text(&f, &o, "rule", false, r->rule, sizeof r->rule);
	read_text(&f, &o, "field", false, r->field, sizeof r->field);
	form_int(&f, &o, "number", 1, 10000, &number);
	read_signed(&f, &o, "market_ms", &r->market_ms);
	if (form_has(&f, &o, "retry_after_ms"))
		form_int(&f, &o, "retry_after_ms", 0, 3600000, &r->retry_after_ms);
	form_leave(&f, &o);
	r->number = (int)number;
	return finish(&f, why);
}

/* What a limit of the network's has cut of the award's auction. */
static void read_cut(struct form *f, struct form_object *o, struct award *a)
{
	struct form_object cut;
	bool scheduled;
	char role[8];

	if (!form_has(f, o, "network_limit"))
		return;
	cut = form_enter(f, form_member(f, o, "network_limit", true), "network_limit.");
	form_int(f, &cut, "cut_wh", 1, ENERGY_WH_MAX, &a->cut_wh);
	form_string(f, &cut, "role", role, sizeof role);
	form_bool(f, &cut, "scheduled", &scheduled);
	form_leave(f, &cut);
	if (f->verdict != VERDICT_OK)
		return;
	a->cut_by = network_role_from_name(role);
	if (!a->cut_by)
		form_fail(f, cut.path, "role", VERDICT_BAD_FIELD);
}

enum err award_read(const char *text, size_t len, struct award *a, char why[static ANSWER_WHY_MAX])
{
	struct json_node nodes[NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = NODES_MAX};
	struct form_object o;
	struct form f;
	char outcome[16];
	enum err err = begin(&doc, &f, text, len, why);

	memset(a, 0, sizeof *a);
	if (err != ERR_OK)
		return err;
	o = form_enter(&f, 0, "");
	read_uint(&f, &o, "order", &a->order);
	read_uint(&f, &o, "auction", &a->auction);
	read_address(&f, &o, "address", false, &a->address);
	read_signed(&f, &o, "slot", &a->slot);
	form_string(&f, &o, "outcome", outcome, sizeof outcome);
	form_int(&f, &o, "quantity_wh", 0, ENERGY_WH_MAX, &a->quantity_wh);
	form_int(&f, &o, "price_mc_per_kwh", 0, PRICE_MC_MAX, &a->price_mc_per_kwh);
	form_int(&f, &o, "amount_uc", 0, AMOUNT_UC_MAX, &a->amount_uc);
	form_int(&f, &o, "marginal_mc_per_kwh", -1, PRICE_MC_MAX, &a->marginal_mc_per_kwh);
	read_cut(&f, &o, a);
	form_leave(&f, &o);
	a->outcome = strcmp(outcome, "awarded") == 0 ? ORDER_AWARDED
		     : strcmp(outcome, "lost") == 0  ? ORDER_LOST
						     : ORDER_VOID;
	return finish(&f, why);
}

static void read_contract(struct form *f, struct form_object *o, struct contract *c)
{
	char side[8], rule[32], measure[16], book[16];
	int64_t activation = 0;

	if (form_has(f, o, "activation"))
		form_int(f, o, "activation", 1, INT_MAX_JSON, &activation);
	c->activation = (uint64_t)activation;
	form_string(f, o, "side", side, sizeof side);
	form_string(f, o, "rule", rule, sizeof rule);
	form_string(f, o, "measure", measure, sizeof measure);
	form_string(f, o, "book", book, sizeof book);
	form_bool(f, o, "limit_inclusive", &c->limit_inclusive);
	form_int(f, o, "quantity_wh", 1, ENERGY_WH_MAX, &c->quantity_wh);
	form_int(f, o, "limit_mc_per_kwh", 0, PRICE_MC_MAX, &c->limit_mc_per_kwh);
	form_int(f, o, "min_quantity_wh", 0, ENERGY_WH_MAX, &c->min_quantity_wh);
	form_int(f, o, "penalty_mc_per_kwh", 0, PRICE_MC_MAX, &c->penalty_mc_per_kwh);
	if (form_has(f, o, "fee_buyer_mc_per_kwh") || form_has(f, o, "fee_seller_mc_per_kwh")) {
		form_int(f, o, "fee_buyer_mc_per_kwh", 0, PRICE_MC_MAX, &c->fees.buyer_mc_per_kwh);
		form_int(
			f, o, "fee_seller_mc_per_kwh", 0, PRICE_MC_MAX, &c->fees.seller_mc_per_kwh);
	}
	form_int(f, o, "gate_ms", 0, INT_MAX_JSON, &c->gate_ms);
	form_int(f, o, "slot", 0, INT32_MAX, &c->slot);
	if (f->verdict != VERDICT_OK)
		return;
	c->side = strcmp(side, "buy") == 0 ? SIDE_BUY : SIDE_SELL;
	c->rule = rule_from_name(rule);
	c->measure = measure_from_name(measure);
	c->book = book_kind_from_name(book);
	if (!c->rule || !c->measure || !c->book)
		form_fail(f, "", "rule", VERDICT_BAD_FIELD);
}

enum err auction_event_read(
	const char *text, size_t len, struct auction_event *e, char why[static ANSWER_WHY_MAX])
{
	struct json_node nodes[NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = NODES_MAX};
	struct form_object o;
	struct form f;
	char event[16];
	enum err err = begin(&doc, &f, text, len, why);

	memset(e, 0, sizeof *e);
	if (err != ERR_OK)
		return err;
	o = form_enter(&f, 0, "");
	read_uint(&f, &o, "auction", &e->auction);
	form_string(&f, &o, "event", event, sizeof event);
	e->opened = strcmp(event, "opened") == 0;
	if (!e->opened)
		return finish(&f, why);
	read_contract(&f, &o, &e->contract);
	read_address(&f, &o, "opener", false, &e->opener);
	form_leave(&f, &o);
	return finish(&f, why);
}

enum err head_read(const char *text, size_t len, const char *name, struct head *h,
	char why[static ANSWER_WHY_MAX])
{
	struct json_node nodes[NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = NODES_MAX};
	struct form_object o;
	struct form f;
	enum err err = begin(&doc, &f, text, len, why);

	memset(h, 0, sizeof *h);
	if (err != ERR_OK)
		return err;
	o = form_enter(&f, 0, "");
	header_read(&f, form_member(&f, &o, "header", true), "header.", name, &h->block.header);
	form_hash(&f, &o, "header_hash", h->block.hash);
	form_bytes(&f, &o, "operator_signature", h->block.operator_signature, SIGNATURE_LEN);
	read_uint(&f, &o, "sealed_height", &h->sealed_height);
	form_leave(&f, &o);
	return finish(&f, why);
}

static void read_wallet(struct form *f, struct form_object *o, struct wallet *w)
{
	read_signed(f, o, "balance_uc", &w->balance_uc);
	read_signed(f, o, "held_uc", &w->held_uc);
	read_signed(f, o, "pending_uc", &w->pending_uc);
	read_signed(f, o, "sealed_uc", &w->sealed_uc);
}

/* Whether the operator signed the document without its `signature`, kind statement. */
static enum err check_signature(const struct json_doc *doc, const uint8_t *sig,
	const struct verify_key *operator_key, const char *market, char *why)
{
	static const char *const skip[] = {"signature", NULL};
	char *object = malloc(doc->len + 1);
	size_t len = object ? jcs_write(doc, 0, skip, object, doc->len) : 0;
	enum verify_result result = VERIFY_UNABLE;

	if (len > 0)
		result = signing_check(operator_key, "statement", market, object, len, sig);
	free(object);
	if (result == VERIFY_OK)
		return ERR_OK;
	(void)refuse(why, "signature", "the operator's signature does not verify");
	return result == VERIFY_UNABLE ? ERR_CRYPTO : ERR_FORMAT;
}

enum err wallet_answer_read(const char *text, size_t len, const struct verify_key *operator_key,
	const char *market, struct wallet_answer *w, char why[static ANSWER_WHY_MAX])
{
	struct json_node nodes[NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = NODES_MAX};
	uint8_t sig[SIGNATURE_LEN];
	struct form_object o;
	struct form f;
	enum err err = begin(&doc, &f, text, len, why);

	memset(w, 0, sizeof *w);
	if (err != ERR_OK)
		return err;
	o = form_enter(&f, 0, "");
	form_string(&f, &o, "reqId", w->req_id, sizeof w->req_id);
	read_wallet(&f, &o, &w->wallet);
	read_uint(&f, &o, "height", &w->height);
	read_signed(&f, &o, "market_ms", &w->market_ms);
	form_bytes(&f, &o, "signature", sig, SIGNATURE_LEN);
	form_leave(&f, &o);
	err = finish(&f, why);
	return err == ERR_OK ? check_signature(&doc, sig, operator_key, market, why) : err;
}

enum err baseline_answer_read(const char *text, size_t len, const struct verify_key *operator_key,
	const char *market, const char *client_id, struct baseline_answer *b,
	char why[static ANSWER_WHY_MAX])
{
	struct json_node nodes[NODES_MAX];
	struct json_doc doc = {.nodes = nodes, .node_max = NODES_MAX};
	char id[CLIENT_ID_MAX + 1];
	uint8_t sig[SIGNATURE_LEN];
	struct form_object o;
	struct form f;
	enum err err = begin(&doc, &f, text, len, why);

	memset(b, 0, sizeof *b);
	if (err != ERR_OK)
		return err;
	o = form_enter(&f, 0, "");
	form_string(&f, &o, "clientId", id, sizeof id);
	read_uint(&f, &o, "intake_seq", &b->intake_seq);
	net_form_window(&f, &o, b->net_wh, &b->window);
	form_bytes(&f, &o, "signature", sig, SIGNATURE_LEN);
	if (f.verdict == VERDICT_OK && strcmp(id, client_id) != 0)
		form_fail(&f, "", "clientId", VERDICT_WRONG_CLIENT);
	form_leave(&f, &o);
	err = finish(&f, why);
	return err == ERR_OK ? check_signature(&doc, sig, operator_key, market, why) : err;
}

static void read_delivery(struct form *f, uint32_t node, struct statement *s)
{
	struct form_object o = form_enter(f, node, "deliveries.");
	struct statement_delivery *d = &s->deliveries[s->delivery_count];
	char why[24];

	read_uint(f, &o, "order", &d->order);
	form_int(f, &o, "wh", 0, ENERGY_WH_MAX, &d->wh);
	form_string(f, &o, "why", why, sizeof why);
	form_leave(f, &o);
	d->why = delivery_why_from_name(why);
	if (!d->why)
		form_fail(f, o.path, "why", VERDICT_BAD_FIELD);
	s->delivery_count++;
}

static void read_deliveries(struct form *f, struct form_object *o, struct statement *s)
{
	uint32_t node = form_member(f, o, "deliveries", true);

	if (f->verdict == VERDICT_OK &&
		(json_type(f->doc, node) != JSON_ARRAY ||
			f->doc->nodes[node].count > STATEMENT_DELIVERIES_MAX))
		form_fail(f, o->path, "deliveries", VERDICT_BAD_FIELD);
	if (f->verdict != VERDICT_OK)
		return;
	for (node = json_first(f->doc, node); node != JSON_NONE && f->verdict == VERDICT_OK;
		node = json_next(f->doc, node))
		read_delivery(f, node, s);
}

static void read_statement(struct form *f, struct statement *s, uint8_t *sig)
{
	struct form_object o = form_enter(f, 0, "");
	struct form_object w;
	uint32_t cpf = form_member(f, &o, "cpf", true);
	int64_t hundredths = 0;

	read_uint(f, &o, "height", &s->height);
	form_hash(f, &o, "header_hash", s->header_hash);
	read_signed(f, &o, "slot", &s->slot);
	form_bool(f, &o, "metered", &s->metered);
	read_signed(f, &o, "production_wh", &s->production_wh);
	read_signed(f, &o, "consumption_wh", &s->consumption_wh);
	if (f->verdict == VERDICT_OK &&
		(!json_hundredths(f->doc, cpf, &hundredths) || hundredths < 0 || hundredths > 100))
		form_fail(f, "", "cpf", VERDICT_BAD_FIELD);
	s->cpf_hundredths = (int)hundredths;
	read_address(f, &o, "address", true, &s->address);
	form_bool(f, &o, "eligible", &s->eligible);
	read_deliveries(f, &o, s);
	home_form_read_modes(f, &o, &s->modes);
	home_form_read_money(f, &o, &s->money);
	w = form_enter(f, form_member(f, &o, "wallet", true), "wallet.");
	read_wallet(f, &w, &s->wallet);
	form_leave(f, &w);
	form_bytes(f, &o, "signature", sig, SIGNATURE_LEN);
	form_leave(f, &o);
}

enum err statement_read(const char *text, size_t len, const struct verify_key *operator_key,
	const char *market, struct statement *s, char why[static ANSWER_WHY_MAX])
{
	struct json_node *nodes = calloc(STATEMENT_NODES_MAX, sizeof *nodes);
	struct json_doc doc = {.nodes = nodes, .node_max = STATEMENT_NODES_MAX};
	uint8_t sig[SIGNATURE_LEN];
	struct form f;
	enum err err = nodes ? begin(&doc, &f, text, len, why) : ERR_NOMEM;

	memset(s, 0, sizeof *s);
	if (err == ERR_OK) {
		read_statement(&f, s, sig);
		err = finish(&f, why);
	}
	if (err == ERR_OK)
		err = check_signature(&doc, sig, operator_key, market, why);
	free(nodes);
	return err;
}
