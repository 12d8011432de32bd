/* quote: `hem quote`: what the battery would bid or offer at a given SOC, and which of the paper's
 * equations and which limits bound it. Needs no market and no network. */
#ifndef LEM_HEM_QUOTE_H
#define LEM_HEM_QUOTE_H
#include <stdio.h>

enum { QUOTE_EXIT_QUOTE = 0, QUOTE_EXIT_NO_TRADE = 1, QUOTE_EXIT_USAGE = 2 };

/* `quote --soc SOC [--config FILE] [--side buy|sell] [--limit CENTS_PER_KWH] [--slot SECONDS]
 * [--json] [--help]`; argv[0] is "quote". Without --side both sides are quoted; without --config
 * the defaults of the options hold; without --limit the home would open the auction itself; a slot
 * has 900 s. Prints to standard output, complaints to standard error. Returns
 * QUOTE_EXIT_QUOTE if a quote (with both sides: at least one) trades, QUOTE_EXIT_NO_TRADE,
 * or QUOTE_EXIT_USAGE also for a configuration that cannot be read. */
int quote_command(int argc, char **argv);

/* The same into given streams. */
int quote_run(int argc, char **argv, FILE *out, FILE *err);

#endif
