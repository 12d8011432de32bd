/* Bounded writing of JSON: each writer at the last byte that fits and one less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/out.h"

static void bytes(struct out *o)
{
	out_bytes(o, "abc", 3);
}

static void formatted(struct out *o)
{
	out_printf(o, "%d-%s", 42, "x");
}

static void string(struct out *o)
{
	out_string(o, "a\"b\\c\b\t\n\f\r\x01\x1f/\xc3\xa4\x7f");
}

static void empty_string(struct out *o)
{
	out_string(o, "");
}

static void hex(struct out *o)
{
	out_hex(o, "\x00\xab\xff", 3);
}

static void base64url(struct out *o)
{
	out_base64url(o, "\xfb\xff\xfe\x01", 4);
}

static void cpf_whole(struct out *o)
{
	out_cpf(o, 100);
}

static void cpf_tenths(struct out *o)
{
	out_cpf(o, 70);
}

static void cpf_hundredths_(struct out *o)
{
	out_cpf(o, 1);
}

static const struct {
	void (*write)(struct out *out);
	const char *text;
} writers[] = {
	{bytes, "abc"},
	{formatted, "42-x"},
	{string, "\"a\\\"b\\\\c\\b\\t\\n\\f\\r\\u0001\\u001f/\xc3\xa4\x7f\""},
	{empty_string, "\"\""},
	{hex, "\"00abff\""},
	{base64url, "\"-__-AQ\""},
	{cpf_whole, "1"},
	{cpf_tenths, "0.7"},
	{cpf_hundredths_, "0.01"},
};

static void each_writer_fits_or_says_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
		size_t len = strlen(writers[i].text);
		/* Exactly as large as said, so that a sanitizer sees any byte beyond. */
		for (size_t size = 0; size <= len + 2; size++) {
			char *room = malloc(size ? size : 1);
			struct out o;
			assert_non_null(room);
			out_init(&o, room, size);
			writers[i].write(&o);
			assert_int_equal(out_end(&o), size > len ? len : 0);
			assert_int_equal(o.full, size <= len);
			if (size > len)
				assert_string_equal(room, writers[i].text);
			else if (size > 0)
				assert_true(strlen(room) < size);
			free(room);
		}
	}
}

static void once_full_stays_full(void **state)
{
	char room[8];
	struct out o;

	(void)state;
	out_init(&o, room, sizeof room);
	out_bytes(&o, "123456", 6);
	assert_int_equal(out_end(&o), 6);
	out_bytes(&o, "78", 2);
	assert_true(o.full);
	out_bytes(&o, "7", 1); /* would fit, but something is missing before it */
	out_printf(&o, "%d", 7);
	out_string(&o, "");
	assert_int_equal(out_end(&o), 0);
	out_init(&o, room, sizeof room);
	assert_false(o.full);
	assert_string_equal(room, "");
}

static void every_cpf_is_as_rfc_8785_writes_it(void **state)
{
	char room[8], want[8];
	struct out o;

	(void)state;
	for (int i = 1; i <= 100; i++) {
		size_t n = (size_t)snprintf(want, sizeof want, "%.2f", i / 100.0);
		while (want[n - 1] == '0')
			want[--n] = '\0';
		if (want[n - 1] == '.')
			want[--n] = '\0';
		out_init(&o, room, sizeof room);
		out_cpf(&o, i);
		assert_string_equal(room, want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_writer_fits_or_says_so),
		cmocka_unit_test(once_full_stays_full),
		cmocka_unit_test(every_cpf_is_as_rfc_8785_writes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
