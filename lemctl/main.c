/* lemctl: the operator's and integrator's command. */
#include <stdio.h>
#include <string.h>
#include "lemctl/args.h"
#include "lemctl/backup.h"
#include "lemctl/canon.h"
#include "lemctl/check_message.h"
#include "lemctl/clear.h"
#include "lemctl/history.h"
#include "lemctl/homes.h"
#include "lemctl/init.h"
#include "lemctl/invoices.h"
#include "lemctl/network.h"
#include "lemctl/operator.h"
#include "lemctl/params.h"
#include "lemctl/serve.h"
#include "lemctl/services.h"
#include "lemctl/sign.h"
#include "lemctl/stats.h"
#include "lemctl/token.h"
#include "lemctl/verify.h"

/* A subcommand; its argv[0] is its own name. */
struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

static const struct command commands[] = {
	{"init", init_command, "make a market: keys, genesis, databases, mosquitto.conf"},
	{"home", home_command, "add, change, list, show or revoke homes"},
	{"deposit", deposit_command, "book money to a home or role"},
	{"status", status_command, "how the market stands"},
	{"backup", backup_command, "copy both databases, also while the broker runs"},
	{"withdraw", withdraw_command, "book money that is paid out to a home or role"},
	{"params", params_command, "show or change the market's parameters"},
	{"dso", dso_command, "limit the community's net and approve schedules, as its DSO"},
	{"tso", tso_command, "the same as its TSO; ask for regulation"},
	{"aggregator", aggregator_command, "say what energy costs outside the market"},
	{"history", history_command, "import readings from before the market began"},
	{"verify", verify_command, "audit a ledger file, from genesis to head"},
	{"stats", stats_command, "what the market did, by slot, day or month"},
	{"invoice", invoice_command, "what moved a home's money in a month"},
	{"serve", serve_command, "a page of all that, for a browser on this machine"},
	{"clear", clear_command, "read a book of orders as JSON, print the awards"},
	{"sign", sign_command, "sign a JSON message"},
	{"check-message", check_message_command, "check a message's form and signature"},
	{"token", token_command, "print a login password"},
	{"canon", canon_command, "read JSON, write its canonical form (RFC 8785)"},
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static void print_help(FILE *out)
{
	(void)fputs("usage: lemctl COMMAND [ARGUMENT...]\n"
		    "       lemctl --help | --version\n\ncommands:\n",
		out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		(void)fprintf(out, "  %-14s %s\n", commands[i].name, commands[i].help);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (strcmp(name, "--help") == 0) {
		print_help(stdout);
		return 0;
	}
	if (strcmp(name, "--version") == 0) {
		(void)puts("lemctl " LEM_VERSION);
		return 0;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (argc > 1)
		(void)fprintf(stderr, "lemctl: '%s' is not a command\n", name);
	print_help(stderr);
	return EXIT_USAGE;
}
