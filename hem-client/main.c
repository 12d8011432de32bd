/* hem: the home energy manager. */
#include <stdio.h>
#include <string.h>
#include "hem-client/commands.h"
#include "hem-client/config.h"
#include "hem-client/quote.h"

/* A command; its argv[0] is its own name. */
struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

static const struct command commands[] = {
	{"init", hem_init, "make keys and a configuration"},
	{"register", hem_register, "bring the keys to the market, with the enrolment code"},
	{"run", hem_run, "take part in the market until told to stop"},
	{"quote", quote_command, "what the battery would bid or offer, and why"},
	{"bid", hem_bid, "buy energy: open an auction, or answer one"},
	{"offer", hem_bid, "sell energy: open an auction, or answer one"},
	{"wallet", hem_wallet, "the home's money, as the market signs it"},
	{"invoice", hem_invoice, "what moved the home's money in a month"},
	{"mode", hem_mode, "trade, be paid for the CPF, or both, from a slot on"},
	{"status", hem_status, "how `hem run` stands"},
	{"ledger", hem_ledger, "show the home's copy of the ledger, or verify it"},
	{"history", hem_history, "what the meter showed before the market began"},
	{"verify", hem_verify, "the same as `ledger verify`"},
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static void print_help(FILE *out)
{
	(void)fputs("usage: hem COMMAND [OPTION...]\n"
		    "       hem --help | --version | --options\n\ncommands:\n",
		out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		(void)fprintf(out, "  %-12s %s\n", commands[i].name, commands[i].help);
	(void)fputs(
		"\nEach command knows --help; --options lists the configuration file's.\n", out);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		print_help(stdout);
		return HEM_EXIT_OK;
	}
	if (strcmp(name, "--version") == 0) {
		(void)puts("hem " LEM_VERSION);
		return HEM_EXIT_OK;
	}
	if (strcmp(name, "--options") == 0) {
		config_write_help(stdout);
		return HEM_EXIT_OK;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	if (argc > 1)
		(void)fprintf(stderr, "hem: '%s' is not a command\n", name);
	print_help(stderr);
	return HEM_EXIT_USAGE;
}
