/* stats: what the market did, by slot, day or month, out of both databases. */
#ifndef LEM_LEMCTL_STATS_H
#define LEM_LEMCTL_STATS_H

/* `lemctl stats`. Exit codes: 0; 1 the databases cannot be read; 2 usage. */
int stats_command(int argc, char **argv);

#endif
