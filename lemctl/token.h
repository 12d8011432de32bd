/* token: `lemctl token`, a login password for tools like mosquitto_sub. */
#ifndef LEM_LEMCTL_TOKEN_H
#define LEM_LEMCTL_TOKEN_H

/* `token --key FILE --market ID CLIENTID`: prints a login token. 0; 1 with the reason; 2 usage. */
int token_command(int argc, char **argv);

#endif
