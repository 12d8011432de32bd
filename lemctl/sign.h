/* sign: `lemctl sign`, an integrator's first tool. */
#ifndef LEM_LEMCTL_SIGN_H
#define LEM_LEMCTL_SIGN_H

/* `sign --key FILE --market ID [--kind KIND] [--bare]`: reads one JSON object on standard input,
 * signs it, and prints it in canonical form with its signature; with --bare, or of another kind
 * than request, the signature alone. KIND is request, reading, statement, receipt or header.
 * The key file is PEM (PKCS #8). 0; 1 with the reason; 2 usage. */
int sign_command(int argc, char **argv);

#endif
