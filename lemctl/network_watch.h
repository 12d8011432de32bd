/* network_watch: `lemctl dso watch`: schedules as they are announced, and answers to them. */
#ifndef LEM_LEMCTL_NETWORK_WATCH_H
#define LEM_LEMCTL_NETWORK_WATCH_H

/* The command's main(), of the role of that name. */
int network_watch(const char *role, int argc, char **argv);

#endif
