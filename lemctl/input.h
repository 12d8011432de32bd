/* input: the text that a command works on. */
#ifndef LEM_LEMCTL_INPUT_H
#define LEM_LEMCTL_INPUT_H
#include <stddef.h>

/* A whole file, or standard input for "-", in out; its length, or 0 if it cannot be read or does
 * not fit in size - 1 bytes. */
size_t input_read(const char *path, char *out, size_t size);

#endif
