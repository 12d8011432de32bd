/* canon: `lemctl canon`, the canonical form of a JSON text. */
#ifndef LEM_LEMCTL_CANON_H
#define LEM_LEMCTL_CANON_H
#include <stdio.h>

/* The longest text, in bytes. */
enum { CANON_TEXT_MAX = 16 * 1024 * 1024 };

/* Read one I-JSON text from `in` up to its end and write its canonical form (RFC 8785) to `out`,
 * without a line end. 0; or 1 and one line to `err`: "line L, column C: ..." if the text is
 * refused, or what else failed. Unless it was the writing that failed, nothing is written to `out`
 * then. */
int canon_stream(FILE *in, FILE *out, FILE *err);

/* The command: canon_stream() from standard input to standard output. It takes no arguments: 2,
 * with one line on standard error, if there are any. argv[0] is the command's name. */
int canon_command(int argc, char **argv);

#endif
