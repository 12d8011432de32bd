/* commands: what `hem` can be told to do, and the exit codes they share. */
#ifndef LEM_HEM_COMMANDS_H
#define LEM_HEM_COMMANDS_H

enum {
	HEM_EXIT_OK = 0,
	HEM_EXIT_REFUSED = 1,     /* refused or failed: a sentence says why */
	HEM_EXIT_USAGE = 2,       /* the command line is wrong */
	HEM_EXIT_UNREACHABLE = 3, /* the market does not answer */
	HEM_EXIT_CONFIG = 78,     /* the configuration is wrong (EX_CONFIG of sysexits.h) */
};

/* The commands; argv[0] is the command's own name. All know --help and return an exit code. */
int hem_init(int argc, char **argv);
int hem_register(int argc, char **argv);
int hem_run(int argc, char **argv);
int hem_bid(int argc, char **argv); /* `bid` and `offer` */
int hem_wallet(int argc, char **argv);
int hem_invoice(int argc, char **argv);
int hem_mode(int argc, char **argv);
int hem_status(int argc, char **argv);
int hem_ledger(int argc, char **argv); /* `ledger show`, `ledger verify` */
int hem_verify(int argc, char **argv);
int hem_history(int argc, char **argv);

#endif
