#include "lemctl/book_file.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
	DEPTH_MAX = 8, /* more than the three in use: a stray object is told by its field */
	/* The order, and a name and a value for each of its five members. */
	ORDER_NODES = 11,
	/* Room for twice the orders: too many are told as such. */
	NODES_MAX = 2 * BOOK_ORDERS_MAX * ORDER_NODES,
	READ_STEP = 65536,
	NAME_SHOWN_MAX = 64,
	WHERE_LEN = 32,
};

enum kind { KIND_INTEGER, KIND_STRING, KIND_BOOLEAN, KIND_SIDE, KIND_ARRAY };

static const char *const kind_texts[] = {[KIND_INTEGER] = "must be an integer",
	[KIND_STRING] = "must be a string without U+0000",
	[KIND_BOOLEAN] = "must be true or false",
	[KIND_SIDE] = "must be \"buy\" or \"sell\"",
	[KIND_ARRAY] = "must be an array of objects"};

struct member {
	const char *name;
	enum kind kind;
	bool required;
};

enum { SIDE, QUANTITY, LIMIT, ORDERS, MIN_QUANTITY, LIMIT_INCLUSIVE, TERMS_MEMBERS };
static const struct member terms_members[TERMS_MEMBERS] = {
	[SIDE] = {"side", KIND_SIDE, true},
	[QUANTITY] = {"quantity_wh", KIND_INTEGER, true},
	[LIMIT] = {"limit_mc_per_kwh", KIND_INTEGER, true},
	[ORDERS] = {"orders", KIND_ARRAY, true},
	[MIN_QUANTITY] = {"min_quantity_wh", KIND_INTEGER, false},
	[LIMIT_INCLUSIVE] = {"limit_inclusive", KIND_BOOLEAN, false},
};

enum { ID, ORDER_PRICE, ORDER_QUANTITY, WHOLE, BIDDER, ORDER_MEMBERS };
static const struct member order_members[ORDER_MEMBERS] = {
	[ID] = {"id", KIND_STRING, true},
	[ORDER_PRICE] = {"price_mc_per_kwh", KIND_INTEGER, true},
	[ORDER_QUANTITY] = {"quantity_wh", KIND_INTEGER, true},
	[WHOLE] = {"all_or_nothing", KIND_BOOLEAN, false},
	[BIDDER] = {"bidder", KIND_STRING, false},
};

/* A decoded string of one order: its id or its bidder's name. */
struct label {
	char *text;
	uint32_t order;
};

__attribute__((format(printf, 2, 3))) static enum err problem(
	struct book_file *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(f->problem, sizeof f->problem, format, args);
	va_end(args);
	return ERR_FORMAT;
}

/* All of the stream into memory that the caller frees, whatever the answer. */
static enum err read_all(FILE *in, char **ret_text, size_t *ret_len)
{
	size_t room = 0;
	size_t len = 0;

	while (!feof(in) && !ferror(in)) {
		if (room - len < READ_STEP) {
			char *more = realloc(*ret_text, 2 * room + READ_STEP);

			if (!more)
				return ERR_NOMEM;
			*ret_text = more;
			room = 2 * room + READ_STEP;
		}
		len += fread(*ret_text + len, 1, READ_STEP, in);
		if (len > BOOK_FILE_TEXT_MAX)
			return ERR_LIMIT;
	}
	*ret_len = len;
	return ferror(in) ? ERR_IO : ERR_OK;
}

static enum err parse(struct book_file *f)
{
	static const struct json_limits limits = {JSON_PROFILE_ANY, BOOK_FILE_TEXT_MAX, DEPTH_MAX};
	struct json_error where;
	size_t nodes = f->doc.len / 2 + 1; /* each value but the first takes two bytes at least */
	enum json_rule rule;

	if (nodes > NODES_MAX)
		nodes = NODES_MAX;
	f->doc.node_max = (uint32_t)nodes;
	f->doc.nodes = calloc(nodes, sizeof *f->doc.nodes);
	if (!f->doc.nodes)
		return ERR_NOMEM;
	rule = json_read(&f->doc, f->doc.text, f->doc.len, &limits, &where);
	if (rule != JSON_OK)
		return problem(f, "line %u, column %u: %s", where.line, where.column,
			json_rule_text(rule));
	return ERR_OK;
}

static bool is_of_kind(const struct json_doc *doc, uint32_t node, enum kind kind)
{
	enum json_type type = json_type(doc, node);
	int64_t ignored;

	switch (kind) {
	case KIND_INTEGER:
		return json_int64(doc, node, &ignored);
	case KIND_STRING:
		return type == JSON_STRING;
	case KIND_BOOLEAN:
		return type == JSON_TRUE || type == JSON_FALSE;
	case KIND_SIDE:
		return json_is(doc, node, "buy") || json_is(doc, node, "sell");
	case KIND_ARRAY:
		return type == JSON_ARRAY;
	}
	return false;
}

/* The place of the name in the table, or count. */
static size_t member_find(
	const struct json_doc *doc, uint32_t name, const struct member *table, size_t count)
{
	size_t i = 0;

	while (i < count && !json_is(doc, name, table[i].name))
		i++;
	return i;
}

static enum err unknown_member(struct book_file *f, uint32_t name, const char *where)
{
	const struct json_node *n = &f->doc.nodes[name];
	uint32_t len = n->end - n->start;

	return problem(f, "%s%.*s: is no member here", where,
		(int)(len < NAME_SHOWN_MAX ? len : NAME_SHOWN_MAX), f->doc.text + n->start);
}

/* Find the object's members by the table, in ret_found by its places, JSON_NONE where there is
 * none; refuse unknown and missing ones and those of another kind. `where` begins the problem. */
static enum err members_read(struct book_file *f, uint32_t object, const char *where,
	const struct member *table, size_t count, uint32_t *ret_found)
{
	const struct json_doc *doc = &f->doc;

	if (json_type(doc, object) != JSON_OBJECT)
		return problem(f, "%smust be an object", where);
	for (size_t i = 0; i < count; i++)
		ret_found[i] = JSON_NONE;
	for (uint32_t name = json_first(doc, object); name != JSON_NONE;) {
		uint32_t value = json_next(doc, name);
		size_t i = member_find(doc, name, table, count);

		if (i == count)
			return unknown_member(f, name, where);
		if (!is_of_kind(doc, value, table[i].kind))
			return problem(
				f, "%s%s: %s", where, table[i].name, kind_texts[table[i].kind]);
		ret_found[i] = value;
		name = json_next(doc, value);
	}
	for (size_t i = 0; i < count; i++) {
		if (table[i].required && ret_found[i] == JSON_NONE)
			return problem(f, "%s%s: is missing", where, table[i].name);
	}
	return ERR_OK;
}

/* The integer of a node that is one; `otherwise` of none. */
static int64_t integer(const struct json_doc *doc, uint32_t node, int64_t otherwise)
{
	int64_t value = otherwise;

	if (!json_int64(doc, node, &value))
		return otherwise;
	return value;
}

static enum err terms_read(struct book_file *f, enum rule rule, uint32_t *ret_orders)
{
	const struct json_doc *doc = &f->doc;
	uint32_t found[TERMS_MEMBERS] = {0};
	enum err err = members_read(f, 0, "", terms_members, TERMS_MEMBERS, found);
	enum book_verdict verdict;

	if (err)
		return err;
	f->terms = (struct book_terms){
		.side = json_is(doc, found[SIDE], "buy") ? SIDE_BUY : SIDE_SELL,
		.rule = rule,
		.quantity_wh = integer(doc, found[QUANTITY], 0),
		.limit_mc_per_kwh = integer(doc, found[LIMIT], 0),
		.min_quantity_wh = integer(doc, found[MIN_QUANTITY], 0),
		.limit_inclusive = found[LIMIT_INCLUSIVE] == JSON_NONE ||
				   json_type(doc, found[LIMIT_INCLUSIVE]) == JSON_TRUE,
	};
	verdict = book_terms_check(&f->terms);
	if (verdict != BOOK_OK)
		return problem(f, "%s", book_verdict_text(verdict));
	f->count = doc->nodes[found[ORDERS]].count;
	if (f->count > BOOK_ORDERS_MAX)
		return problem(f, "%s", book_verdict_text(BOOK_TOO_MANY));
	*ret_orders = json_first(doc, found[ORDERS]);
	return ERR_OK;
}

/* Read one order, its id's and its bidder's node. */
static enum err order_read(struct book_file *f, uint32_t i, uint32_t node, uint32_t *ret_bidder)
{
	const struct json_doc *doc = &f->doc;
	uint32_t found[ORDER_MEMBERS] = {0};
	char where[WHERE_LEN];
	enum book_verdict verdict;
	enum err err;

	(void)snprintf(where, sizeof where, "orders[%u]: ", i);
	err = members_read(f, node, where, order_members, ORDER_MEMBERS, found);
	if (err)
		return err;
	f->orders[i] = (struct book_order){
		.price_mc_per_kwh = integer(doc, found[ORDER_PRICE], 0),
		.quantity_wh = integer(doc, found[ORDER_QUANTITY], 0),
		.all_or_nothing = json_type(doc, found[WHOLE]) == JSON_TRUE,
		.seq = i,
		.ref = i,
	};
	verdict = book_order_check(&f->terms, &f->orders[i]);
	if (verdict != BOOK_OK)
		return problem(f, "%s%s", where, book_verdict_text(verdict));
	f->ids[i] = found[ID];
	*ret_bidder = found[BIDDER];
	return ERR_OK;
}

static int by_text(const void *left, const void *right)
{
	const struct label *a = left;
	const struct label *b = right;
	int order = strcmp(a->text, b->text);

	return order ? order : (a->order > b->order) - (a->order < b->order);
}

/* Decode the strings of those of the nodes that there are, one for each order, into labels sorted
 * by text. The texts are put behind one another in `room`, as many bytes as the whole file. */
static enum err labels_make(struct book_file *f, const uint32_t *nodes, const char *name,
	struct label *labels, char *room, size_t *ret_count)
{
	char *end = room + f->doc.len;
	size_t count = 0;

	for (uint32_t i = 0; i < f->count; i++) {
		size_t len;

		if (nodes[i] == JSON_NONE)
			continue;
		if (!json_string(&f->doc, nodes[i], room, (size_t)(end - room), &len))
			return problem(f, "orders[%u]: %s: %s", i, name, kind_texts[KIND_STRING]);
		labels[count++] = (struct label){.text = room, .order = i};
		room += len + 1; /* no more than the raw string with its quotes */
	}
	if (count > 0)
		qsort(labels, count, sizeof *labels, by_text);
	*ret_count = count;
	return ERR_OK;
}

static enum err ids_check(struct book_file *f, struct label *labels, char *room)
{
	size_t count = 0;
	enum err err = labels_make(f, f->ids, "id", labels, room, &count);

	for (size_t i = 1; !err && i < count; i++) {
		if (strcmp(labels[i - 1].text, labels[i].text) == 0)
			return problem(f, "orders[%u]: id: must not be that of orders[%u]",
				labels[i].order, labels[i - 1].order);
	}
	return err;
}

/* Give one number to the orders of each bidder, and one of its own to each order without. */
static enum err bidders_number(
	struct book_file *f, const uint32_t *bidders, struct label *labels, char *room)
{
	size_t count = 0;
	enum err err = labels_make(f, bidders, "bidder", labels, room, &count);

	if (err)
		return err;
	for (uint32_t i = 0; i < f->count; i++)
		f->orders[i].bidder = i;
	for (size_t i = 1; i < count; i++) { /* all take the number of the first of their orders */
		struct book_order *o = &f->orders[labels[i].order];

		if (strcmp(labels[i - 1].text, labels[i].text) == 0)
			o->bidder = f->orders[labels[i - 1].order].bidder;
	}
	return ERR_OK;
}

static enum err orders_read(struct book_file *f, uint32_t node)
{
	uint32_t *bidders = calloc(f->count + 1, sizeof *bidders);
	struct label *labels = calloc(f->count + 1, sizeof *labels);
	char *room = malloc(f->doc.len);
	enum err err = ERR_NOMEM;

	f->orders = calloc(f->count + 1, sizeof *f->orders);
	f->ids = calloc(f->count + 1, sizeof *f->ids);
	if (!bidders || !labels || !room || !f->orders || !f->ids)
		goto out;
	err = ERR_OK;
	for (uint32_t i = 0; !err && i < f->count; i++, node = json_next(&f->doc, node))
		err = order_read(f, i, node, &bidders[i]);
	if (!err)
		err = ids_check(f, labels, room);
	if (!err)
		err = bidders_number(f, bidders, labels, room);
out:
	free(room);
	free(labels);
	free(bidders);
	return err;
}

enum err book_file_read(struct book_file *f, FILE *in, enum rule rule)
{
	char *text = NULL;
	uint32_t first_order = JSON_NONE;
	enum err err;

	*f = (struct book_file){0};
	err = read_all(in, &text, &f->doc.len);
	f->doc.text = text;
	if (!err)
		err = parse(f);
	if (!err)
		err = terms_read(f, rule, &first_order);
	if (!err)
		err = orders_read(f, first_order);
	return err;
}

void book_file_put_id(const struct book_file *f, uint32_t ref, FILE *out)
{
	const struct json_node *n = &f->doc.nodes[f->ids[ref]];

	(void)fprintf(out, "%.*s", (int)(n->end - n->start), f->doc.text + n->start);
}

void book_file_release(struct book_file *f)
{
	free(f->orders);
	free(f->ids);
	free(f->doc.nodes);
	free((void *)(uintptr_t)f->doc.text); /* json_doc borrows it as const */
	*f = (struct book_file){0};
}
