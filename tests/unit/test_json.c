#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "wire/json.h"

static struct json_node nodes[64];
static const struct json_limits any = {JSON_PROFILE_ANY, 4096, 64};

static struct json_doc doc_of(const char *text)
{
	struct json_doc doc = {.nodes = nodes, .node_max = 64};

	assert_int_equal(json_read(&doc, text, strlen(text), &any, NULL), JSON_OK);
	return doc;
}

static void members_are_found_by_their_exact_decoded_name(void **state)
{
	struct json_doc doc = doc_of("{\"a\":1,\"\\u0062c\":[2,{\"d\":3}],\"\":4,\"\\u0000\":5}");

	(void)state;
	assert_int_equal(json_get(&doc, 0, "a"), 2);
	assert_int_equal(json_get(&doc, 0, "bc"), 4);
	assert_int_equal(json_get(&doc, 0, ""), 10);
	assert_int_equal(json_get(&doc, 0, "A"), JSON_NONE);
	assert_int_equal(json_get(&doc, 0, "b"), JSON_NONE);
	assert_int_equal(json_get(&doc, 0, "bcd"), JSON_NONE);
	assert_int_equal(json_get(&doc, 0, "d"), JSON_NONE);
	assert_int_equal(json_get(&doc, 4, "a"), JSON_NONE);
	assert_int_equal(json_get(&doc, 6, "d"), 8);
	assert_int_equal(json_get(&doc, 13, "a"), JSON_NONE);
	assert_int_equal(json_get(&doc, JSON_NONE, "a"), JSON_NONE);
}

static void iteration_meets_every_child_once(void **state)
{
	struct json_doc doc = doc_of("[[],{},{\"k\":[1,2]},3]");

	(void)state;
	assert_int_equal(doc.nodes[0].count, 4);
	assert_int_equal(json_first(&doc, 0), 1);
	assert_int_equal(json_first(&doc, 1), JSON_NONE);
	assert_int_equal(json_next(&doc, 1), 2);
	assert_int_equal(json_first(&doc, 2), JSON_NONE);
	assert_int_equal(json_next(&doc, 2), 3);
	assert_int_equal(doc.nodes[3].count, 1);
	assert_int_equal(json_first(&doc, 3), 4);
	assert_int_equal(json_next(&doc, 4), 5);
	assert_int_equal(json_next(&doc, 5), JSON_NONE);
	assert_int_equal(json_next(&doc, 6), 7);
	assert_int_equal(json_next(&doc, 7), JSON_NONE);
	assert_int_equal(json_next(&doc, 3), 8);
	assert_int_equal(json_first(&doc, 8), JSON_NONE);
	assert_int_equal(json_next(&doc, 8), JSON_NONE);
	assert_int_equal(json_next(&doc, 0), JSON_NONE);
	assert_int_equal(json_next(&doc, 9), JSON_NONE);
	assert_int_equal(json_first(&doc, 9), JSON_NONE);
	assert_int_equal(json_type(&doc, 3), JSON_OBJECT);
	assert_int_equal(json_type(&doc, 9), JSON_NULL);
}

static void nodes_tell_their_raw_text(void **state)
{
	const char *text = " [ \"x\\n\" , 1.50 ] ";
	struct json_doc doc = doc_of(text);

	(void)state;
	assert_int_equal(doc.nodes[0].start, 1);
	assert_int_equal(doc.nodes[0].end, strlen(text) - 1);
	assert_memory_equal(text + doc.nodes[1].start, "\"x\\n\"", 5);
	assert_int_equal(doc.nodes[1].end - doc.nodes[1].start, 5);
	assert_memory_equal(text + doc.nodes[2].start, "1.50", 4);
	assert_int_equal(doc.nodes[2].end - doc.nodes[2].start, 4);
}

static void strings_compare_decoded(void **state)
{
	struct json_doc doc = doc_of("[\"sell\",\"s\\u0065ll\",\"\",\"\\u00e9\",\"a\\u0000b\",1]");

	(void)state;
	assert_true(json_is(&doc, 1, "sell"));
	assert_true(json_is(&doc, 2, "sell"));
	assert_false(json_is(&doc, 1, "sel"));
	assert_false(json_is(&doc, 2, "sel"));
	assert_false(json_is(&doc, 1, "sells"));
	assert_false(json_is(&doc, 2, "sells"));
	assert_false(json_is(&doc, 2, "sexl"));
	assert_true(json_is(&doc, 3, ""));
	assert_true(json_is(&doc, 4, "\xC3\xA9"));
	assert_false(json_is(&doc, 4, "\xC3"));
	assert_false(json_is(&doc, 5, "a"));
	assert_false(json_is(&doc, 6, "1"));
	assert_false(json_is(&doc, 0, ""));
	assert_false(json_is(&doc, 7, ""));
}

static void strings_decode_into_the_room_they_have(void **state)
{
	struct json_doc doc = doc_of("[\"abc\",\"\\ud83d\\ude02\\n\\/\",\"\\u0000\",1,\"\"]");
	char buf[8] = "?";
	size_t len = 99;

	(void)state;
	assert_true(json_string(&doc, 1, buf, 4, &len));
	assert_string_equal(buf, "abc");
	assert_int_equal(len, 3);
	assert_true(json_string(&doc, 2, buf, 7, &len));
	assert_string_equal(buf, "\xF0\x9F\x98\x82\n/");
	assert_int_equal(len, 6);
	assert_true(json_string(&doc, 5, buf, 1, NULL));
	assert_string_equal(buf, "");

	strcpy(buf, "same");
	len = 99;
	assert_false(json_string(&doc, 1, buf, 3, &len));
	assert_false(json_string(&doc, 2, buf, 6, &len));
	assert_false(json_string(&doc, 5, buf, 0, &len));
	assert_false(json_string(&doc, 3, buf, 8, &len));
	assert_false(json_string(&doc, 4, buf, 8, &len));
	assert_false(json_string(&doc, 6, buf, 8, &len));
	assert_string_equal(buf, "same");
	assert_int_equal(len, 99);
}

static void integers_are_read_by_their_digits(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t want;
	} cases[] = {
		{"0", true, 0},
		{"-0", true, 0},
		{"-7", true, -7},
		{"9007199254740993", true, 9007199254740993},
		{"9223372036854775807", true, INT64_MAX},
		{"9223372036854775808", false, 42},
		{"-9223372036854775808", true, INT64_MIN},
		{"-9223372036854775809", false, 42},
		{"92233720368547758070", false, 42},
		{"1.0", false, 42},
		{"1e0", false, 42},
		{"\"1\"", false, 42},
		{"true", false, 42},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_doc doc = doc_of(cases[i].text);
		int64_t value = 42;

		assert_int_equal(json_int64(&doc, 0, &value), cases[i].ok);
		assert_int_equal(value, cases[i].want);
	}
}

static void hundredths_are_read_by_their_digits(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t want;
	} cases[] = {
		{"0.72", true, 72},
		{"0.29", true, 29}, /* 28.999... through a double */
		{"1", true, 100},
		{"1.5", true, 150},
		{"0.05", true, 5},
		{"-1.05", true, -105},
		{"-0.0", true, 0},
		{"0.725", false, 42},
		{"0.720", false, 42},
		{"0.00", true, 0},
		{"0.000", false, 42},
		{"1e0", false, 42},
		{"1.5e0", false, 42},
		{"92233720368547758.07", true, INT64_MAX},
		{"92233720368547758.08", false, 42},
		{"-92233720368547758.08", true, INT64_MIN},
		{"92233720368547759", false, 42},
		{"922337203685477590", false, 42},
		{"\"0.72\"", false, 42},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_doc doc = doc_of(cases[i].text);
		int64_t value = 42;

		assert_int_equal(json_hundredths(&doc, 0, &value), cases[i].ok);
		assert_int_equal(value, cases[i].want);
	}
}

static void a_refused_document_has_no_nodes(void **state)
{
	struct json_doc doc = {.nodes = nodes, .node_max = 64};
	int64_t value = 42;
	char buf[4];

	(void)state;
	assert_int_equal(json_read(&doc, "{\"a\":1", 6, &any, NULL), JSON_CUT_OFF);
	assert_int_equal(doc.node_count, 0);
	assert_int_equal(json_get(&doc, 0, "a"), JSON_NONE);
	assert_int_equal(json_first(&doc, 0), JSON_NONE);
	assert_int_equal(json_next(&doc, 0), JSON_NONE);
	assert_false(json_is(&doc, 1, "a"));
	assert_false(json_string(&doc, 1, buf, sizeof buf, NULL));
	assert_false(json_int64(&doc, 2, &value));
}

static void every_rule_has_a_sentence(void **state)
{
	(void)state;
	for (unsigned i = 0; i < JSON_RULE_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(json_rule_text((enum json_rule)i),
				json_rule_text((enum json_rule)j));
	assert_string_equal(json_rule_text(JSON_RULE_COUNT), "unknown rule");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_by_their_exact_decoded_name),
		cmocka_unit_test(iteration_meets_every_child_once),
		cmocka_unit_test(nodes_tell_their_raw_text),
		cmocka_unit_test(strings_compare_decoded),
		cmocka_unit_test(strings_decode_into_the_room_they_have),
		cmocka_unit_test(integers_are_read_by_their_digits),
		cmocka_unit_test(hundredths_are_read_by_their_digits),
		cmocka_unit_test(a_refused_document_has_no_nodes),
		cmocka_unit_test(every_rule_has_a_sentence),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
