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
		size_t n = strcspn(o->name, "|");
		char left[64];
		(void)snprintf(left, sizeof left, "%s%s%s--%.*s %s", o->name[n] ? "-" : "",
			o->name[n] ? o->name + n + 1 : "", o->name[n] ? ", " : "", (int)n, o->name,
			o->type == ARG_FLAG ? "" : o->value_name);
		(void)printf("  %-28s %s\n", left, o->help);
	}
	(void)printf("  %-28s %s\n", "--help", "this text");
}

int args_complain(const struct args *a, const char *word, const char *why)
{
	(void)fprintf(stderr, "lemctl: %s: %s\nusage: %s\n", word, why, a->usage);
	return EXIT_USAGE;
}

static const struct arg *find(const struct args *a, const char *name, size_t len)
{
	for (size_t i = 0; i < a->count; i++) {
		if (strcspn(a->table[i].name, "|") == len &&
			memcmp(a->table[i].name, name, len) == 0)
			return &a->table[i];
	}
	return NULL;
}

static const struct arg *find_letter(const struct args *a, char letter)
{
	for (size_t i = 0; i < a->count; i++) {
		const char *bar = strchr(a->table[i].name, '|');
		if (bar && bar[1] == letter)
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
	bool is_long = word[1] == '-';
	const char *equals = is_long ? strchr(word, '=') : NULL;
	size_t len = equals ? (size_t)(equals - word) - 2 : strlen(word) - 2;
	const struct arg *o = is_long           ? find(a, word + 2, len)
			      : word[2] == '\0' ? find_letter(a, word[1])
						: NULL;
	const char *value = equals ? equals + 1 : NULL;

	if (!o)
		return args_complain(a, word, "no such option");
	if (o->type == ARG_FLAG) {
		*(bool *)o->to = true;
		return equals ? args_complain(a, word, "takes no value") : -1;
	}
	if (!value && *i + 1 < argc)
		value = argv[++*i];
	if (!value)
		return args_complain(a, word, "needs a value");
	if (o->type == ARG_INT && !set_int(o, value)) {
		char what[96];
		(void)snprintf(what, sizeof what, "needs an integer from %lld to %lld",
			(long long)o->min, (long long)o->max);
		return args_complain(a, word, what);
	}
	if (o->type == ARG_TEXT)
		*(const char **)o->to = value;
	return -1;
}

/* Cut one line into an option and its value; false if nothing is on it. */
static bool cut_line(char *line, char *words[static 2], int *ret_count)
{
	char *value;

	line += strspn(line, " \t");
	line[strcspn(line, "\r")] = '\0';
	if (line[0] == '\0' || line[0] == '#')
		return false;
	value = line + strcspn(line, " \t");
	words[0] = line;
	words[1] = value + strspn(value, " \t");
	*ret_count = words[1][0] ? 2 : 1;
	*value = '\0';
	return true;
}

/* The options of a file, a line each: `-h HOST` or `--host HOST`. */
static int read_file(struct args *a, const char *path)
{
	FILE *file = fopen(path, "r");
	size_t n = file ? fread(a->file, 1, sizeof a->file, file) : 0;
	char *line = a->file, *next;

	if (file)
		(void)fclose(file);
	if (!file || n == sizeof a->file)
		return args_complain(a, path, file ? "is too long" : "cannot be read");
	a->file[n] = '\0';
	for (; line; line = next) {
		char *words[2];
		int count = 0, at = 0, code;
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!cut_line(line, words, &count))
			continue;
		code = words[0][0] == '-' ? set(a, count, words, &at)
					  : args_complain(a, words[0], "no such option");
		if (code >= 0)
			return code;
	}
	return -1;
}

/* The file of options that the command line names, if any; at most one. */
static int find_file(struct args *a, int argc, char **argv)
{
	bool found = false;

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
		bool is_long = strncmp(word, "--", 2) == 0;
		const struct arg *o = NULL;
		if (is_long)
			o = find(a, word + 2, strcspn(word + 2, "="));
		else if (word[0] == '-' && word[1] && !word[2])
			o = find_letter(a, word[1]);
		if (!o || o->type != ARG_OPTIONS)
			continue;
		if (is_long && strchr(word, '='))
			value = strchr(word, '=') + 1;
		if (found || !value)
			return args_complain(a, word, found ? "is given twice" : "needs a value");
		found = true;
		int code = read_file(a, value);
		if (code >= 0)
			return code;
	}
	return -1;
}

int args_parse(struct args *a, int argc, char **argv)
{
	bool options = true;
	int from_file = find_file(a, argc, argv);

	if (from_file >= 0)
		return from_file;
	for (int i = 1; i < argc; i++) {
		int code = -1;
		if (options && strcmp(argv[i], "--help") == 0) {
			print_help(a);
			return 0;
		}
		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (options && argv[i][0] == '-' && argv[i][1] != '\0')
			code = set(a, argc, argv, &i);
		else if (a->positional_count == a->positional_max)
			code = args_complain(a, argv[i], "too many words");
		else
			a->positional[a->positional_count++] = argv[i];
		if (code >= 0)
			return code;
	}
	if (a->positional_count < a->positional_min)
		return args_complain(
			a, a->positional_count ? "?" : argv[0], "something is missing");
	return -1;
}
