/* history: readings from before the market began, for the aggregator's first schedule. */
#ifndef LEM_LEMCTL_HISTORY_H
#define LEM_LEMCTL_HISTORY_H

/* `lemctl history import`. Exit codes: 0; 1 refused, with file, line, field and rule; 2 usage. */
int history_command(int argc, char **argv);

#endif
