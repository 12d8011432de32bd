/* Clients: who may be added, and that a client is found by its exact id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/home.h"

static struct homes *t;

static int setup(void **state)
{
	(void)state;
	t = calloc(1, sizeof *t);
	homes_init(t);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(t);
	return 0;
}

static struct home_terms terms(const char *id, const char *serial)
{
	struct home_terms h = {.ratings = {.pv_w = 1, .battery_w = 2, .fuse_w = 3}};

	(void)snprintf(h.client_id, sizeof h.client_id, "%s", id);
	(void)snprintf(h.meter_serial, sizeof h.meter_serial, "%s", serial);
	return h;
}

static enum verdict try(const struct home_terms *h, const char **field)
{
	enum verdict v = home_add_check(t, h, field);

	if (v == VERDICT_OK)
		(void)home_add(t, CLIENT_HOME, h);
	return v;
}

static void ids_have_a_form(void **state)
{
	static const struct {
		const char *id;
		bool good;
	} ids[] = {
		{"ab", false},
		{"abc", true},
		{"abcd", true},
		{"0123456789abcdefghijklmnopqrstuv", true}, /* 32 */
		{"0123456789abcdefghijklmnopqrstuvw", false},
		{"Abcd", false},
		{"ab-d", false},
		{"ab/d", false},
		{"ab+d", false},
		{"ab#d", false},
		{"ab d", false},
		{"", false},
		{"\xc3\xa4\xc3\xa4", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		assert_int_equal(client_id_valid(ids[i].id), ids[i].good);
}

static void nothing_is_added_twice(void **state)
{
	const struct home_terms first = terms("home0001", "SN1");
	struct home_terms h;
	const char *field = NULL;

	(void)state;
	assert_int_equal(try(&first, &field), VERDICT_OK);
	assert_string_equal(field, "");
	assert_int_equal(try(&first, &field), VERDICT_EXISTS);
	assert_string_equal(field, "clientId");
	h = terms("home0002", "SN1");
	assert_int_equal(try(&h, &field), VERDICT_EXISTS);
	assert_string_equal(field, "meter_serial");
	h = terms("home0002", "SN");
	assert_int_equal(try(&h, &field), VERDICT_OK);
	h = terms("home0003", ""); /* clients without a meter do not share one */
	assert_int_equal(try(&h, &field), VERDICT_OK);
	h = terms("home0004", "");
	assert_int_equal(try(&h, &field), VERDICT_OK);
	assert_int_equal(t->count, 4);
	h = terms("ab", "SN9");
	assert_int_equal(try(&h, &field), VERDICT_BAD_FIELD);
	assert_string_equal(field, "clientId");
	assert_non_null(strstr(home_text_rule(field), "a-z"));
	assert_string_equal(home_text_rule("pv_w"), "");
}

static void meters_have_plain_names(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} texts[] = {
		{"", true},
		{"azAZ09._-", true},
		{"01234567890123456789012345678901", true},
		{"s\"1", false},
		{"s\\1", false},
		{"s\n1", false},
		{"s 1", false},
		{"s/1", false},
		{"s@1", false},
		{"s[1", false},
		{"s`1", false},
		{"s{1", false},
		{"s:1", false},
		{"s+1", false},
		{"\xc3\xa4", false},
	};
	const char *field;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct home_terms h = terms("home0001", texts[i].text);
		enum verdict want = texts[i].good ? VERDICT_OK : VERDICT_BAD_FIELD;
		assert_int_equal(home_add_check(t, &h, &field), want);
		assert_string_equal(field, texts[i].good ? "" : "meter_serial");
		h = terms("home0001", "SN1");
		(void)snprintf(h.meter_type, sizeof h.meter_type, "%s", texts[i].text);
		assert_int_equal(home_add_check(t, &h, &field), want);
		assert_string_equal(field, texts[i].good ? "" : "meter_type");
	}
}

static void ratings_have_their_range(void **state)
{
	static const char *const fields[] = {"pv_w", "battery_w", "fuse_w"};
	const char *field;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct home_terms h = terms("home0001", "SN1");
		int64_t *w = i == 0   ? &h.ratings.pv_w
			     : i == 1 ? &h.ratings.battery_w
				      : &h.ratings.fuse_w;
		const int64_t values[] = {-1, 0, 10000000, 10000001};
		for (int k = 0; k < 4; k++) {
			*w = values[k];
			assert_int_equal(home_add_check(t, &h, &field),
				k == 1 || k == 2 ? VERDICT_OK : VERDICT_OUT_OF_RANGE);
			if (k == 0 || k == 3)
				assert_string_equal(field, fields[i]);
		}
	}
}

static void a_client_keeps_its_number(void **state)
{
	char id[16];

	(void)state;
	for (uint32_t i = 0; i < 5000; i++) {
		struct home_terms h;
		(void)snprintf(id, sizeof id, "home%04u", i);
		h = terms(id, "");
		assert_int_equal(home_add(t, CLIENT_HOME, &h), i);
	}
	for (uint32_t i = 0; i < 5000; i++) {
		(void)snprintf(id, sizeof id, "home%04u", i);
		assert_int_equal(home_find(t, id)->number, i);
		assert_int_equal(home_edit(t, i)->status, HOME_INVITED);
		assert_int_equal(home_mode_at(&home_edit(t, i)->modes, 0), MODE_BOTH);
	}
	assert_null(home_find(t, "home5000"));
	assert_null(home_find(t, "home000"));
	assert_null(home_find(t, "home00001"));
	assert_null(home_find(t, ""));
	assert_null(home_edit(t, 5000));
}

static void the_table_is_full_some_day(void **state)
{
	struct home_terms h;
	const char *field;
	char id[16];

	(void)state;
	for (uint32_t i = 0; i < HOMES_MAX; i++) {
		(void)snprintf(id, sizeof id, "h%06u", i);
		h = terms(id, "");
		(void)home_add(t, CLIENT_HOME, &h);
	}
	h = terms("onemore", "");
	assert_int_equal(home_add_check(t, &h, &field), VERDICT_TOO_MANY);
	assert_string_equal(field, "clientId");
	assert_int_equal(home_find(t, "h016383")->number, HOMES_MAX - 1);
}

static void keys_belong_to_one(void **state)
{
	struct home_terms a = terms("home0001", ""), b = terms("home0002", "");
	struct enrolled_key ems = {.alg = 1, .key = {.len = 33, .bytes = {2, 7}}};
	struct enrolled_key meter = {.alg = 2, .key = {.len = 32, .bytes = {9}}};
	struct enrolled_key none = {.alg = 1};

	(void)state;
	(void)home_add(t, CLIENT_HOME, &a);
	(void)home_add(t, CLIENT_HOME, &b);
	assert_false(home_key_known(t, &ems, 1));
	t->rows[0].ems = ems;
	t->rows[0].meter_key = meter;
	assert_true(home_key_known(t, &ems, 1));
	assert_true(home_key_known(t, &meter, 1));
	assert_false(home_key_known(t, &ems, 0)); /* its own */
	assert_false(home_key_known(t, &none, 1));
	ems.alg = 2;
	assert_false(home_key_known(t, &ems, 1));
	ems.alg = 1;
	ems.key.bytes[32] ^= 1;
	assert_false(home_key_known(t, &ems, 1));
	ems.key.bytes[32] ^= 1;
	ems.key.len = 32;
	assert_false(home_key_known(t, &ems, 1));
}

static void modes_have_names(void **state)
{
	(void)state;
	assert_string_equal(mode_name(MODE_TE), "TE");
	assert_string_equal(mode_name(MODE_RE), "RE");
	assert_string_equal(mode_name(MODE_BOTH), "RE+TE");
	assert_null(mode_name((enum mode)0));
	for (int m = MODE_TE; m <= MODE_BOTH; m++)
		assert_int_equal(mode_from_name(mode_name((enum mode)m)), m);
	assert_int_equal(mode_from_name("TE+RE"), 0);
	assert_int_equal(mode_from_name("te"), 0);
	assert_int_equal(mode_from_name(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_have_a_form),
		cmocka_unit_test_setup_teardown(nothing_is_added_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(meters_have_plain_names, setup, teardown),
		cmocka_unit_test_setup_teardown(ratings_have_their_range, setup, teardown),
		cmocka_unit_test_setup_teardown(a_client_keeps_its_number, setup, teardown),
		cmocka_unit_test_setup_teardown(the_table_is_full_some_day, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_belong_to_one, setup, teardown),
		cmocka_unit_test(modes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
