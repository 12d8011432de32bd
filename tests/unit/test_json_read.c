#include <dirent.h>
#include <string.h>
#include "tests/lib/vectors.h"
#include "wire/json.h"

enum { NODES = 4096 };

static struct json_node nodes[NODES];
static const struct json_limits any = {JSON_PROFILE_ANY, 1 << 20, 64};

static enum json_rule read_as(const struct json_limits *limits, const char *text, size_t len)
{
	struct json_doc doc = {.nodes = nodes, .node_max = NODES};
	/* A copy of exactly this size, so that a sanitizer sees a byte read too many. */
	char *copy = malloc(len + (len == 0));
	enum json_rule rule;

	assert_non_null(copy);
	memcpy(copy, text, len);
	rule = json_read(&doc, copy, len, limits, NULL);
	assert_int_equal(doc.node_count > 0, rule == JSON_OK);
	free(copy);
	return rule;
}

struct rule_case {
	const char *text;
	enum json_rule any;
	enum json_rule message;
};

static void check_cases(const struct rule_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(cases[i].text);
		enum json_rule got_any = read_as(&any, cases[i].text, len);
		enum json_rule got_message = read_as(&json_limits_message, cases[i].text, len);

		if (got_any != cases[i].any || got_message != cases[i].message)
			print_error("%s: %s / %s\n", cases[i].text, json_rule_text(got_any),
				json_rule_text(got_message));
		assert_int_equal(got_any, cases[i].any);
		assert_int_equal(got_message, cases[i].message);
	}
}

#define CHECK(cases) check_cases((cases), sizeof(cases) / sizeof *(cases))

static void structure_is_that_of_the_grammar(void **state)
{
	static const struct rule_case cases[] = {
		{"", JSON_CUT_OFF, JSON_CUT_OFF},
		{" \t\r\n", JSON_CUT_OFF, JSON_CUT_OFF},
		{"null", JSON_OK, JSON_OK},
		{" true ", JSON_OK, JSON_OK},
		{"nul", JSON_VALUE_EXPECTED, JSON_VALUE_EXPECTED},
		{"True", JSON_VALUE_EXPECTED, JSON_VALUE_EXPECTED},
		{"\f1", JSON_VALUE_EXPECTED, JSON_VALUE_EXPECTED},
		{"[]", JSON_OK, JSON_OK},
		{"[1,]", JSON_VALUE_EXPECTED, JSON_VALUE_EXPECTED},
		{"[,1]", JSON_VALUE_EXPECTED, JSON_VALUE_EXPECTED},
		{"[1 2]", JSON_SEPARATOR_EXPECTED, JSON_SEPARATOR_EXPECTED},
		{"[1}", JSON_SEPARATOR_EXPECTED, JSON_SEPARATOR_EXPECTED},
		{"[1", JSON_CUT_OFF, JSON_CUT_OFF},
		{"[1,", JSON_CUT_OFF, JSON_CUT_OFF},
		{"{}", JSON_OK, JSON_OK},
		{"{\"a\":1}", JSON_OK, JSON_OK},
		{"{\"a\":1]", JSON_SEPARATOR_EXPECTED, JSON_SEPARATOR_EXPECTED},
		{"{\"a\":1,}", JSON_NAME_EXPECTED, JSON_NAME_EXPECTED},
		{"{a:1}", JSON_NAME_EXPECTED, JSON_NAME_EXPECTED},
		{"{\"a\" 1}", JSON_COLON_EXPECTED, JSON_COLON_EXPECTED},
		{"{\"a\"", JSON_CUT_OFF, JSON_CUT_OFF},
		{"{\"a\":}", JSON_VALUE_EXPECTED, JSON_VALUE_EXPECTED},
		{"1 2", JSON_TRAILING, JSON_TRAILING},
		{"{}}", JSON_TRAILING, JSON_TRAILING},
		{"\xEF\xBB\xBF{}", JSON_BYTE_ORDER_MARK, JSON_BYTE_ORDER_MARK},
		{"[1]//", JSON_TRAILING, JSON_TRAILING},
		{"[[[[]]],[],{},[[]],{\"a\":{}},[1]]", JSON_OK, JSON_OK},
	};

	(void)state;
	CHECK(cases);
	assert_int_equal(read_as(&any, "1\0", 2), JSON_TRAILING);
	assert_int_equal(read_as(&any, "[\0]", 3), JSON_VALUE_EXPECTED);
}

static void duplicate_names_are_refused_at_any_depth(void **state)
{
	static const struct rule_case cases[] = {
		{"{\"a\":1,\"A\":1}", JSON_OK, JSON_OK},
		{"{\"a\":1,\"a\":1}", JSON_DUPLICATE_NAME, JSON_DUPLICATE_NAME},
		{"{\"a\":1,\"\\u0061\":1}", JSON_DUPLICATE_NAME, JSON_DUPLICATE_NAME},
		{"{\"a\":1,\"\\u0062\":1}", JSON_OK, JSON_OK},
		{"{\"\":1,\"\":1}", JSON_DUPLICATE_NAME, JSON_DUPLICATE_NAME},
		{"{\"/\":1,\"\\/\":1}", JSON_DUPLICATE_NAME, JSON_DUPLICATE_NAME},
		{"[{\"b\":{\"x\":1,\"y\":{},\"x\":2}}]", JSON_DUPLICATE_NAME, JSON_DUPLICATE_NAME},
		{"{\"a\":{\"a\":{\"a\":1}}}", JSON_OK, JSON_OK},
		{"{\"\xF0\x9F\x98\x82\":1,\"\\ud83d\\ude02\":1}", JSON_DUPLICATE_NAME,
			JSON_DUPLICATE_NAME},
	};

	(void)state;
	CHECK(cases);
}

/* n members, the second half of which repeat names of the first from index `from` on. */
static size_t big_object(char *text, unsigned n, unsigned repeat_at, unsigned repeat_of)
{
	size_t len = 0;

	text[len++] = '{';
	for (unsigned i = 0; i < n; i++)
		len += (size_t)sprintf(text + len, "%s\"k%u\":0", i ? "," : "",
			(i == repeat_at ? repeat_of : i) * 7919 % 100003);
	text[len++] = '}';
	return len;
}

static void duplicates_are_found_wherever_they_stand_in_big_objects(void **state)
{
	static char text[64 * 1024];

	(void)state;
	for (unsigned n = 2; n < 40; n++)
		for (unsigned at = 0; at < n; at++)
			for (unsigned of = 0; of <= at; of++) {
				size_t len = big_object(text, n, at, of);
				enum json_rule want = at == of ? JSON_OK : JSON_DUPLICATE_NAME;

				assert_int_equal(read_as(&any, text, len), want);
			}
	assert_int_equal(read_as(&any, text, big_object(text, 2000, 1999, 3)), JSON_DUPLICATE_NAME);
	assert_int_equal(read_as(&any, text, big_object(text, 2000, 0, 0)), JSON_OK);
}

static void numbers_have_their_bounds(void **state)
{
	static const struct rule_case cases[] = {
		{"0", JSON_OK, JSON_OK},
		{"-0", JSON_OK, JSON_NUMBER_INTEGER},
		{"-1", JSON_OK, JSON_OK},
		{"01", JSON_BAD_NUMBER, JSON_BAD_NUMBER},
		{"+1", JSON_VALUE_EXPECTED, JSON_VALUE_EXPECTED},
		{"-", JSON_BAD_NUMBER, JSON_BAD_NUMBER},
		{"1.", JSON_BAD_NUMBER, JSON_BAD_NUMBER},
		{".1", JSON_VALUE_EXPECTED, JSON_VALUE_EXPECTED},
		{"1e", JSON_BAD_NUMBER, JSON_BAD_NUMBER},
		{"1e+", JSON_BAD_NUMBER, JSON_BAD_NUMBER},
		{"0x1", JSON_TRAILING, JSON_TRAILING},
		{"9007199254740991", JSON_OK, JSON_OK},
		{"9007199254740992", JSON_OK, JSON_NUMBER_INTEGER},
		{"-9007199254740991", JSON_OK, JSON_OK},
		{"-9007199254740992", JSON_OK, JSON_NUMBER_INTEGER},
		{"10000000000000000", JSON_OK, JSON_NUMBER_INTEGER},
		{"0.72", JSON_OK, JSON_OK},
		{"0.725", JSON_OK, JSON_NUMBER_DECIMAL},
		{"-0.72", JSON_OK, JSON_NUMBER_DECIMAL},
		{"1234567890123.45", JSON_OK, JSON_OK},
		{"12345678901234.56", JSON_OK, JSON_NUMBER_DECIMAL},
		{"1e2", JSON_OK, JSON_NUMBER_EXPONENT},
		{"1E-2", JSON_OK, JSON_NUMBER_EXPONENT},
		{"1.7976931348623157e308", JSON_OK, JSON_NUMBER_EXPONENT},
		{"1.7976931348623158e308", JSON_OK, JSON_NUMBER_EXPONENT},
		{"1.7976931348623159e308", JSON_NUMBER_RANGE, JSON_NUMBER_EXPONENT},
		{"1e308", JSON_OK, JSON_NUMBER_EXPONENT},
		{"-1e309", JSON_NUMBER_RANGE, JSON_NUMBER_EXPONENT},
		{"1e999", JSON_NUMBER_RANGE, JSON_NUMBER_EXPONENT},
		{"1e-999", JSON_OK, JSON_NUMBER_EXPONENT},
		{"0e999", JSON_OK, JSON_NUMBER_EXPONENT},
		{"1e99999999999999999999", JSON_NUMBER_RANGE, JSON_NUMBER_EXPONENT},
	};
	char digits[400];

	(void)state;
	CHECK(cases);
	memset(digits, '9', sizeof digits);
	assert_int_equal(read_as(&any, digits, 308), JSON_OK);
	assert_int_equal(read_as(&any, digits, 309), JSON_NUMBER_RANGE);
	digits[0] = '1';
	memset(digits + 1, '0', sizeof digits - 1);
	assert_int_equal(read_as(&any, digits, 309), JSON_OK);
	assert_int_equal(read_as(&any, digits, 310), JSON_NUMBER_RANGE);
}

static void strings_hold_what_their_profile_allows(void **state)
{
	static const struct rule_case cases[] = {
		{"\"\\\"\\\\\\/\"", JSON_OK, JSON_OK},
		{"\"\\b\"", JSON_OK, JSON_CONTROL_ESCAPED},
		{"\"\\n\"", JSON_OK, JSON_CONTROL_ESCAPED},
		{"\"\\u0000\"", JSON_OK, JSON_CONTROL_ESCAPED},
		{"\"\\u001F\"", JSON_OK, JSON_CONTROL_ESCAPED},
		{"\"\\u0020\"", JSON_OK, JSON_OK},
		{"\"\\u007e\"", JSON_OK, JSON_OK},
		{"\"\\u007f\"", JSON_OK, JSON_CONTROL_ESCAPED},
		{"\"\\u009f\"", JSON_OK, JSON_CONTROL_ESCAPED},
		{"\"\\u00a0\"", JSON_OK, JSON_OK},
		{"\"\x1f\"", JSON_CONTROL_RAW, JSON_CONTROL_RAW},
		{"\"\n\"", JSON_CONTROL_RAW, JSON_CONTROL_RAW},
		{"\"\x7f\"", JSON_OK, JSON_CONTROL_RAW},
		{"\"\xC2\x9F\"", JSON_OK, JSON_CONTROL_RAW},
		{"\"\xC2\xA0\"", JSON_OK, JSON_OK},
		{"\"\xC2", JSON_BAD_UTF8, JSON_BAD_UTF8},
		{"{\"\x7f\":1}", JSON_OK, JSON_CONTROL_RAW},
		{"{\"\\t\":1}", JSON_OK, JSON_CONTROL_ESCAPED},
		{"\"\\a\"", JSON_BAD_ESCAPE, JSON_BAD_ESCAPE},
		{"\"\\u00g0\"", JSON_BAD_ESCAPE, JSON_BAD_ESCAPE},
		{"\"\\U0041\"", JSON_BAD_ESCAPE, JSON_BAD_ESCAPE},
		{"\"\\u12\"", JSON_BAD_ESCAPE, JSON_BAD_ESCAPE},
		{"\"\\u12", JSON_CUT_OFF, JSON_CUT_OFF},
		{"\"\\", JSON_CUT_OFF, JSON_CUT_OFF},
		{"\"abc", JSON_CUT_OFF, JSON_CUT_OFF},
		{"\"\\uD7FF\\uE000\"", JSON_OK, JSON_OK},
		{"\"\\uD800\\uDC00\"", JSON_OK, JSON_OK},
		{"\"\\uDBFF\\uDFFF\"", JSON_OK, JSON_OK},
		{"\"\\uD800\"", JSON_LONE_SURROGATE, JSON_LONE_SURROGATE},
		{"\"\\uDC00\"", JSON_LONE_SURROGATE, JSON_LONE_SURROGATE},
		{"\"\\uDC00\\uDC00\"", JSON_LONE_SURROGATE, JSON_LONE_SURROGATE},
		{"\"\\uD800\\uD800\"", JSON_LONE_SURROGATE, JSON_LONE_SURROGATE},
		{"\"\\uD800\\uE000\"", JSON_LONE_SURROGATE, JSON_LONE_SURROGATE},
		{"\"\\uD800abcdef\"", JSON_LONE_SURROGATE, JSON_LONE_SURROGATE},
	};

	(void)state;
	CHECK(cases);
	assert_int_equal(read_as(&any, "\"\0\"", 3), JSON_CONTROL_RAW);
}

/* A text of `depth` arrays within each other. */
static enum json_rule read_nested(const struct json_limits *limits, size_t depth)
{
	char text[256];

	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	return read_as(limits, text, 2 * depth);
}

static void limits_hold_on_both_sides(void **state)
{
	struct json_doc doc = {.nodes = nodes, .node_max = 4};
	struct json_limits short_text = {JSON_PROFILE_ANY, 3, 1};
	char message[2049] = "\"";

	(void)state;
	assert_int_equal(read_nested(&json_limits_message, 4), JSON_OK);
	assert_int_equal(read_nested(&json_limits_message, 5), JSON_TOO_DEEP);
	assert_int_equal(read_nested(&any, 64), JSON_OK);
	assert_int_equal(read_nested(&any, 65), JSON_TOO_DEEP);
	assert_int_equal(read_as(&short_text, "123", 3), JSON_OK);
	assert_int_equal(read_as(&short_text, "1234", 4), JSON_TEXT_TOO_LONG);
	assert_int_equal(read_as(&short_text, "[1]", 3), JSON_OK);

	memset(message + 1, 'x', sizeof message - 1);
	message[2047] = '"';
	message[2048] = ' ';
	assert_int_equal(read_as(&json_limits_message, message, 2048), JSON_OK);
	assert_int_equal(read_as(&json_limits_message, message, 2049), JSON_TEXT_TOO_LONG);

	assert_int_equal(json_read(&doc, "[1,2,3]", 7, &any, NULL), JSON_OK);
	assert_int_equal(json_read(&doc, "[1,2,3,4]", 9, &any, NULL), JSON_TOO_MANY_NODES);
	assert_int_equal(json_read(&doc, "{\"a\":[]}", 8, &any, NULL), JSON_OK);
	assert_int_equal(
		json_read(&doc, "{\"a\":{},\"b\":0}", 14, &any, NULL), JSON_TOO_MANY_NODES);
}

static void refusal_tells_where(void **state)
{
	static const struct {
		const char *text;
		struct json_error want;
	} cases[] = {
		{"", {0, 1, 1, JSON_CUT_OFF}},
		{"x", {0, 1, 1, JSON_VALUE_EXPECTED}},
		{"[\n 1,\n  x]", {8, 3, 3, JSON_VALUE_EXPECTED}},
		{"{\"a\":1,\n\"b\":2,\"a\":3,\"b\":4}", {14, 2, 7, JSON_DUPLICATE_NAME}},
		{"[\"ab\\x\"]", {4, 1, 5, JSON_BAD_ESCAPE}},
		{"[\"ab\xC0\xAF\"]", {4, 1, 5, JSON_BAD_UTF8}},
		{"[1.x]", {3, 1, 4, JSON_BAD_NUMBER}},
		{"[-1e999]", {1, 1, 2, JSON_NUMBER_RANGE}},
		{"\n\n[1]\n]", {6, 4, 1, JSON_TRAILING}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_doc doc = {.nodes = nodes, .node_max = NODES};
		const struct json_error *want = &cases[i].want;
		struct json_error err = {99, 99, 99, JSON_OK};

		assert_int_equal(json_read(&doc, "1", 1, &any, &err), JSON_OK);
		assert_int_equal(err.offset, 99);
		assert_int_equal(json_read(&doc, cases[i].text, strlen(cases[i].text), &any, &err),
			want->rule);
		assert_int_equal(err.rule, want->rule);
		assert_int_equal(err.offset, want->offset);
		assert_int_equal(err.line, want->line);
		assert_int_equal(err.column, want->column);
	}
}

struct suite_count {
	unsigned accepted, refused;
};

/* One file of the JSON test suite: y_ must be accepted, n_ refused. Of those left to the reader
 * (i_) I-JSON refuses what is no Unicode or no double. */
static void check_suite_file(const char *folder, const char *name, struct suite_count *count)
{
	char path[1400];
	size_t len;
	char *text;
	enum json_rule rule;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	text = vectors_read(path, &len);
	rule = read_as(&any, text, len);
	free(text);
	if (rule == JSON_OK)
		count->accepted++;
	else
		count->refused++;
	if (name[0] == 'n' && rule == JSON_OK)
		fail_msg("%s is accepted", name);
	if (strncmp(name, "y_object_duplicated_key", 23) == 0)
		assert_int_equal(rule, JSON_DUPLICATE_NAME);
	else if (name[0] == 'y' && rule != JSON_OK)
		fail_msg("%s is refused: %s", name, json_rule_text(rule));
	/* Those that are valid I-JSON: too precise or too small for a double, which is rounded. */
	if (name[0] == 'i' && rule == JSON_OK)
		assert_true(strstr(name, "_int.json") || strstr(name, "underflow") ||
			    strstr(name, "huge_neg_exp"));
}

static void json_test_suite(void **state)
{
	struct suite_count y = {0}, n = {0}, i = {0};
	const char *folder = vectors_path("vectors/jsontestsuite/test_parsing");
	DIR *dir = opendir(folder);
	struct dirent *entry;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (strchr("yni", entry->d_name[0]))
			check_suite_file(folder, entry->d_name,
				entry->d_name[0] == 'y'   ? &y
				: entry->d_name[0] == 'n' ? &n
							  : &i);
	(void)closedir(dir);
	assert_int_equal(n.refused, 188);
	assert_int_equal(y.accepted, 93);
	assert_int_equal(y.refused, 2);
	assert_int_equal(i.accepted, 5);
	assert_int_equal(i.refused, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structure_is_that_of_the_grammar),
		cmocka_unit_test(duplicate_names_are_refused_at_any_depth),
		cmocka_unit_test(duplicates_are_found_wherever_they_stand_in_big_objects),
		cmocka_unit_test(numbers_have_their_bounds),
		cmocka_unit_test(strings_hold_what_their_profile_allows),
		cmocka_unit_test(limits_hold_on_both_sides),
		cmocka_unit_test(refusal_tells_where),
		cmocka_unit_test(json_test_suite),
	};

	return cmocka_run_group_tests_name("json_read", tests, NULL, NULL);
}
