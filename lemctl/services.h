/* services: what energy costs outside the market, said by the aggregator (`lemctl aggregator
 * tariff`), and regulation that the TSO asks it for (`lemctl tso activate`). */
#ifndef LEM_LEMCTL_SERVICES_H
#define LEM_LEMCTL_SERVICES_H

/* The commands, by their arguments; exit codes. */
int aggregator_command(int argc, char **argv);
int services_activate(int argc, char **argv);

#endif
