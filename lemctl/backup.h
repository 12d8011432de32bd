/* backup: a copy of a market's databases. */
#ifndef LEM_LEMCTL_BACKUP_H
#define LEM_LEMCTL_BACKUP_H

/* `lemctl backup`. Exit codes: 0; 1 refused or failed, with the reason; 2 usage; 3 the broker
 * cannot be reached. */
int backup_command(int argc, char **argv);

#endif
