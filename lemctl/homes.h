/* homes: the operator's commands about homes: enrol, change, list, show, revoke. */
#ifndef LEM_LEMCTL_HOMES_H
#define LEM_LEMCTL_HOMES_H

/* `lemctl home add|change|list|show|revoke`. Exit codes: 0; 1 refused, with the market's sentence;
 * 2 usage; 3 the broker cannot be reached. */
int home_command(int argc, char **argv);

#endif
