/* check_message: `lemctl check-message`, what the market would say to a message. */
#ifndef LEM_LEMCTL_CHECK_MESSAGE_H
#define LEM_LEMCTL_CHECK_MESSAGE_H

/* `check-message FILE --key FILE --market ID`: whether a message is well formed and signed by the
 * key, as the market's verifier would see it. Prints its operation, id and signing input. The key
 * file holds a public key ("p256:..." or PEM) or a private one (PEM). The address of a message that
 * has one must be the key's; an unsigned message is said to be so. 0; 1 with field and rule; 2
 * usage. */
int check_message_command(int argc, char **argv);

#endif
