#include "hem-client/commands_cli.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hem-client/commands.h"

enum { HELP = 256, VERSION, FIRST };

static void print_help(const struct cli *c)
{
	(void)printf("usage: %s\n\n%s\n\n", c->usage, c->about);
	for (size_t i = 0; i < c->count; i++) {
		const struct cli_option *o = &c->options[i];
		char left[64];
		char letter[8] = "    ";
		if (o->letter)
			snprintf(letter, sizeof letter, "-%c, ", o->letter);
		snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name,
			o->kind == CLI_FLAG ? "" : " ", o->kind == CLI_FLAG ? "" : o->value);
		(void)printf("  %-26s %s\n", left, o->help);
	}
	(void)printf("  %-26s %s\n  %-26s %s\n", "    --help", "this text", "    --version",
		"the program's version");
}

/* Store a value; whether it is one. */
static bool store(const struct cli_option *o, const char *text)
{
	char *end = NULL;
	long long value;

	if (o->kind == CLI_FLAG)
		*(bool *)o->to = true;
	if (o->kind == CLI_TEXT)
		*(const char **)o->to = text;
	if (o->kind != CLI_INT)
		return true;
	value = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || value < 0 || value > o->max)
		return false;
	*(int64_t *)o->to = value;
	return true;
}

/* getopt's own tables out of ours. */
static void make_tables(const struct cli *c, struct option *longs, char *letters)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct cli_option *o = &c->options[i];
		int takes = o->kind != CLI_FLAG;
		longs[i] = (struct option){
			o->name, takes ? required_argument : no_argument, NULL, FIRST + (int)i};
		if (!o->letter)
			continue;
		*letters++ = o->letter;
		if (takes)
			*letters++ = ':';
	}
	longs[c->count] = (struct option){"help", no_argument, NULL, HELP};
	longs[c->count + 1] = (struct option){"version", no_argument, NULL, VERSION};
	longs[c->count + 2] = (struct option){NULL, 0, NULL, 0};
	*letters = '\0';
}

static const struct cli_option *option_of(const struct cli *c, int got)
{
	for (size_t i = 0; i < c->count; i++) {
		if (got == FIRST + (int)i || (c->options[i].letter && got == c->options[i].letter))
			return &c->options[i];
	}
	return NULL;
}

static int complain(const struct cli *c)
{
	(void)fprintf(stderr, "usage: %s (--help says more)\n", c->usage);
	return HEM_EXIT_USAGE;
}

int cli_parse(struct cli *c, int argc, char **argv)
{
	struct option longs[CLI_OPTIONS_MAX + 3];
	char letters[2 * CLI_OPTIONS_MAX + 1];
	int got;

	make_tables(c, longs, letters);
	optind = 0; /* begin anew */
	while ((got = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct cli_option *o = option_of(c, got);
		if (got == HELP) {
			print_help(c);
			return HEM_EXIT_OK;
		}
		if (got == VERSION) {
			(void)puts("hem " LEM_VERSION);
			return HEM_EXIT_OK;
		}
		if (!o)
			return complain(c);
		if (!store(o, optarg)) {
			(void)fprintf(stderr, "hem: --%s: '%s' is no number of 0 to %lld\n",
				o->name, optarg, (long long)o->max);
			return complain(c);
		}
	}
	for (; optind < argc && c->word_count < c->words_max; optind++)
		c->words[c->word_count++] = argv[optind];
	if (optind < argc) {
		(void)fprintf(stderr, "hem: '%s' is not expected here\n", argv[optind]);
		return complain(c);
	}
	return -1;
}
