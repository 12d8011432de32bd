/* init: `lemctl init`, which makes a market: keys, genesis, databases, certificates, configuration.
 */
#ifndef LEM_LEMCTL_INIT_H
#define LEM_LEMCTL_INIT_H

/* The command; its --help says what it makes. Exit codes: 0, 1 (nothing is left behind that was not
 * there before, but files in DIR), 2. */
int init_command(int argc, char **argv);

#endif
