/* params: `lemctl params`: the market's parameters, as they were, are and will be; and changes of
 * them, through the running broker or, with the broker stopped, straight into the intake log. */
#ifndef LEM_LEMCTL_PARAMS_H
#define LEM_LEMCTL_PARAMS_H

/* `lemctl params set|show`. Exit codes: 0; 1 refused, with the market's sentence; 2 usage; 3 the
 * broker cannot be reached. */
int params_command(int argc, char **argv);

#endif
