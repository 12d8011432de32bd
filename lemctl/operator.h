/* operator: the operator's commands about money and the market as a whole. */
#ifndef LEM_LEMCTL_OPERATOR_H
#define LEM_LEMCTL_OPERATOR_H

/* `lemctl deposit`, `lemctl withdraw`, `lemctl status`. Exit codes: 0; 1 refused, with the market's
 * sentence; 2 usage; 3 the broker cannot be reached. */
int deposit_command(int argc, char **argv);
int withdraw_command(int argc, char **argv);
int status_command(int argc, char **argv);

#endif
