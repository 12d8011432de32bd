#include "lemctl/args.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_help(const struct args *a)
{
	(void)printf("usage: %s\n\n%s\n\noptions:\n", a->usage, a->about);
	for (size_t i = 0; i < a->count; i++) {
		const struct arg *o = &a->table[i];
		char left[64];
		(void)snprintf(left, sizeof left, "--%s %s", o->name,
			o->type == ARG_FLAG ? "" : o->value_name);
		(void)printf("  %-28s %s\n", left, o->help);
	}
	(void)printf("  %-28s %s\n", "--help", "this text");
}

static int complain(const struct args *a, const char *what, const char *word)
{
	(void)fprintf(stderr, "lemctl: %s: %s\nusage: %s\n", word, what, a->usage);
	return EXIT_USAGE;
}

static const struct arg *find(const struct args *a, const char *name, size_t len)
{
	for (size_t i = 0; i < a->count; i++) {
		if (strlen(a->table[i].name) == len && memcmp(a->table[i].name, name, len) == 0)
			return &a->table[i];
	}
	return NULL;
}

static bool set_int(const struct arg *o, const char *text)
{
	char *end = NULL;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < o->min || value > o->max)
		return false;
	*(int64_t *)o->to = value;
	return true;
}

/* One option; *i moves over its value. */
static int set(const struct args *a, int argc, char **argv, int *i)
{
	const char *word = argv[*i];
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) - 2 : strlen(word) - 2;
	const struct arg *o = find(a, word + 2, len);
	const char *value = equals ? equals + 1 : NULL;

	if (!o)
		return complain(a, "no such option", word);
	if (o->type == ARG_FLAG) {
		*(bool *)o->to = true;
		return equals ? complain(a, "takes no value", word) : -1;
	}
	if (!value && *i + 1 < argc)
		value = argv[++*i];
	if (!value)
		return complain(a, "needs a value", word);
	if (o->type == ARG_INT && !set_int(o, value)) {
		char what[96];
		(void)snprintf(what, sizeof what, "needs an integer from %lld to %lld",
			(long long)o->min, (long long)o->max);
		return complain(a, what, word);
	}
	if (o->type == ARG_TEXT)
		*(const char **)o->to = value;
	return -1;
}

int args_parse(struct args *a, int argc, char **argv)
{
	bool options = true;

	for (int i = 1; i < argc; i++) {
		int code = -1;
		if (options && strcmp(argv[i], "--help") == 0) {
			print_help(a);
			return 0;
		}
		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (options && strncmp(argv[i], "--", 2) == 0)
			code = set(a, argc, argv, &i);
		else if (a->positional_count == a->positional_max)
			code = complain(a, "too many words", argv[i]);
		else
			a->positional[a->positional_count++] = argv[i];
		if (code >= 0)
			return code;
	}
	if (a->positional_count < a->positional_min)
		return complain(a, "something is missing", a->positional_count ? "?" : argv[0]);
	return -1;
}
