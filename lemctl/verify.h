/* verify: `lemctl verify`, the audit of a ledger file by itself. */
#ifndef LEM_LEMCTL_VERIFY_H
#define LEM_LEMCTL_VERIFY_H

/* The command. 0: every block, signature and row follows from the transactions; 1: the first that
 * does not is named (height, transaction or table and key, rule); 2: usage. */
int verify_command(int argc, char **argv);

#endif
