#include "wire/params_change_form.h"
#include <stdlib.h>
#include <string.h>
#include "core/approval.h"
#include "core/book.h"
#include "core/contract.h"
#include "core/home.h"

#define VALUE_MAX (INT64_C(1) << 53)

static const char set_path[] = "parameters.parameters.";
static const char credit_path[] = "parameters.parameters.credit_limits_uc.";

/* Members that are objects of parameters. */
enum group { GROUP_NONE, GROUP_SETTLEMENT, GROUP_TARIFF, GROUPS };

static const struct {
	const char *name, *path;
} groups[GROUPS] = {
	[GROUP_SETTLEMENT] = {"settlement", "parameters.parameters.settlement."},
	[GROUP_TARIFF] = {"tariff", "parameters.parameters.tariff."},
};

static enum group group_of(enum param p)
{
	switch ((int)p) {
	case PARAM_EXPORT_MC_PER_KWH:
	case PARAM_IMPORT_MC_PER_KWH:
		return GROUP_TARIFF;
	case PARAM_FEE_BUYER_MC_PER_KWH:
	case PARAM_FEE_SELLER_MC_PER_KWH:
	case PARAM_IMBALANCE_LONG_MC_PER_KWH:
	case PARAM_IMBALANCE_SHORT_MC_PER_KWH:
		return GROUP_SETTLEMENT;
	default:
		return GROUP_NONE;
	}
}

/* The number that a name stands for; 0 if it is none's. */
static int number_of(enum param p, const char *name)
{
	if (p == PARAM_APPROVAL_SILENCE)
		return (int)silence_from_name(name);
	if (p == PARAM_BOOK)
		return (int)book_kind_from_name(name);
	if (p == PARAM_MEASURE)
		return (int)measure_from_name(name);
	return (int)rule_from_name(name);
}

/* The name of a value that is written as one; NULL if it is written as a number. */
static const char *name_of(enum param p, int64_t value)
{
	if (p == PARAM_APPROVAL_SILENCE)
		return silence_name((enum silence)value);
	if (p == PARAM_BOOK)
		return book_kind_name((enum book_kind)value);
	if (p == PARAM_MEASURE)
		return measure_name((enum measure)value);
	return p == PARAM_RULE ? rule_name((enum rule)value) : NULL;
}

static bool is_named(enum param p)
{
	return p == PARAM_APPROVAL_SILENCE || p == PARAM_BOOK || p == PARAM_MEASURE ||
	       p == PARAM_RULE;
}

static void give(struct params_change *c, enum param p, int64_t value)
{
	c->given |= 1U << p;
	c->value[p] = value;
}

static void read_param(struct form *f, struct form_object *o, enum param p, struct params_change *c)
{
	const char *name = param_name(p);
	int64_t value = 0;
	bool flag = false;
	char text[32];

	if (!form_has(f, o, name))
		return;
	if (is_named(p)) {
		form_string(f, o, name, text, sizeof text);
		value = number_of(p, text);
		if (f->verdict == VERDICT_OK && value == 0)
			form_fail(f, o->path, name, VERDICT_BAD_FIELD);
	} else if (p == PARAM_LIMIT_INCLUSIVE) {
		form_bool(f, o, name, &flag);
		value = flag;
	} else {
		form_int(f, o, name, 0, VALUE_MAX, &value);
	}
	if (f->verdict == VERDICT_OK)
		give(c, p, value);
}

static void read_group(
	struct form *f, struct form_object *o, enum group group, struct params_change *c)
{
	struct form_object inner;

	if (!form_has(f, o, groups[group].name))
		return;
	inner = form_enter(f, form_member(f, o, groups[group].name, true), groups[group].path);
	for (int p = 0; p < PARAM_COUNT; p++) {
		if (group_of((enum param)p) == group)
			read_param(f, &inner, (enum param)p, c);
	}
	form_leave(f, &inner);
}

/* Its members are named by roles. */
static void read_credit(struct form *f, struct form_object *o, struct params_change *c)
{
	uint32_t node = form_member(f, o, "credit_limits_uc", true);
	struct form_object roles = form_enter(f, node, credit_path);

	if (f->verdict != VERDICT_OK)
		return;
	for (uint32_t n = json_first(f->doc, node); n != JSON_NONE;) {
		char *role = c->credit[c->credit_count].role;
		if (!json_string(f->doc, n, role, sizeof c->credit[0].role, NULL))
			form_fail(f, set_path, "credit_limits_uc", VERDICT_BAD_FIELD);
		else if (!client_id_valid(role))
			form_fail(f, credit_path, role, VERDICT_BAD_FIELD);
		if (f->verdict != VERDICT_OK)
			return;
		form_int(f, &roles, role, 0, VALUE_MAX, &c->credit[c->credit_count++].limit_uc);
		n = json_next(f->doc, json_next(f->doc, n));
		if (f->verdict == VERDICT_OK && n != JSON_NONE &&
			c->credit_count == PARAMS_ROLES_MAX)
			form_fail(f, set_path, "credit_limits_uc", VERDICT_BAD_FIELD);
		if (f->verdict != VERDICT_OK)
			return;
	}
}

void params_change_form_read(struct form *f, uint32_t parameters, struct params_change *c)
{
	struct form_object o = form_enter(f, parameters, "parameters.");
	struct form_object set;

	memset(c, 0, sizeof *c);
	form_int(f, &o, "from_slot", 0, INT32_MAX, &c->from_slot);
	set = form_enter(f, form_member(f, &o, "parameters", true), set_path);
	for (int p = 0; p < PARAM_COUNT; p++) {
		if (group_of((enum param)p) == GROUP_NONE)
			read_param(f, &set, (enum param)p, c);
	}
	read_group(f, &set, GROUP_SETTLEMENT, c);
	read_group(f, &set, GROUP_TARIFF, c);
	if (form_has(f, &set, "credit_limits_uc"))
		read_credit(f, &set, c);
	form_leave(f, &set);
	form_leave(f, &o);
	if (f->verdict == VERDICT_OK && c->given == 0 && c->credit_count == 0)
		form_fail(f, o.path, "parameters", VERDICT_BAD_FIELD);
}

/* Digits as JSON has them: no sign, no zero before others. */
static bool read_digits(const char *text, int64_t *out)
{
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len > 16 || text[len] != '\0' || (text[0] == '0' && len > 1))
		return false;
	*out = strtoll(text, NULL, 10);
	return *out <= VALUE_MAX;
}

static enum verdict name_credit(struct params_change *c, const char *role, const char *value)
{
	int64_t limit_uc;
	uint32_t i = 0;

	if (!client_id_valid(role) || !read_digits(value, &limit_uc))
		return VERDICT_BAD_FIELD;
	while (i < c->credit_count && strcmp(c->credit[i].role, role) != 0)
		i++;
	if (i == PARAMS_ROLES_MAX)
		return VERDICT_TOO_MANY;
	if (i == c->credit_count)
		c->credit_count++;
	memcpy(c->credit[i].role, role, strlen(role) + 1);
	c->credit[i].limit_uc = limit_uc;
	return VERDICT_OK;
}

static bool read_value(enum param p, const char *text, int64_t *out)
{
	if (is_named(p)) {
		*out = number_of(p, text);
		return *out != 0;
	}
	if (p == PARAM_LIMIT_INCLUSIVE) {
		*out = strcmp(text, "true") == 0;
		return *out || strcmp(text, "false") == 0;
	}
	return read_digits(text, out);
}

enum verdict params_change_name(struct params_change *c, const char *name, const char *value)
{
	static const char credit[] = "credit_limits_uc.";
	enum group group = GROUP_NONE;
	int64_t number;

	if (strncmp(name, credit, sizeof credit - 1) == 0)
		return name_credit(c, name + sizeof credit - 1, value);
	for (int g = GROUP_NONE + 1; g < GROUPS; g++) {
		size_t len = strlen(groups[g].name);
		if (strncmp(name, groups[g].name, len) == 0 && name[len] == '.') {
			group = (enum group)g;
			name += len + 1;
			break;
		}
	}
	for (int i = 0; i < PARAM_COUNT; i++) {
		enum param p = (enum param)i;
		if (group_of(p) != group || strcmp(name, param_name(p)) != 0)
			continue;
		if (!read_value(p, value, &number))
			return VERDICT_BAD_FIELD;
		give(c, p, number);
		return VERDICT_OK;
	}
	return VERDICT_BAD_FIELD;
}

/* Names sort as the enumeration does. */
static void write_param(
	struct out *out, const struct params_change *c, enum param p, const char **comma)
{
	int64_t value = c->value[p];

	if (!(c->given >> p & 1))
		return;
	out_printf(out, "%s\"%s\":", *comma, param_name(p));
	*comma = ",";
	if (is_named(p))
		out_printf(out, "\"%s\"", name_of(p, value));
	else if (p == PARAM_LIMIT_INCLUSIVE)
		out_printf(out, value ? "true" : "false");
	else
		out_printf(out, "%lld", (long long)value);
}

static int by_role(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void write_credit(struct out *out, const struct params_change *change, const char **comma)
{
	struct params_change c = *change;

	if (c.credit_count == 0)
		return;
	qsort(c.credit, c.credit_count, sizeof c.credit[0], by_role);
	out_printf(out, "%s\"credit_limits_uc\":{", *comma);
	for (uint32_t i = 0; i < c.credit_count; i++) {
		out_printf(out, i ? "," : "");
		out_string(out, c.credit[i].role);
		out_printf(out, ":%lld", (long long)c.credit[i].limit_uc);
	}
	out_printf(out, "}");
	*comma = ",";
}

static void write_group(
	struct out *out, const struct params_change *c, enum group group, const char **comma)
{
	const char *inner = "";
	uint32_t given = 0;

	for (int p = 0; p < PARAM_COUNT; p++) {
		if (group_of((enum param)p) == group)
			given |= c->given & 1U << p;
	}
	if (given == 0)
		return;
	out_printf(out, "%s\"%s\":{", *comma, groups[group].name);
	*comma = ",";
	for (int p = 0; p < PARAM_COUNT; p++) {
		if (group_of((enum param)p) == group)
			write_param(out, c, (enum param)p, &inner);
	}
	out_printf(out, "}");
}

void params_change_form_write(struct out *out, const struct params_change *c)
{
	const char *comma = "";

	out_printf(out, "{\"from_slot\":%lld,\"parameters\":{", (long long)c->from_slot);
	for (int i = 0; i < PARAM_COUNT; i++) {
		if (i == PARAM_DATE_WINDOW_S)
			write_credit(out, c, &comma);
		if (group_of((enum param)i) == GROUP_NONE)
			write_param(out, c, (enum param)i, &comma);
	}
	write_group(out, c, GROUP_SETTLEMENT, &comma);
	write_group(out, c, GROUP_TARIFF, &comma);
	out_printf(out, "}}");
}
