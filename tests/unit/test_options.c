/* The plugin's options: their table, their reading, and the example that lemctl writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lemctl/broker_conf.h"
#include "plugin/options.h"

#define EXAMPLE "mosquitto.conf.example"
#define PLUGIN "/usr/local/lib/mosquitto/mosquitto_lem.so"
enum { TEXT_MAX = 8192, GIVEN_MAX = 4 };

static void read_file(const char *path, char text[static TEXT_MAX])
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, TEXT_MAX - 1, f);
	assert_true(n < TEXT_MAX - 1);
	text[n] = '\0';
	assert_int_equal(fclose(f), 0);
}

/* Replace every `from` in text by `to`, which is no longer. */
static void replace(char *text, const char *from, const char *to)
{
	size_t n = strlen(from), m = strlen(to);

	assert_true(m <= n);
	for (char *at = strstr(text, from); at; at = strstr(at + m, from)) {
		memcpy(at, to, m);
		memmove(at + m, at + n, strlen(at + n) + 1);
	}
}

static void the_example_is_what_lemctl_init_writes(void **state)
{
	char dir[] = "/tmp/test_options.XXXXXX", path[64];
	struct broker_conf conf = {.dir = dir,
		.port = 8883,
		.user = "mosquitto",
		.plugin = PLUGIN,
		.other_topics = "defer"};
	char written[TEXT_MAX], example[TEXT_MAX];

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(broker_conf_write(&conf), ERR_OK);
	(void)snprintf(path, sizeof path, "%s/mosquitto.conf", dir);
	read_file(path, written);
	assert_int_equal(broker_conf_write(&conf), ERR_IO); /* it never overwrites */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	replace(written, dir, "/var/lib/lem");
	read_file(EXAMPLE, example);
	assert_string_equal(written, example);
}

static void the_example_names_every_option_and_its_default(void **state)
{
	char example[TEXT_MAX], line[256];
	size_t count, lines = 0;
	const struct option_row *rows = options_table(&count);

	(void)state;
	read_file(EXAMPLE, example);
	for (size_t i = 0; i < count; i++) {
		bool optional = rows[i].def[0] != '\0';
		(void)snprintf(line, sizeof line, "\n%splugin_opt_%s %s%s", optional ? "#" : "",
			rows[i].name, rows[i].def, optional ? "\n" : "");
		if (!strstr(example, line))
			fail_msg("%s lacks \"%s\"", EXAMPLE, line);
	}
	for (char *at = strstr(example, "plugin_opt_"); at; at = strstr(at + 1, "plugin_opt_"))
		lines++;
	assert_int_equal(lines, count);
}

static const struct {
	const char *name, *value;
	bool good;
} values[] = {
	{"state_dir", "/var/lib/lem", true},
	{"state_dir", "x", true},
	{"state_dir", "", false},
	{"other_topics", "allow", true},
	{"other_topics", "defer", true},
	{"other_topics", "deny", false},
	{"other_topics", "Allow", false},
	{"other_topics", "", false},
	{"verifiers", "1", true},
	{"verifiers", "16", true},
	{"verifiers", "0", false},
	{"verifiers", "17", false},
	{"verifiers", "", false},
	{"verifiers", "2x", false},
	{"verifiers", " 2", false},
	{"verifiers", "+2", false},
	{"verifiers", "0x2", false},
	{"client_rate", "1", true},
	{"client_rate", "1000000", true},
	{"client_rate", "1000001", false},
	{"client_rate", "0", false},
	{"client_rate", "-1", false},
	{"client_burst", "1000000", true},
	{"client_burst", "1000001", false},
	{"login_rate", "0", false},
	{"login_rate", "1", true},
	{"login_burst", "1000000", true},
	{"login_burst", "1000001", false},
	{"login_rate_all", "1", true},
	{"login_rate_all", "99999999999999999999", false},
	{"Verifiers", "1", false},
	{"config", "", false},
	{"config", "none", true},
	{"config", "/etc/lem/lem.conf", true},
	{"aggregator", "yes", true},
	{"aggregator", "no", true},
	{"aggregator", "Yes", false},
	{"aggregator", "", false},
	{"confing", "x", false},
	{"", "1", false},
};

/* Read the two required options, unless `name` is one of them, and that one. */
static bool read_with(const char *name, const char *value, struct options *o, char *why)
{
	static char names[GIVEN_MAX][64], texts[GIVEN_MAX][64];
	const char *given[][2] = {{"state_dir", "/s"}, {"other_topics", "defer"}};
	struct mosquitto_opt opts[GIVEN_MAX];
	int count = 0;

	for (size_t i = 0; i < 3; i++) {
		const char *n = i < 2 ? given[i][0] : name;
		const char *v = i < 2 ? given[i][1] : value;
		if (!n || (i < 2 && name && strcmp(n, name) == 0))
			continue;
		(void)snprintf(names[count], sizeof names[0], "%s", n);
		(void)snprintf(texts[count], sizeof texts[0], "%s", v);
		opts[count] = (struct mosquitto_opt){names[count], texts[count]};
		count++;
	}
	return options_read(opts, count, o, why);
}

static void values_keep_their_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct options o, before;
		char why[OPTIONS_WHY_MAX] = "";
		memset(&o, 0x5a, sizeof o);
		before = o;
		if (read_with(values[i].name, values[i].value, &o, why) != values[i].good)
			fail_msg("%s \"%s\"", values[i].name, values[i].value);
		if (values[i].good)
			continue;
		assert_memory_equal(&o, &before, sizeof o);
		assert_non_null(strstr(why, "plugin_opt_"));
		assert_non_null(strstr(why, values[i].name));
	}
}

static void defaults_are_the_tables(void **state)
{
	struct options o;
	char why[OPTIONS_WHY_MAX];

	(void)state;
	assert_true(read_with(NULL, NULL, &o, why));
	assert_string_equal(o.state_dir, "/s");
	assert_false(o.other_topics_allowed);
	assert_int_equal(o.verifiers, 1);
	assert_int_equal(o.client_rate, 20);
	assert_int_equal(o.client_burst, 200);
	assert_int_equal(o.login_rate, 5);
	assert_int_equal(o.login_burst, 50);
	assert_int_equal(o.login_rate_all, 200);
	assert_true(read_with("other_topics", "allow", &o, why));
	assert_true(o.other_topics_allowed);
}

static void twice_or_missing_is_refused(void **state)
{
	char key[] = "verifiers", one[] = "1", dir_key[] = "state_dir", dir[] = "/s";
	struct mosquitto_opt twice[] = {{key, one}, {key, one}};
	struct mosquitto_opt lone[] = {{dir_key, dir}};
	struct options o;
	char why[OPTIONS_WHY_MAX];

	(void)state;
	assert_false(options_read(twice, 2, &o, why));
	assert_string_equal(why, "plugin_opt_verifiers: given twice");
	assert_false(options_read(NULL, 0, &o, why));
	assert_non_null(strstr(why, "plugin_opt_state_dir is missing"));
	assert_false(options_read(lone, 1, &o, why));
	assert_non_null(strstr(why, "plugin_opt_other_topics is missing"));
}

static void a_path_has_its_limit(void **state)
{
	static char key[] = "state_dir", path[OPTIONS_PATH_MAX + 1];
	static char other[] = "other_topics", defer[] = "defer";
	struct mosquitto_opt opts[] = {{other, defer}, {key, path}};
	struct options o;
	char why[OPTIONS_WHY_MAX];

	(void)state;
	memset(path, 'x', OPTIONS_PATH_MAX - 1);
	assert_true(options_read(opts, 2, &o, why));
	assert_int_equal(strlen(o.state_dir), OPTIONS_PATH_MAX - 1);
	path[OPTIONS_PATH_MAX - 1] = 'x';
	assert_false(options_read(opts, 2, &o, why));
}

/* What the file may say, what it may not, and that a bad one changes nothing. */
static void a_file_of_what_may_change(void **state)
{
	static const struct {
		const char *text, *why; /* NULL: it is good */
	} cases[] = {
		{"client_rate = 7\n# a comment\nlogin_burst=9 ; another\n", NULL},
		{"", NULL},
		{"client_rate = 7\nclient_rate = 8\n", "line 2: client_rate: given twice"},
		{"client_rate = 0\n", "line 1: client_rate: bad value \"0\""},
		{"\nclient_rate = 7 x\n", "line 2: client_rate: bad value"},
		{"verifiers = 2\n", "line 1: verifiers: stands in mosquitto.conf only"},
		{"state_dir = /x\n", "line 1: state_dir: stands in mosquitto.conf only"},
		{"client_rat = 7\n", "line 1: client_rat: no such option"},
		{"[lem]\nclient_rate = 7\n", "line 2: there are no sections"},
		{"client_rate\n", "line 1: it is no \"name = value\""},
	};
	char path[] = "/tmp/test_options.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct options o = {.client_rate = 20, .login_burst = 50, .login_rate = 5};
		const struct options before = o;
		char why[OPTIONS_WHY_MAX] = "";
		size_t len = strlen(cases[i].text);
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, cases[i].text, len, 0), len);
		assert_int_equal(options_read_file(path, &o, why), cases[i].why == NULL);
		if (cases[i].why) {
			assert_non_null(strstr(why, cases[i].why));
			assert_memory_equal(&o, &before, sizeof o);
		} else if (len > 0) {
			assert_true(o.client_rate == 7 && o.login_burst == 9 && o.login_rate == 5);
		}
	}
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
	{
		struct options o = {.client_rate = 20};
		char why[OPTIONS_WHY_MAX];
		assert_false(options_read_file(path, &o, why));
		assert_non_null(strstr(why, "cannot be read"));
		assert_true(options_read_file("none", &o, why));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_is_what_lemctl_init_writes),
		cmocka_unit_test(the_example_names_every_option_and_its_default),
		cmocka_unit_test(values_keep_their_bounds),
		cmocka_unit_test(defaults_are_the_tables),
		cmocka_unit_test(twice_or_missing_is_refused),
		cmocka_unit_test(a_path_has_its_limit),
		cmocka_unit_test(a_file_of_what_may_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
