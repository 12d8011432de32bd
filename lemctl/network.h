/* network: `lemctl dso` and `lemctl tso`: what an operator of the network does. */
#ifndef LEM_LEMCTL_NETWORK_H
#define LEM_LEMCTL_NETWORK_H

/* The commands' main(). */
int dso_command(int argc, char **argv);
int tso_command(int argc, char **argv);

#endif
