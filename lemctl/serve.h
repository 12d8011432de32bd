/* serve: the operator's page, over HTTP on this machine. */
#ifndef LEM_LEMCTL_SERVE_H
#define LEM_LEMCTL_SERVE_H

/* `lemctl serve`. Runs until SIGINT or SIGTERM. Exit codes: 0; 1 the databases or the port cannot
 * be had; 2 usage. */
int serve_command(int argc, char **argv);

#endif
