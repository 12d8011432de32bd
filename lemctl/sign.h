/* sign: `lemctl sign` and `lemctl check-message`, an integrator's first tools. */
#ifndef LEM_LEMCTL_SIGN_H
#define LEM_LEMCTL_SIGN_H

/* `sign --key FILE --market ID [--kind KIND] [--bare]`: reads one JSON object on standard input,
 * signs it, and prints it in canonical form with its signature; with --bare the signature alone.
 * The key file is PEM (PKCS #8). 0; 1 with the reason; 2 usage. */
int sign_command(int argc, char **argv);

/* `check-message FILE --key FILE --market ID`: whether a message is well formed and signed by the
 * key, as the market's verifier would see it. Prints its operation, id and signing input. The key
 * file holds a public key ("p256:...") or is PEM. 0; 1 with field and rule; 2 usage. */
int check_message_command(int argc, char **argv);

#endif
