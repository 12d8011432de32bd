/* What the broker's own configuration may not say, as the broker itself would read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "plugin/broker_settings.h"
#include "tests/lib/scratch.h"

static char folder[SCRATCH_MAX], path[96];

static int setup(void **state)
{
	(void)state;
	if (scratch_make(folder) != 0)
		return -1;
	(void)snprintf(path, sizeof path, "%s/m.conf", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return scratch_remove(folder);
}

static void write_file(const char *name, const char *text)
{
	char file[160];
	FILE *f;

	(void)snprintf(file, sizeof file, "%s/%s", folder, name);
	f = fopen(file, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static bool passes(char why[static 512])
{
	why[0] = '\0';
	return broker_settings_check_file(path, 0, why, 512);
}

static const struct {
	const char *text;
	bool good;
} cases[] = {
	{"", true},
	{"per_listener_settings false\n", true},
	{"per_listener_settings 0\n", true},
	{"per_listener_settings true\n", false},
	{"per_listener_settings 1\n", false}, /* the broker takes that for true */
	{"per_listener_settings true", false},
	{"per_listener_settings true\r\n", false},
	{"per_listener_settings   true  \n", false},
	{"per_listener_settings\ttrue\n", false},
	{"  per_listener_settings true\n", false},
	{"per_listener_settings true and more\n", false},
	{"listener 1883\nper_listener_settings true\nuser x\n", false},
	{"#per_listener_settings true\n", true},
	{"# per_listener_settings true\n", true},
	{"per_listener_settings_x true\n", true},
	{"user per_listener_settings true\n", true},
	{"per_listener_settings\n", true},
	/* Bridges: the market's topics must not leave by them. */
	{"connection a\ntopic lem/# out 1\n", false},
	{"topic lem/# both\n", false},
	{"topic lem/#\n", false}, /* out is the default */
	{"  topic\tlem/#\n", false},
	{"topic lem/# in\n", true}, /* what comes in meets the rules of all writers */
	{"topic lem/# IN 2\n", true},
	{"topic # out\n", false},
	{"topic # in\n", true},
	{"topic lem/street/to/home0001/receipt out 1\n", false},
	{"topic +/street/head out\n", false},
	{"topic +/# out\n", false},
	{"topic +/+/temperature out\n", false}, /* lem/<name>/temperature */
	{"topic lem/+ out\n", true},            /* the market has no topic of two levels */
	{"topic +/temperature out\n", true},
	{"topic + out\n", true},
	{"topic lem out\n", true},
	{"topic lemon/# out\n", true},
	{"topic le/# out\n", true},
	{"topic house/lem/# out\n", true},
	{"topic # out 1 lem/ remote/\n", false},
	{"topic street/# out 1 lem/ \"\"\n", false},
	{"topic \"\" out 1 lem/street/head remote\n", false},
	{"topic em/# both 0 l x/\n", false},
	{"topic # out 1 house/ lem/\n", true}, /* the remote side's name does not matter */
	{"topic lem/# out 1 house/ \"\"\n", true},
	{"topic lem/# out 1 \"\" house/\n", false},
	{"topic $share/g/lem/# out\n", false},
	{"topic $share/g/house/# out\n", true},
	{"topic $CONTROL/lem/v1 out\n", false},
	{"topic $CONTROL/# both\n", false},
	{"topic $CONTROL/+/v1 out\n", false},
	{"topic $CONTROL/lem/v1 in\n", true},
	{"topic $CONTROL/dynamic-security/v1 out\n", true},
	{"topic $SYS/# out\n", true},
	{"#topic lem/# out\n", true},
	{"topics lem/# out\n", true},
	{"topic house/# out\ntopic lem/# out\n", false},
	{"topic\n", true}, /* the broker itself refuses it */
	{"topic \n", true},
};

static void the_setting_is_found(void **state)
{
	char why[512];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		write_file("m.conf", cases[i].text);
		if (passes(why) != cases[i].good)
			fail_msg("\"%s\"", cases[i].text);
		if (!cases[i].good)
			assert_non_null(strstr(why, path));
	}
}

static void included_files_are_read(void **state)
{
	char sub[96], text[160], why[512];

	(void)state;
	(void)snprintf(sub, sizeof sub, "%s/conf.d", folder);
	assert_int_equal(mkdir(sub, 0700), 0);
	(void)snprintf(text, sizeof text, "user x\ninclude_dir %s\n", sub);
	write_file("m.conf", text);
	assert_true(passes(why));
	write_file("conf.d/a.conf", "listener 1\n");
	write_file("conf.d/b.txt", "per_listener_settings true\n"); /* not one of them */
	assert_true(passes(why));
	write_file("conf.d/b.conf", "connection c\ntopic # out\n");
	assert_false(passes(why));
	assert_non_null(strstr(why, "bridge"));
	write_file("conf.d/b.conf", "per_listener_settings true\n");
	assert_false(passes(why));
	assert_non_null(strstr(why, "conf.d/b.conf"));
	/* A folder that includes itself ends. */
	(void)snprintf(text, sizeof text, "include_dir %s\n", sub);
	write_file("conf.d/b.conf", text);
	assert_true(passes(why));
}

static void what_cannot_be_read_passes(void **state)
{
	char why[512];

	(void)state;
	assert_true(passes(why));
	assert_true(broker_settings_check(why, sizeof why)); /* this test has no -c */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_setting_is_found),
		TEST(included_files_are_read),
		TEST(what_cannot_be_read_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
