/* es6_number: numbers as text, as RFC 8785 section 3.2.2.3 (ECMAScript 2019, 7.1.12.1) has them:
 * the fewest digits that read back as the same double and, of those, the closest. Independent of
 * the locale. */
#ifndef LEM_WIRE_ES6_NUMBER_H
#define LEM_WIRE_ES6_NUMBER_H
#include <stddef.h>

/* Bytes that hold every result: "-1.7976931348623157e+308" has 24. No NUL is added. */
enum { ES6_NUMBER_MAX = 32 };

/* The double nearest to a JSON number (RFC 8259 section 6) of any length, ties to even; infinite if
 * it is beyond the range. The text must be of that grammar. */
double es6_number_read(const char *text, size_t len);

/* The text of a finite double into out; -0 is "0". Returns its length. */
size_t es6_number_print(double value, char out[static ES6_NUMBER_MAX]);

/* The same for a JSON number given as text, of a magnitude within the range of a double; by its
 * digits, without a double, where it has at most 15 of them and needs no exponent. */
size_t es6_number_text(const char *text, size_t len, char out[static ES6_NUMBER_MAX]);

#endif
