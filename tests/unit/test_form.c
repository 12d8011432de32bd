/* Reading members: each reader on values that fit and do not, and the name of the first mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "wire/form.h"

#define HEX32 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
enum { NODES = 64, LEN = 3 };

static struct json_node nodes[NODES];
static struct json_doc doc;

static struct form_object begin(struct form *f, const char *text)
{
	const struct json_limits limits = {JSON_PROFILE_MESSAGE, 4096, 8};

	doc = (struct json_doc){.nodes = nodes, .node_max = NODES};
	assert_int_equal(json_read(&doc, text, strlen(text), &limits, NULL), JSON_OK);
	form_init(f, &doc);
	return form_enter(f, 0, "top.");
}

/* What a reader answers, and where it would put the value. */
union place {
	char text[9];
	int64_t number;
	bool truth;
	uint8_t bytes[HASH_LEN];
};

static void read_text(struct form *f, struct form_object *o, union place *p)
{
	form_string(f, o, "x", p->text, sizeof p->text);
}

static void read_number(struct form *f, struct form_object *o, union place *p)
{
	form_int(f, o, "x", -2, 7, &p->number);
}

static void read_truth(struct form *f, struct form_object *o, union place *p)
{
	form_bool(f, o, "x", &p->truth);
}

static void read_hash(struct form *f, struct form_object *o, union place *p)
{
	form_hash(f, o, "x", p->bytes);
}

static void read_bytes(struct form *f, struct form_object *o, union place *p)
{
	form_bytes(f, o, "x", p->bytes, LEN);
}

static void read_date(struct form *f, struct form_object *o, union place *p)
{
	form_date(f, o, "x", &p->number);
}

static const struct {
	void (*read)(struct form *f, struct form_object *o, union place *p);
	const char *value; /* of "x"; NULL: there is none */
	enum verdict verdict;
} cases[] = {
	{read_text, "\"12345678\"", VERDICT_OK},
	{read_text, "\"123456789\"", VERDICT_BAD_FIELD},
	{read_text, "\"1\"", VERDICT_OK},
	{read_text, "\"\"", VERDICT_BAD_FIELD},
	{read_text, "12", VERDICT_BAD_FIELD},
	{read_text, "null", VERDICT_BAD_FIELD},
	{read_text, NULL, VERDICT_BAD_FIELD},
	{read_number, "-2", VERDICT_OK},
	{read_number, "-3", VERDICT_OUT_OF_RANGE},
	{read_number, "7", VERDICT_OK},
	{read_number, "8", VERDICT_OUT_OF_RANGE},
	{read_number, "1.0", VERDICT_BAD_FIELD},
	{read_number, "0.5", VERDICT_BAD_FIELD},
	{read_number, "\"1\"", VERDICT_BAD_FIELD},
	{read_number, "true", VERDICT_BAD_FIELD},
	{read_number, NULL, VERDICT_BAD_FIELD},
	{read_truth, "true", VERDICT_OK},
	{read_truth, "false", VERDICT_OK},
	{read_truth, "null", VERDICT_BAD_FIELD},
	{read_truth, "0", VERDICT_BAD_FIELD},
	{read_truth, "\"true\"", VERDICT_BAD_FIELD},
	{read_truth, NULL, VERDICT_BAD_FIELD},
	{read_hash, "\"" HEX32 "\"", VERDICT_OK},
	{read_hash, "\"" HEX32 "00\"", VERDICT_BAD_FIELD},
	{read_hash, "\"00112233445566778899aabbccddeeff\"", VERDICT_BAD_FIELD},
	{read_hash, "\"G0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"",
		VERDICT_BAD_FIELD},
	{read_hash, "\"A0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"",
		VERDICT_BAD_FIELD},
	{read_hash, NULL, VERDICT_BAD_FIELD},
	{read_bytes, "\"AAAA\"", VERDICT_OK},
	{read_bytes, "\"-__-\"", VERDICT_OK},
	{read_bytes, "\"AAA\"", VERDICT_BAD_FIELD},
	{read_bytes, "\"AAAAAA\"", VERDICT_BAD_FIELD},
	{read_bytes, "\"AA==\"", VERDICT_BAD_FIELD},
	{read_bytes, "\"+//+\"", VERDICT_BAD_FIELD},
	{read_bytes, NULL, VERDICT_BAD_FIELD},
	{read_date, "\"2018-01-01 00:00:00\"", VERDICT_OK},
	{read_date, "\"2018-01-32 00:00:00\"", VERDICT_BAD_FIELD},
	{read_date, "\"2018-01-01 00:00:00 \"", VERDICT_BAD_FIELD},
	{read_date, "1514764800", VERDICT_BAD_FIELD},
	{read_date, NULL, VERDICT_BAD_FIELD},
};

static void each_reader_takes_its_own_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[256];
		union place p, before;
		struct form f;
		struct form_object o;
		memset(&p, 0x5a, sizeof p);
		before = p;
		(void)snprintf(text, sizeof text, "{\"a\":1%s%s}", cases[i].value ? ",\"x\":" : "",
			cases[i].value ? cases[i].value : "");
		o = begin(&f, text);
		cases[i].read(&f, &o, &p);
		if (f.verdict != cases[i].verdict)
			fail_msg("%s: %s", text, verdict_name(f.verdict));
		if (f.verdict == VERDICT_OK) {
			assert_memory_not_equal(&p, &before, sizeof p);
			continue;
		}
		assert_string_equal(f.field, "top.x");
		if (cases[i].read == read_text) /* strings alone are emptied */
			p.text[0] = 0x5a;
		assert_memory_equal(&p, &before, sizeof p);
	}
}

static void the_first_mistake_stays(void **state)
{
	struct form f;
	struct form_object o = begin(&f, "{\"a\":\"x\",\"b\":900,\"c\":true}");
	int64_t number = 5;
	bool truth = false;

	(void)state;
	form_int(&f, &o, "b", 0, 899, &number);
	assert_int_equal(f.verdict, VERDICT_OUT_OF_RANGE);
	form_int(&f, &o, "a", 0, 899, &number);
	form_bool(&f, &o, "c", &truth);
	form_leave(&f, &o);
	assert_int_equal(f.verdict, VERDICT_OUT_OF_RANGE);
	assert_string_equal(f.field, "top.b");
	assert_int_equal(number, 5);
	assert_false(truth);
	assert_int_equal(form_member(&f, &o, "a", true), JSON_NONE);
}

static void unknown_members_are_named(void **state)
{
	struct form f;
	struct form_object o = begin(&f, "{\"a\":1,\"B\":{\"c\":2},\"d\":3}");
	int64_t number;

	(void)state;
	form_int(&f, &o, "a", 0, 9, &number);
	assert_true(form_has(&f, &o, "d"));
	assert_false(form_has(&f, &o, "b")); /* another case is another name */
	form_leave(&f, &o);
	assert_int_equal(f.verdict, VERDICT_BAD_FIELD);
	assert_string_equal(f.field, "top.B");
	o = begin(&f, "{\"a\":1,\"d\":3}");
	form_int(&f, &o, "a", 0, 9, &number);
	assert_true(form_has(&f, &o, "d"));
	form_leave(&f, &o);
	assert_int_equal(f.verdict, VERDICT_OK);
}

/* A name of the sender's choice comes back in the refusal: it must not be cut within a character,
 * for the refusal is JSON. */
static void a_long_name_is_never_cut_within_a_character(void **state)
{
	(void)state;
	for (size_t pad = 0; pad < 80; pad++) {
		char text[256], name[128] = "";
		struct form f;
		struct form_object o;
		size_t n;
		memset(name, 'x', pad);
		memcpy(name + pad, "\xf0\x9f\x94\x8b\xf0\x9f\x94\x8b\xf0\x9f\x94\x8b", 13);
		(void)snprintf(text, sizeof text, "{\"%s\":1}", name);
		begin(&f, text);
		o = form_enter(&f, 0, "parameters.contract.min_quantity.");
		form_leave(&f, &o);
		assert_int_equal(f.verdict, VERDICT_BAD_FIELD);
		n = strlen(f.field);
		assert_true(n < FORM_FIELD_MAX);
		assert_true((f.field[n - 1] & 0x80) == 0 || (uint8_t)f.field[n - 1] == 0x8b);
	}
}

static void only_objects_are_entered(void **state)
{
	static const char *const others[] = {"[]", "1", "\"x\"", "true", "null"};
	struct form f;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		(void)begin(&f, others[i]);
		assert_int_equal(f.verdict, VERDICT_BAD_FIELD);
		assert_string_equal(f.field, "top");
	}
	(void)begin(&f, "{}");
	(void)form_enter(&f, JSON_NONE, "");
	assert_int_equal(f.verdict, VERDICT_BAD_FIELD);
	assert_string_equal(f.field, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reader_takes_its_own_only),
		cmocka_unit_test(the_first_mistake_stays),
		cmocka_unit_test(unknown_members_are_named),
		cmocka_unit_test(a_long_name_is_never_cut_within_a_character),
		cmocka_unit_test(only_objects_are_entered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
