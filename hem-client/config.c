#include "hem-client/config.h"
#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <string.h>
#include "hem-client/config_option.h"

/* A file being read. The parser knows no line numbers: the lines are counted as it takes them. */
struct reader {
	FILE *in;
	const char *path;
	char *why;
	struct config config;
	int line;
	int lines[OPTIONS_MAX]; /* where each option was given; 0: not yet */
	enum err err;           /* the first failure; why and failed_line are its */
	int failed_line;
};

__attribute__((format(printf, 3, 4))) static void fail(
	struct reader *r, int line, const char *format, ...)
{
	char at[16] = "";
	size_t len;
	va_list args;

	if (r->err)
		return;
	r->err = ERR_CONFIG;
	r->failed_line = line;
	if (line > 0)
		(void)snprintf(at, sizeof at, "%d:", line);
	(void)snprintf(r->why, CONFIG_WHY_MAX, "%.900s:%s ", r->path, at);
	len = strlen(r->why);
	va_start(args, format);
	(void)vsnprintf(r->why + len, CONFIG_WHY_MAX - len, format, args);
	va_end(args);
}

/* The parser's source of lines. It would cut a long line in two, end one at a NUL, and take a line
 * that begins with a blank for the last value's continuation: none of them gets that far. */
static char *next_line(char *out, int size, void *stream)
{
	struct reader *r = stream;
	int len = 0;
	int c = getc(r->in);

	if (c == EOF || r->err)
		return NULL;
	r->line++;
	if (c == ' ' || c == '\t')
		fail(r, r->line, "a line begins with a blank");
	for (; c != EOF; c = getc(r->in)) {
		if (c == '\0')
			fail(r, r->line, "a NUL byte in a text file");
		if (len == CONFIG_LINE_MAX || len >= size - 1)
			fail(r, r->line, "a line is longer than %d bytes", CONFIG_LINE_MAX - 1);
		if (r->err)
			return NULL;
		out[len++] = (char)c;
		if (c == '\n')
			break;
	}
	out[len] = '\0';
	return out;
}

/* Put the folder of the file before a relative path. */
static bool set_path(struct reader *r, const struct config_option *o, const char *value)
{
	const char *slash = strrchr(r->path, '/');
	int folder_len = slash ? (int)(slash - r->path) + 1 : 0;
	char path[CONFIG_PATH_MAX];
	int len;

	if (*value == '\0' || *value == '/')
		folder_len = 0;
	len = snprintf(path, sizeof path, "%.*s%s", folder_len, r->path, value);
	return len >= 0 && (size_t)len < sizeof path && config_option_set(o, path, &r->config);
}

/* The parser's answer: one option. */
static int take_option(void *user, const char *section, const char *name, const char *value)
{
	struct reader *r = user;
	const struct config_option *o = config_option_find(section, name);
	char rule[OPTION_RULE_MAX];
	bool good;

	if (r->err)
		return 0;
	if (*section == '\0')
		fail(r, r->line, "%s stands before any [section]", name);
	else if (!config_section_exists(section))
		fail(r, r->line, "there is no section [%s]", section);
	else if (!o)
		fail(r, r->line, "there is no option %s in [%s]", name, section);
	else if (r->lines[o - config_options] > 0)
		fail(r, r->line, "[%s] %s was given in line %d already", section, name,
			r->lines[o - config_options]);
	if (r->err || !o)
		return 0;
	r->lines[o - config_options] = r->line;
	good = o->kind == OPTION_PATH ? set_path(r, o, value)
				      : config_option_set(o, value, &r->config);
	if (!good) {
		config_option_rule(o, rule);
		fail(r, r->line, "[%s] %s = %.40s: %s", section, name, value, rule);
	}
	return good;
}

/* A rule between options is broken: tell it at the last line that gave one it names. */
static void fail_rule(struct reader *r, const char *section, const char *rule)
{
	int line = 0;

	for (size_t i = 0; i < config_option_count(); i++) {
		const struct config_option *o = &config_options[i];

		if (strcmp(o->section, section) == 0 && strstr(rule, o->name) && r->lines[i] > line)
			line = r->lines[i];
	}
	fail(r, line, "[%s] %s", section, rule);
}

static void check_rules(struct reader *r)
{
	const struct config *c = &r->config;
	const char *battery = battery_check(&c->battery);
	const char *curve = curve_check(&c->tcr.curve);

	if (battery)
		fail_rule(r, "battery", battery);
	if (curve)
		fail_rule(r, "tcr", curve);
	if (*c->home.state_dir == '\0')
		fail_rule(r, "home", "state_dir must not be empty");
	if (c->sim.source == SOURCE_PROFILE && *c->sim.profile == '\0')
		fail_rule(r, "sim", "profile must be set where source is profile");
}

void config_defaults(struct config *ret)
{
	struct config config = {0};

	for (size_t i = 0; i < config_option_count(); i++) {
		const struct config_option *o = &config_options[i];
		bool good = !o->value || config_option_set(o, o->value, &config);

		assert(good);
	}
	*ret = config;
}

enum err config_read(
	FILE *in, const char *path, struct config *ret, char why[static CONFIG_WHY_MAX])
{
	struct reader r = {.in = in, .path = path, .why = why};
	int line;

	config_defaults(&r.config);
	line = ini_parse_stream(next_line, &r, take_option, &r);
	if (ferror(in)) {
		r.err = ERR_OK;
		fail(&r, 0, "%s", err_text(ERR_IO));
		return ERR_IO;
	}
	/* A line that the parser itself refuses may stand before the first that we refused. */
	if (line > 0 && (!r.err || line < r.failed_line)) {
		r.err = ERR_OK;
		fail(&r, line, "neither [section] nor option = value");
	}
	check_rules(&r);
	if (!r.err)
		*ret = r.config;
	return r.err;
}

enum err config_load(const char *path, struct config *ret, char why[static CONFIG_WHY_MAX])
{
	FILE *in = fopen(path, "r");
	enum err err;

	if (!in) {
		err = errno == EACCES ? ERR_PERMISSION : ERR_IO;
		if (errno == ENOENT || errno == ENOTDIR)
			err = ERR_NOT_FOUND;
		(void)snprintf(why, CONFIG_WHY_MAX, "%.900s: %s", path, err_text(err));
		return err;
	}
	err = config_read(in, path, ret, why);
	(void)fclose(in);
	return err;
}

const char *config_missing(const struct config *config)
{
	if (*config->market.name == '\0')
		return "[market] name";
	if (!config->market.has_genesis)
		return "[market] genesis";
	if (*config->market.client_id == '\0')
		return "[market] client_id";
	return NULL;
}

const struct tcr_strategy *config_tcr_strategy(const struct config *config, const void **ret_self)
{
	*ret_self = &config->tcr.curve;
	return config->tcr.strategy == STRATEGY_VALUE ? &value_strategy : &curve_strategy;
}

/* Write the table, for the example file or for a reader of the help. */
static void write_options(FILE *out, bool example)
{
	const char *section = "";

	for (size_t i = 0; i < config_option_count(); i++) {
		const struct config_option *o = &config_options[i];
		char rule[OPTION_RULE_MAX];

		if (strcmp(section, o->section) != 0)
			(void)fprintf(out, "\n[%s]\n", o->section);
		section = o->section;
		config_option_rule(o, rule);
		if (example)
			(void)fprintf(out, "\n# %s\n# It %s.%s\n#%s =%s%s\n", o->help, rule,
				o->value ? "" : " A market needs it said.", o->name,
				o->value && *o->value ? " " : "", o->value ? o->value : "");
		else
			(void)fprintf(out, "  %s = %s\n        %s\n        It %s.\n", o->name,
				o->value ? o->value : "(none: must be given)", o->help, rule);
	}
}

void config_write_help(FILE *out)
{
	(void)fprintf(out, "options of the configuration file, with their defaults:\n");
	write_options(out, false);
}

enum err config_write_example(FILE *out)
{
	(void)fprintf(out,
		"# The configuration of hem, the home energy manager.\n"
		"#\n"
		"# An option that is commented out has the value it shows. Relative paths start\n"
		"# at this file's folder. Behind a value, a blank and a semicolon begin a "
		"comment.\n");
	write_options(out, true);
	return fflush(out) != 0 || ferror(out) ? ERR_IO : ERR_OK;
}
