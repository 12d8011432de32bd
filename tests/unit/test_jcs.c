#include <string.h>
#include "tests/lib/vectors.h"
#include "wire/jcs.h"

enum { NODES = 8192, TEXT = 65536, RANDOM_DOCS = 3000 };

static struct json_node nodes[NODES];
static const struct json_limits any = {JSON_PROFILE_ANY, TEXT, 64};

/* The canonical form of a text, with a NUL, in a buffer of exactly `size` bytes or as needed. */
static size_t canon(const char *text, size_t len, const char *const *skip, char *out, size_t size)
{
	struct json_doc doc = {.nodes = nodes, .node_max = NODES};
	size_t length;

	assert_int_equal(json_read(&doc, text, len, &any, NULL), JSON_OK);
	length = jcs_write(&doc, 0, skip, out, size - 1);
	out[length] = '\0';
	return length;
}

static void check_canon(const char *text, const char *const *skip, const char *want)
{
	char out[256];

	canon(text, strlen(text), skip, out, sizeof out);
	assert_string_equal(out, want);
}

static void documents_take_their_canonical_form(void **state)
{
	static const char *const cases[][2] = {
		{" null ", "null"},
		{"[ ]", "[]"},
		{"{ }", "{}"},
		{"[ 1.0 , [ ] , { } ]", "[1,[],{}]"},
		{"{\"b\":2,\"a\":1}", "{\"a\":1,\"b\":2}"},
		{"{\"b\":{\"d\":[true,false],\"c\":null},\"a\":-0}",
			"{\"a\":0,\"b\":{\"c\":null,\"d\":[true,false]}}"},
		{"\"\\u0000\\u0007\\b\\t\\n\\u000B\\f\\r\\u001F\"",
			"\"\\u0000\\u0007\\b\\t\\n\\u000b\\f\\r\\u001f\""},
		{"\"\\\"\\\\\\/\\u002f\\u0022\"", "\"\\\"\\\\//\\\"\""},
		{"\"\\u007F\\u00e9\\ud83d\\uDE02\"", "\"\x7F\xC3\xA9\xF0\x9F\x98\x82\""},
		{"{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"\\ud83d\\ude02\":4}",
			"{\"\\r\":2,\"\xE2\x82\xAC\":1,\"\xF0\x9F\x98\x82\":4,"
			"\"\xEF\xAC\xB3\":3}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_canon(cases[i][0], NULL, cases[i][1]);
}

static void members_can_be_left_out_of_the_object_itself(void **state)
{
	static const char *const skip[] = {"signature", "clientId", NULL};
	static const char *const none[] = {NULL};
	const char *text = "{\"signature\":\"x\",\"b\":{\"signature\":1},\"clientId\":[1],\"a\":2}";

	(void)state;
	check_canon(text, skip, "{\"a\":2,\"b\":{\"signature\":1}}");
	check_canon(text, none,
		"{\"a\":2,\"b\":{\"signature\":1},\"clientId\":[1],\"signature\":\"x\"}");
	check_canon("{\"signatur\\u0065\":1}", skip, "{}");
	check_canon(
		"{\"signatures\":1,\"Signature\":2}", skip, "{\"Signature\":2,\"signatures\":1}");
	check_canon("[{\"signature\":1}]", skip, "[{\"signature\":1}]");
	check_canon("[\"signature\"]", skip, "[\"signature\"]");
}

static void a_node_within_has_a_form_of_its_own(void **state)
{
	static const char *const skip[] = {"z", NULL};
	struct json_doc doc = {.nodes = nodes, .node_max = NODES};
	const char *text = "{\"p\":{\"z\":1, \"y\":2},\"q\":3}";
	char out[16];

	(void)state;
	assert_int_equal(json_read(&doc, text, strlen(text), &any, NULL), JSON_OK);
	assert_int_equal(jcs_write(&doc, 2, skip, out, sizeof out), 7);
	assert_memory_equal(out, "{\"y\":2}", 7);
	assert_int_equal(jcs_write(&doc, doc.node_count, NULL, out, sizeof out), 0);
	assert_int_equal(jcs_write(&doc, JSON_NONE, NULL, out, sizeof out), 0);
}

static void what_does_not_fit_is_not_written(void **state)
{
	const char *text = "{\"b\\n\":[1,2.50,\"\\u00e9\",{}],\"a\":null,\"c\":[[]]}";
	struct json_doc doc = {.nodes = nodes, .node_max = NODES};
	char out[256];
	size_t need;

	(void)state;
	need = canon(text, strlen(text), NULL, out, sizeof out);
	assert_int_equal(json_read(&doc, text, strlen(text), &any, NULL), JSON_OK);
	for (size_t size = 0; size <= need; size++) {
		char *exact = malloc(size + (size == 0));

		assert_non_null(exact);
		assert_int_equal(jcs_write(&doc, 0, NULL, exact, size), size == need ? need : 0);
		free(exact);
	}
}

static void foreign_vectors(void **state)
{
	static const char *const names[] = {
		"arrays", "french", "structures", "unicode", "values", "weird"};
	static char out[TEXT];
	char name[64];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t len, want_len, hex_len, got;
		char *text, *want, *hex, *at;

		(void)snprintf(name, sizeof name, "vectors/jcs/input/%s.json", names[i]);
		text = vectors_read(vectors_path(name), &len);
		(void)snprintf(name, sizeof name, "vectors/jcs/output/%s.json", names[i]);
		want = vectors_read(vectors_path(name), &want_len);
		(void)snprintf(name, sizeof name, "vectors/jcs/outhex/%s.txt", names[i]);
		hex = vectors_read(vectors_path(name), &hex_len);

		got = canon(text, len, NULL, out, sizeof out);
		while (want_len > 0 && want[want_len - 1] == '\n')
			want_len--;
		assert_int_equal(got, want_len);
		assert_memory_equal(out, want, got);
		at = hex;
		for (size_t j = 0; j < got; j++)
			assert_int_equal((unsigned char)out[j], strtoul(at, &at, 16));
		assert_int_equal(strspn(at, " \r\n"), strlen(at));
		free(text);
		free(want);
		free(hex);
	}
}

static uint64_t random_state;

static unsigned draw(unsigned below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % below;
}

static size_t draw_string(char *out)
{
	static const char *const parts[] = {"a", "Z", "\\u0000", "\\n", "\\\"", "\\\\", "\\/",
		"\x7f", "\xC3\xA9", "\\u00e9", "\xEF\xAC\xB3", "\\ud83d\\ude02", "\xF0\x9F\x98\x82",
		" ", "\\u0041"};
	size_t len = 0;

	out[len++] = '"';
	for (unsigned n = draw(6); n > 0; n--) {
		const char *part = parts[draw(sizeof parts / sizeof *parts)];

		len += (size_t)sprintf(out + len, "%s", part);
	}
	out[len++] = '"';
	return len;
}

static size_t draw_scalar(char *out)
{
	switch (draw(6)) {
	case 0:
		return (size_t)sprintf(out, "%s", draw(2) ? "true" : "null");
	case 1:
		return (size_t)sprintf(out, "%d", (int)draw(2000000) - 1000000);
	case 2:
		return (size_t)sprintf(
			out, "-%u.%ue%d", draw(100), draw(1000000), (int)draw(40) - 20);
	case 3:
		return (size_t)sprintf(out, "%u%u%u.0%u", 1 + draw(9), draw(1u << 30),
			draw(1u << 30), draw(1u << 30));
	default:
		return draw_string(out);
	}
}

static size_t draw_value(char *out, unsigned depth)
{
	size_t len = 0;
	bool object = draw(2);
	unsigned count = draw(depth > 3 ? 1 : 7);

	if (depth > 0 && draw(3) == 0)
		return draw_scalar(out);
	out[len++] = object ? '{' : '[';
	for (unsigned i = 0; i < count; i++) {
		len += (size_t)sprintf(out + len, "%s", i ? " ,\n" : "\t");
		if (object) {
			size_t start = len;

			len += draw_string(out + len);
			/* A number at its front makes the name unique. */
			memmove(out + start + 2, out + start + 1, len - start - 1);
			out[start + 1] = (char)('0' + (i * 5 + 3) % 7);
			len++;
			len += (size_t)sprintf(out + len, " : ");
		}
		len += draw_value(out + len, depth + 1);
	}
	out[len++] = object ? '}' : ']';
	return len;
}

static void the_canonical_form_is_its_own(void **state)
{
	static char text[TEXT * 4], once[TEXT * 4], twice[TEXT * 4];
	const char *given = getenv("SEED");
	unsigned most = 0;

	(void)state;
	random_state = given ? strtoull(given, NULL, 10) : 20250102;
	printf("SEED=%llu\n", (unsigned long long)random_state);
	for (int i = 0; i < RANDOM_DOCS; i++) {
		size_t len = draw_value(text, 0);
		size_t a = canon(text, len, NULL, once, sizeof once);
		size_t b = canon(once, a, NULL, twice, sizeof twice);

		assert_true(a > 0);
		assert_true(a <= len * JCS_GROWTH_MAX);
		assert_int_equal(a, b);
		assert_memory_equal(once, twice, a);
		most = nodes[0].count > most ? nodes[0].count : most;
	}
	assert_true(most == 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_take_their_canonical_form),
		cmocka_unit_test(members_can_be_left_out_of_the_object_itself),
		cmocka_unit_test(a_node_within_has_a_form_of_its_own),
		cmocka_unit_test(what_does_not_fit_is_not_written),
		cmocka_unit_test(foreign_vectors),
		cmocka_unit_test(the_canonical_form_is_its_own),
	};

	return cmocka_run_group_tests_name("jcs", tests, NULL, NULL);
}
