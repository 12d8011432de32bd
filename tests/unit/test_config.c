#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hem-client/config.h"

#define EXAMPLE "hem-client/hem.conf.example"

static enum err read_bytes(
	const char *text, size_t len, const char *path, struct config *ret, char *why)
{
	FILE *f = tmpfile();
	enum err err;

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	rewind(f);
	err = config_read(f, path, ret, why);
	(void)fclose(f);
	return err;
}

static enum err read_text(const char *text, const char *path, struct config *ret, char *why)
{
	return read_bytes(text, strlen(text), path, ret, why);
}

static void an_empty_file_means_the_defaults(void **state)
{
	struct config c;
	char why[CONFIG_WHY_MAX] = "";

	(void)state;
	assert_int_equal(read_text("", "hem.conf", &c, why), ERR_OK);
	assert_string_equal(why, "");
	assert_string_equal(c.market.host, "localhost");
	assert_int_equal(c.market.port, 8883);
	assert_string_equal(c.market.cafile, "/etc/ssl/certs/ca-certificates.crt");
	assert_string_equal(c.market.name, "");
	assert_false(c.market.has_genesis);
	assert_string_equal(c.home.state_dir, "/var/lib/hem");
	assert_int_equal(c.home.mode, MODE_BOTH);
	assert_true(c.battery.capacity_wh == 6400 && c.battery.lifetime_wh == 30720000);
	assert_int_equal(c.tcr.strategy, STRATEGY_CURVE);
	assert_int_equal(c.tcr.curve.price_slope, SLOPE_PAPER);
	assert_int_equal(c.tcr.curve.tick_mc_per_kwh, 10);
	assert_int_equal(c.sim.source, SOURCE_GENERATOR);
	assert_int_equal(c.sim.pv_w, -1);
	assert_int_equal(c.sim.idle_rule, IDLE_SELF_CONSUMPTION);
	assert_string_equal(c.replica.ledger, "");
	assert_null(battery_check(&c.battery));
	assert_null(curve_check(&c.tcr.curve));
}

static void a_file_says_otherwise(void **state)
{
	static const char text[] =
		"# a comment\r\n"
		"; another\n"
		"[market]\n"
		"host = broker.example ; the village's\n"
		"name=lem-1\n"
		"client_id = 01394u09\n"
		"genesis = 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"
		"[sim]\n"
		"source = profile\n"
		"profile = homes.csv\n"
		"meter_key = /abs/meter.pem\n"
		"\n"
		"[market]\n"
		"cafile =\n"
		"port: 1883\n"
		"[replica]\n"
		"ledger = data/ledger.db";
	struct config c;
	char why[CONFIG_WHY_MAX] = "";

	(void)state;
	assert_int_equal(read_text(text, "/etc/hem/hem.conf", &c, why), ERR_OK);
	assert_string_equal(c.market.host, "broker.example");
	assert_string_equal(c.market.name, "lem-1");
	assert_int_equal(c.market.port, 1883);
	assert_string_equal(c.market.cafile, "");
	assert_true(c.market.has_genesis);
	assert_string_equal(c.sim.profile, "/etc/hem/homes.csv");
	assert_string_equal(c.sim.meter_key, "/abs/meter.pem");
	assert_string_equal(c.replica.ledger, "/etc/hem/data/ledger.db");
	assert_string_equal(c.home.state_dir, "/var/lib/hem");
	assert_null(config_missing(&c));
	assert_int_equal(read_text(text, "hem.conf", &c, why), ERR_OK);
	assert_string_equal(c.sim.profile, "homes.csv");
	assert_int_equal(read_text(text, "../hem.conf", &c, why), ERR_OK);
	assert_string_equal(c.sim.profile, "../homes.csv");
}

static void what_a_market_needs(void **state)
{
	struct config c;

	(void)state;
	config_defaults(&c);
	assert_string_equal(config_missing(&c), "[market] name");
	c.market.name[0] = 'a';
	assert_string_equal(config_missing(&c), "[market] genesis");
	c.market.has_genesis = true;
	assert_string_equal(config_missing(&c), "[market] client_id");
	c.market.client_id[0] = 'a';
	assert_null(config_missing(&c));
}

#define TEN "xxxxxxxxxx"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void what_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"[market]\nhots = x\n", "d/f:2: there is no option hots in [market]"},
		{"[market]\nHost = x\n", "d/f:2: there is no option Host in [market]"},
		{"[market]\nsoc_min = 0.1\n", "d/f:2: there is no option soc_min in [market]"},
		{"[markets]\nhost = x\n", "d/f:2: there is no section [markets]"},
		{"[markets]\n", ""},
		{"host = x\n", "d/f:1: host stands before any [section]"},
		{"[market]\nport = 1\nport = 1\n",
			"d/f:3: [market] port was given in line 2 already"},
		{"[market]\nport = 1\n\n[home]\n[market]\nport = 2\n",
			"d/f:6: [market] port was given in line 2 already"},
		{"[market]\nport = 0\n",
			"d/f:2: [market] port = 0: must be a whole number 1 to 65535"},
		{"[market]\nport = 70000\nhots = 1\n",
			"d/f:2: [market] port = 70000: must be a whole number 1 to 65535"},
		{"[home]\nmode = BOTH\n", "d/f:2: [home] mode = BOTH: must be TE, RE or RE+TE"},
		{"[market]\nhost\n", "d/f:2: neither [section] nor option = value"},
		{"[market\nhost = x\n", "d/f:1: neither [section] nor option = value"},
		{"[market]\nnonsense\nport = 0\n", "d/f:2: neither [section] nor option = value"},
		{"[market]\nhost = x\n port = 1\n", "d/f:3: a line begins with a blank"},
		{"[market]\n\thost = x\n", "d/f:2: a line begins with a blank"},
		{"[home]\nstate_dir =\n", "d/f:2: [home] state_dir must not be empty"},
		{"[battery]\nsoc_min = 0.9\n", "d/f:2: [battery] soc_min must be below soc_max"},
		{"[battery]\nsoc_max = 0.5\n\nsoc_min = 0.5\n",
			"d/f:4: [battery] soc_min must be below soc_max"},
		{"[battery]\nsoc_min = 0.5\n\nsoc_max = 0.5\n",
			"d/f:4: [battery] soc_min must be below soc_max"},
		{"[battery]\nsoc_max = 0.1\n[sim]\nsoc = 0\n",
			"d/f:2: [battery] soc_min must be below soc_max"},
		{"[tcr]\noffer_price_min = 26\n",
			"d/f:2: [tcr] offer_price_min must be at most offer_price_max, "
			"0 to 10000 cents/kWh"},
		{"[tcr]\nbid_price_max = 4.999\n",
			"d/f:2: [tcr] bid_price_min must be at most bid_price_max, "
			"0 to 10000 cents/kWh"},
		{"[sim]\nsource = profile\n",
			"d/f:2: [sim] profile must be set where source is profile"},
		{"[sim]\nmeter_key = " LONG "\n", "d/f:2: a line is longer than 189 bytes"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool good = *cases[i].why == '\0';
		struct config c, before;
		char why[CONFIG_WHY_MAX] = "";

		memset(&c, 0x5A, sizeof c);
		memcpy(&before, &c, sizeof c);
		assert_int_equal(
			read_text(cases[i].text, "d/f", &c, why), good ? ERR_OK : ERR_CONFIG);
		assert_string_equal(why, cases[i].why);
		if (!good)
			assert_memory_equal(&c, &before, sizeof c);
	}
}

static void a_line_has_its_length(void **state)
{
	char text[CONFIG_LINE_MAX + 8];
	struct config c;
	char why[CONFIG_WHY_MAX] = "";

	(void)state;
	/* 190 bytes with the line end are the most. */
	memset(text, '#', sizeof text);
	text[CONFIG_LINE_MAX - 1] = '\n';
	assert_int_equal(read_bytes(text, CONFIG_LINE_MAX, "f", &c, why), ERR_OK);
	text[CONFIG_LINE_MAX - 1] = '#';
	text[CONFIG_LINE_MAX] = '\n';
	assert_int_equal(read_bytes(text, CONFIG_LINE_MAX + 1, "f", &c, why), ERR_CONFIG);
	assert_string_equal(why, "f:1: a line is longer than 189 bytes");
}

static void a_nul_byte_is_refused(void **state)
{
	static const char text[] = "[market]\nhost = a\0b\n";
	struct config c;
	char why[CONFIG_WHY_MAX] = "";

	(void)state;
	assert_int_equal(read_bytes(text, sizeof text - 1, "f", &c, why), ERR_CONFIG);
	assert_string_equal(why, "f:2: a NUL byte in a text file");
}

static void a_path_has_its_length(void **state)
{
	char path[CONFIG_PATH_MAX + 8];
	struct config c;
	char why[CONFIG_WHY_MAX] = "";

	(void)state;
	memset(path, 'd', sizeof path);
	path[CONFIG_PATH_MAX - 3] = '/';
	path[CONFIG_PATH_MAX - 2] = '\0';
	assert_int_equal(read_text("[replica]\nledger = x\n", path, &c, why), ERR_OK);
	assert_int_equal(strlen(c.replica.ledger), CONFIG_PATH_MAX - 1);
	assert_int_equal(read_text("[replica]\nledger = xy\n", path, &c, why), ERR_CONFIG);
	assert_non_null(strstr(why, "[replica] ledger = xy: must be a path of at most 1023 bytes"));
	assert_int_equal(read_text("[replica]\nledger = /xy\n", path, &c, why), ERR_OK);
}

static void files_that_are_none(void **state)
{
	struct config c;
	char why[CONFIG_WHY_MAX] = "";
	char path[] = "/tmp/hem_conf_XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(config_load(path, &c, why), ERR_OK);
	assert_int_equal(fchmod(fd, 0), 0);
	if (geteuid() != 0) {
		assert_int_equal(config_load(path, &c, why), ERR_PERMISSION);
		assert_non_null(strstr(why, ": the permissions are wrong"));
	}
	(void)close(fd);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(config_load("/nowhere/hem.conf", &c, why), ERR_NOT_FOUND);
	assert_string_equal(why, "/nowhere/hem.conf: not found");
	assert_int_equal(config_load("/", &c, why), ERR_IO);
	assert_string_equal(why, "/: reading or writing failed");
}

static char *written(enum err (*write)(FILE *))
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(write(f), ERR_OK);
	(void)fclose(f);
	return text;
}

/* Written anew if LEM_WRITE is set. */
static void the_example_in_the_tree_is_the_tables(void **state)
{
	char *text = written(config_write_example);
	char *found = calloc(1, 65536);
	FILE *f;

	(void)state;
	assert_non_null(found);
	if (getenv("LEM_WRITE")) {
		f = fopen(EXAMPLE, "w");
		assert_non_null(f);
		assert_int_equal(config_write_example(f), ERR_OK);
		assert_int_equal(fclose(f), 0);
	}
	f = fopen(EXAMPLE, "r");
	assert_non_null(f);
	assert_int_equal(fread(found, 1, 65535, f), strlen(text));
	(void)fclose(f);
	assert_string_equal(found, text);
	free(found);
	free(text);
}

/* With and without the marks of comment in front of its options. */
static void the_example_can_be_read(void **state)
{
	struct config c, defaults;
	char why[CONFIG_WHY_MAX] = "";
	char *text = written(config_write_example);
	char *from, *to;

	(void)state;
	config_defaults(&defaults);
	assert_int_equal(read_text(text, "/f", &c, why), ERR_OK);
	assert_string_equal(c.sim.day, defaults.sim.day);
	for (from = to = text; *from != '\0'; from++) {
		bool option = *from == '#' && from[1] != ' ' && from[1] != '\n';

		if (!option)
			*to++ = *from;
	}
	*to = '\0';
	/* The first that needs saying is [market] name. */
	assert_int_equal(read_text(text, "/f", &c, why), ERR_CONFIG);
	assert_non_null(strstr(why, "[market] name = : must be 1 to 24"));
	free(text);
}

static enum err write_help(FILE *out)
{
	config_write_help(out);
	return ERR_OK;
}

static void help_tells_each_default(void **state)
{
	char *text = written(write_help);

	(void)state;
	assert_non_null(strstr(text, "\n[battery]\n  capacity_wh = 6400\n"));
	assert_non_null(strstr(text, "  genesis = (none: must be given)\n"));
	assert_non_null(strstr(text, "        It must be TE, RE or RE+TE.\n"));
	free(text);
}

static void the_strategy_and_its_constants(void **state)
{
	struct config c;
	const void *self;

	(void)state;
	config_defaults(&c);
	assert_ptr_equal(config_tcr_strategy(&c, &self), &curve_strategy);
	assert_ptr_equal(self, &c.tcr.curve);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_means_the_defaults),
		cmocka_unit_test(a_file_says_otherwise),
		cmocka_unit_test(what_a_market_needs),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(a_line_has_its_length),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(a_path_has_its_length),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(the_example_in_the_tree_is_the_tables),
		cmocka_unit_test(the_example_can_be_read),
		cmocka_unit_test(help_tells_each_default),
		cmocka_unit_test(the_strategy_and_its_constants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
