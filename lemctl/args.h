/* args: the options of a command, from one table that is also its --help. */
#ifndef LEM_LEMCTL_ARGS_H
#define LEM_LEMCTL_ARGS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ARGS_POSITIONAL_MAX = 32, ARGS_FILE_MAX = 4096, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

/* What an option takes: a word, an integer, nothing; a file of options, which count before those
 * of the command line. */
enum arg_type { ARG_TEXT, ARG_INT, ARG_FLAG, ARG_OPTIONS };

/* One option `--name`; `to` is a const char *, int64_t or bool. Integers lie within min..max. */
struct arg {
	const char *name; /* "host", or with a letter "host|h" */
	enum arg_type type;
	void *to;
	const char *value_name; /* of the value, as in --help */
	const char *help;
	int64_t min, max;
};

/* A command's words. */
struct args {
	const char *usage; /* "lemctl init [OPTION...] DIR" */
	const char *about;
	const struct arg *table;
	size_t count;
	int positional_min, positional_max;
	const char *positional[ARGS_POSITIONAL_MAX];
	int positional_count;
	char file[ARGS_FILE_MAX]; /* the text of a file of options */
};

/* Parse. -1: go on; else the exit code: 0 after --help (printed), EXIT_USAGE after a complaint. */
int args_parse(struct args *args, int argc, char **argv);

/* Complain on stderr that `word` is wrong, and why; EXIT_USAGE. */
int args_complain(const struct args *args, const char *word, const char *why);

#endif
