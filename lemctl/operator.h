/* operator: the operator's commands: signed requests, through the running broker or, with the
 * broker stopped, straight into the intake log under the plugin's lock. */
#ifndef LEM_LEMCTL_OPERATOR_H
#define LEM_LEMCTL_OPERATOR_H

/* `lemctl home add|list|revoke`, `lemctl deposit`. Exit codes: 0; 1 refused, with the market's
 * sentence; 2 usage; 3 the broker cannot be reached. */
int home_command(int argc, char **argv);
int deposit_command(int argc, char **argv);

#endif
