#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "hem-client/config_option.h"

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define X16 "xxxxxxxxxxxxxxxx"
#define X253 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 "xxxxxxxxxxxxx"

static void the_table_is_sound(void **state)
{
	struct config c;

	(void)state;
	assert_true(config_option_count() <= OPTIONS_MAX);
	config_defaults(&c);
	for (size_t i = 0; i < config_option_count(); i++) {
		const struct config_option *o = &config_options[i];
		char rule[OPTION_RULE_MAX];

		assert_ptr_equal(config_option_find(o->section, o->name), o);
		assert_true(o->offset + o->size <= sizeof c);
		assert_true(strlen(o->help) > 0 && o->help[strlen(o->help) - 1] == '.');
		assert_true(strlen(o->help) <= 96);
		config_option_rule(o, rule);
		assert_int_equal(strncmp(rule, "must be ", 8), 0);
		assert_true(strlen(rule) < OPTION_RULE_MAX - 1);
		if (o->value)
			assert_true(config_option_set(o, o->value, &c));
		/* Sections stand together. */
		if (i > 0 && strcmp(o->section, o[-1].section) != 0)
			for (size_t j = 0; j < i - 1; j++)
				assert_string_not_equal(config_options[j].section, o->section);
	}
}

static void names_are_exact(void **state)
{
	(void)state;
	assert_non_null(config_option_find("battery", "soc_min"));
	assert_null(config_option_find("battery", "SOC_MIN"));
	assert_null(config_option_find("Battery", "soc_min"));
	assert_null(config_option_find("tcr", "soc_min"));
	assert_null(config_option_find("battery", ""));
	assert_true(config_section_exists("replica"));
	assert_false(config_section_exists("Replica"));
	assert_false(config_section_exists(""));
}

static const struct {
	const char *section, *name, *value;
	bool good;
} values[] = {
	{"market", "port", "1", true},
	{"market", "port", "65535", true},
	{"market", "port", "0", false},
	{"market", "port", "65536", false},
	{"market", "port", "1.0", false},
	{"market", "port", "+1", false},
	{"market", "port", "01", false},
	{"market", "port", "0x10", false},
	{"market", "port", "", false},
	{"market", "port", "18446744073709551617", false},
	{"market", "host", "h", true},
	{"market", "host", "::1", true},
	{"market", "host", X253, true},
	{"market", "host", X253 "x", false},
	{"market", "host", "", false},
	{"market", "host", "a b", false},
	{"market", "host", "a\177", false},
	{"market", "host", "\303\244", false},
	{"market", "name", "a", true},
	{"market", "name", "0-", true},
	{"market", "name", "abcdefghijklmnopqrstuvwx", true},
	{"market", "name", "abcdefghijklmnopqrstuvwxy", false},
	{"market", "name", "-a", false},
	{"market", "name", "A", false},
	{"market", "name", "a_b", false},
	{"market", "name", "", false},
	{"market", "client_id", "abc4", true},
	{"market", "client_id", "ab", false},
	{"market", "client_id", "ab-c", false},
	{"market", "client_id", "abcdefghijklmnopqrstuvwxyz012345", true},
	{"market", "client_id", "abcdefghijklmnopqrstuvwxyz0123456", false},
	{"market", "genesis", HASH, true},
	{"market", "genesis", HASH "0", false},
	{"market", "genesis", HASH "00", false},
	{"market", "genesis", "00", false},
	{"market", "genesis", "", false},
	{"home", "mode", "RE", true},
	{"home", "mode", "RE+TE", true},
	{"home", "mode", "TE+RE", false},
	{"home", "mode", "re", false},
	{"home", "mode", "", false},
	{"battery", "soc_min", "0", true},
	{"battery", "soc_min", "1", true},
	{"battery", "soc_min", "0.000001", true},
	{"battery", "soc_min", "0.0000001", false},
	{"battery", "soc_min", "1.000001", false},
	{"battery", "soc_min", "-0.000001", false},
	{"battery", "soc_min", "1e-3", false},
	{"battery", "soc_min", "nan", false},
	{"battery", "soc_min", ".5", false},
	{"battery", "eta_charge", "0.1", true},
	{"battery", "eta_charge", "0.099999", false},
	{"tcr", "margin", "0.001", true},
	{"tcr", "margin", "0", false},
	{"tcr", "margin", "0.0001", false},
	{"tcr", "margin", "10000", true},
	{"tcr", "margin", "10000.001", false},
	{"tcr", "price_at_limit", "yes", true},
	{"tcr", "price_at_limit", "no", true},
	{"tcr", "price_at_limit", "true", false},
	{"tcr", "price_at_limit", "", false},
	{"sim", "latitude", "-90", true},
	{"sim", "latitude", "-90.000001", false},
	{"sim", "latitude", "--1", false},
	{"sim", "latitude", "-", false},
	{"sim", "pv_w", "-1", true},
	{"sim", "pv_w", "-2", false},
	{"sim", "day", "2016-02-29", true},
	{"sim", "day", "2017-02-29", false},
	{"sim", "day", "2017-02-2", false},
	{"sim", "day", "2017-02-28T", false},
	{"sim", "profile", "", true},
	{"sim", "profile", X253 X253 X253 X253 "12345678901", true},
	{"sim", "profile", X253 X253 X253 X253 "123456789012", false},
};

static void values_on_both_sides_of_each_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const struct config_option *o =
			config_option_find(values[i].section, values[i].name);
		struct config c, before;

		assert_non_null(o);
		memset(&c, 0x5A, sizeof c);
		memcpy(&before, &c, sizeof c);
		if (config_option_set(o, values[i].value, &c) != values[i].good)
			fail_msg("[%s] %s = %s", o->section, o->name, values[i].value);
		if (!values[i].good)
			assert_memory_equal(&c, &before, sizeof c);
	}
}

static bool set(struct config *c, const char *section, const char *name, const char *value)
{
	return config_option_set(config_option_find(section, name), value, c);
}

static void values_arrive_in_their_units(void **state)
{
	static const uint8_t hash_begin[] = {0x00, 0x11, 0x22};
	struct config c = {0};

	(void)state;
	assert_true(set(&c, "tcr", "tick", "0.025") && c.tcr.curve.tick_mc_per_kwh == 25);
	assert_true(set(&c, "tcr", "value_cap", "30") && c.tcr.curve.value_cap_mc_per_kwh == 30000);
	assert_true(set(&c, "battery", "soc_max", "0.9") && c.battery.soc_max == 0.9);
	assert_true(set(&c, "sim", "latitude", "-33.5") && c.sim.latitude_deg == -33.5);
	assert_true(set(&c, "sim", "pv_w", "-1") && c.sim.pv_w == -1);
	assert_true(set(&c, "sim", "seed", "42") && c.sim.seed == 42);
	assert_true(set(&c, "home", "mode", "TE") && c.home.mode == MODE_TE);
	assert_true(set(&c, "tcr", "price_at_limit", "yes") && c.tcr.curve.price_at_limit);
	assert_true(set(&c, "tcr", "price_at_limit", "no") && !c.tcr.curve.price_at_limit);
	assert_false(c.market.has_genesis);
	assert_true(set(&c, "market", "genesis", HASH) && c.market.has_genesis);
	assert_memory_equal(c.market.genesis, hash_begin, sizeof hash_begin);
}

static void rules_are_sentences(void **state)
{
	static const struct {
		const char *section, *name, *rule;
	} cases[] = {
		{"market", "port", "must be a whole number 1 to 65535"},
		{"home", "mode", "must be TE, RE or RE+TE"},
		{"device", "driver", "must be sim"},
		{"sim", "source", "must be generator or profile"},
		{"sim", "pv_w", "must be a whole number -1 to 1000000"},
		{"battery", "eta_charge", "must be a number 0.1 to 1 of at most six decimals"},
		{"tcr", "tick",
			"must be a price 0.001 to 10000 cents/kWh of at most three decimals"},
		{"market", "genesis", "must be 64 hex digits in lower case"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char rule[OPTION_RULE_MAX];

		config_option_rule(config_option_find(cases[i].section, cases[i].name), rule);
		assert_string_equal(rule, cases[i].rule);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(names_are_exact),
		cmocka_unit_test(values_on_both_sides_of_each_rule),
		cmocka_unit_test(values_arrive_in_their_units),
		cmocka_unit_test(rules_are_sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
