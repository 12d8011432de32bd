/* commands_cli: the words of a command line, from one table that is also the command's --help. */
#ifndef LEM_HEM_COMMANDS_CLI_H
#define LEM_HEM_COMMANDS_CLI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLI_OPTIONS_MAX = 24, CLI_WORDS_MAX = 2 };

/* What an option takes. */
enum cli_kind {
	CLI_TEXT, /* to: const char * */
	CLI_INT,  /* to: int64_t, within 0..max */
	CLI_FLAG, /* to: bool */
};

/* One option `--name`, perhaps with a letter. */
struct cli_option {
	const char *name;
	char letter; /* 0: none */
	enum cli_kind kind;
	void *to;
	const char *value; /* its name in --help */
	const char *help;
	int64_t max;
};

/* A command's line. words: what is not an option. */
struct cli {
	const char *usage; /* "hem bid [OPTION...]" */
	const char *about;
	const struct cli_option *options; /* at most CLI_OPTIONS_MAX */
	size_t count;
	int words_max;
	const char *words[CLI_WORDS_MAX];
	int word_count;
};

/* Parse. -1: go on; else the exit code: 0 after --help and --version (printed), HEM_EXIT_USAGE
 * after a complaint on standard error. */
int cli_parse(struct cli *cli, int argc, char **argv);

#endif
