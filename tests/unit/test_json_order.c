#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "wire/json_order.h"

static struct json_node nodes[20000];
static const struct json_limits any = {JSON_PROFILE_ANY, 1 << 20, 64};

static struct json_doc doc_of(const char *text)
{
	struct json_doc doc = {.nodes = nodes, .node_max = sizeof nodes / sizeof *nodes};

	assert_int_equal(json_read(&doc, text, strlen(text), &any, NULL), JSON_OK);
	return doc;
}

static void strings_are_ordered_by_their_utf16_code_units(void **state)
{
	/* In rising order: raw and escaped, U+FB33 above U+1F602 (D83D DE02). */
	struct json_doc doc = doc_of("[\"\",\"\\u0000\",\"\\n\",\"1\",\"10\",\"\\u0061\",\"aa\","
				     "\"\x7f\",\"\xC2\x80\",\"\xC3\xB6\",\"\xE2\x82\xAC\","
				     "\"\xED\x9F\xBF\",\"\\ud800\\udc00\",\"\xF0\x9F\x98\x82\","
				     "\"\\uD83D\\uDE03\",\"\xEE\x80\x80\",\"\xEF\xAC\xB3\","
				     "\"\\uffff\"]");

	(void)state;
	for (uint32_t a = 1; a < doc.node_count; a++)
		for (uint32_t b = 1; b < doc.node_count; b++) {
			int order = json_order_compare(&doc, a, b);

			assert_int_equal((order > 0) - (order < 0), (a > b) - (a < b));
		}
}

static void equal_strings_are_equal_however_written(void **state)
{
	struct json_doc doc = doc_of("[\"a\xC3\xA9\",\"\\u0061\\u00e9\",\"a\\u00E9\"]");

	(void)state;
	for (uint32_t a = 1; a <= 3; a++)
		for (uint32_t b = 1; b <= 3; b++)
			assert_int_equal(json_order_compare(&doc, a, b), 0);
}

/* n members in an order that depends on step, which is coprime to n. */
static void check_sorted(unsigned n, unsigned step)
{
	static char text[256 * 1024];
	size_t len = 0;
	struct json_doc doc;
	unsigned seen = 0;
	uint32_t last = JSON_NONE;

	text[len++] = '{';
	for (unsigned i = 0; i < n; i++)
		len += (size_t)sprintf(text + len, "%s\"%u\":[{}]", i ? "," : "", i * step % n + 1);
	text[len++] = '}';
	text[len] = '\0';
	doc = doc_of(text);
	for (uint32_t name = doc.nodes[0].sorted; name != JSON_NONE;
		name = doc.nodes[name].sorted) {
		if (last != JSON_NONE)
			assert_true(json_order_compare(&doc, last, name) < 0);
		last = name;
		seen++;
	}
	assert_int_equal(seen, n);
}

static void members_are_sorted_in_objects_of_any_size(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 70; n++) {
		check_sorted(n, 1);
		check_sorted(n, n + 1);
		check_sorted(n, n > 1 ? n - 1 : 1);
	}
	check_sorted(4999, 1);
	check_sorted(4999, 4998);
	check_sorted(4999, 1234);
}

static void the_earliest_duplicate_is_told(void **state)
{
	struct json_doc doc = {.nodes = nodes, .node_max = 64};
	struct json_error err;
	const char *text = "{\"c\":1,\"b\":2,\"a\":3,\"b\":4,\"c\":5,\"b\":6,\"a\":7}";

	(void)state;
	assert_int_equal(json_read(&doc, text, strlen(text), &any, &err), JSON_DUPLICATE_NAME);
	assert_int_equal(err.offset, 19);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_ordered_by_their_utf16_code_units),
		cmocka_unit_test(equal_strings_are_equal_however_written),
		cmocka_unit_test(members_are_sorted_in_objects_of_any_size),
		cmocka_unit_test(the_earliest_duplicate_is_told),
	};

	return cmocka_run_group_tests_name("json_order", tests, NULL, NULL);
}
