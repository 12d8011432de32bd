/* clear: `lemctl clear`, the market's own clearing on a book of one's own. */
#ifndef LEM_LEMCTL_CLEAR_H
#define LEM_LEMCTL_CLEAR_H
#include <stdio.h>
#include "core/book.h"

/*
 * Read a book (lemctl/book_file.h) from `in` up to its end, clear it by the rule as the ledger does
 * (core/clearing.h), and write to `out` one line, in merit order:
 * {"awards":[{"id":"a","quantity_wh":3000,"price_mc_per_kwh":8200}]}
 * Under vickrey each award has "amount_uc" in place of the price. Answers 0; or 1 and one line to
 * `err`: the field and the rule it breaks, or what else failed. Unless it was the writing that
 * failed, nothing is written to `out` then.
 */
int clear_stream(enum rule rule, FILE *in, FILE *out, FILE *err);

/* The command, from standard input to standard output: `clear --rule RULE`, RULE being pay-as-bid,
 * uniform or vickrey. argv[0] is the command's name. 2, with one line on standard error, if the
 * arguments are anything else. */
int clear_command(int argc, char **argv);

#endif
