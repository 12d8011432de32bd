#include "wire/es6_number.h"
#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* No double and no middle between two has more than 767 significant digits, so that what
	 * follows so many only decides whether the value is above a middle. */
	DIGITS_READ = 800,
	DIGITS_SURE = 15,     /* DBL_DIG: so many survive text -> double -> text */
	DIGITS_ENOUGH = 17,   /* so many survive double -> text -> double */
	EXPONENT_FAR = 99999, /* beyond every double, whatever the digits */
	PLAIN_MAX = 21,       /* ECMAScript writes up to so many digits before the point */
	ZEROS_MAX = 6,        /* and fewer zeros than these after "0." */
};

/* 2^53: integers up to it are doubles, and ECMAScript writes them as they are. */
static const char integer_max[] = "9007199254740992";

/* 0.d1 d2 d3 ... * 10^point */
struct decimal {
	char digits[DIGITS_ENOUGH];
	int count;
	int point;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The exponent after the 'e' at text[0], held within +-10^9. */
static int64_t read_exponent(const char *text, size_t len)
{
	bool negative = len > 1 && text[1] == '-';
	int64_t value = 0;

	for (size_t i = 1; i < len; i++)
		if (is_digit(text[i]) && value < 100000000)
			value = value * 10 + (text[i] - '0');
	return negative ? -value : value;
}

/* strtod() follows the locale only in what stands between whole digits and fraction: a text without
 * a point is read alike everywhere. */
static double read_digits(char *digits, size_t count, int64_t exponent)
{
	int bounded = (int)(exponent > EXPONENT_FAR    ? EXPONENT_FAR
			    : exponent < -EXPONENT_FAR ? -EXPONENT_FAR
						       : exponent);

	(void)snprintf(digits + count, 8, "e%d", bounded); /* "e-99999" and NUL are 8 */
	return strtod(digits, NULL);
}

double es6_number_read(const char *text, size_t len)
{
	char digits[DIGITS_READ + 16];
	size_t count = 0;
	int64_t exponent = 0;
	bool fraction = false;
	bool more = false;
	bool negative = len > 0 && text[0] == '-';
	double value;

	for (size_t i = negative; i < len; i++) {
		if (text[i] == 'e' || text[i] == 'E') {
			exponent += read_exponent(text + i, len - i);
			break;
		}
		if (text[i] == '.') {
			fraction = true;
			continue;
		}
		exponent -= fraction;
		if (count == DIGITS_READ) {
			more |= text[i] != '0';
			exponent++;
		} else if (count > 0 || text[i] != '0') {
			digits[count++] = text[i];
		}
	}
	if (more) {
		digits[count++] = '1';
		exponent--;
	}
	value = count > 0 ? read_digits(digits, count, exponent) : 0;
	return negative ? -value : value;
}

/* The nearest decimal of `count` digits to a positive value. */
static struct decimal decimal_nearest(double value, int count)
{
	struct decimal d = {.count = count};
	char text[64];
	const char *exponent;
	int n = 0;

	(void)snprintf(text, sizeof text, "%.*e", count - 1, value);
	exponent = strchr(text, 'e');
	assert(exponent);
	/* What is no digit is the locale's decimal point. */
	for (const char *at = text; at < exponent; at++)
		if (is_digit(*at) && n < count)
			d.digits[n++] = *at;
	d.point = (int)strtol(exponent + 1, NULL, 10) + 1;
	return d;
}

/* The next decimal of as many digits above d. */
static struct decimal decimal_above(struct decimal d)
{
	int i = d.count - 1;

	while (i >= 0 && d.digits[i] == '9')
		d.digits[i--] = '0';
	if (i >= 0) {
		d.digits[i]++;
	} else {
		d.digits[0] = '1';
		d.point++;
	}
	return d;
}

static bool decimal_is(const struct decimal *d, double value)
{
	char text[DIGITS_ENOUGH + 16];

	memcpy(text, d->digits, (size_t)d->count);
	return read_digits(text, (size_t)d->count, d->point - d->count) == value;
}

/* The shortest decimal that reads back as a positive value, of those the nearest. Below 15 digits
 * there is nothing to try among normal doubles: if fewer would do, the nearest 15 end in zeros. */
static struct decimal decimal_shortest(double value)
{
	int exponent;
	bool lopsided = frexp(value, &exponent) == 0.5;
	struct decimal d = {.count = 0};

	for (int count = value < DBL_MIN ? 1 : DIGITS_SURE; count <= DIGITS_ENOUGH; count++) {
		d = decimal_nearest(value, count);
		if (decimal_is(&d, value))
			break;
		/* Below a power of two doubles are twice as dense as above: the nearest decimal
		 * may be below and miss, and the one above hit. 2^-44 is such a value. */
		if (lopsided) {
			d = decimal_above(d);
			if (decimal_is(&d, value))
				break;
		}
	}
	while (d.count > 1 && d.digits[d.count - 1] == '0')
		d.count--;
	return d;
}

static size_t put_digits(char *out, const char *digits, int count)
{
	memcpy(out, digits, (size_t)count);
	return (size_t)count;
}

static size_t put_zeros(char *out, int count)
{
	memset(out, '0', (size_t)count);
	return (size_t)count;
}

/* ECMAScript's layout of Number::toString. */
static size_t put_decimal(const struct decimal *d, char *out)
{
	size_t len = 0;

	if (d->point > 0 && d->point <= PLAIN_MAX) {
		int whole = d->count < d->point ? d->count : d->point;

		len += put_digits(out, d->digits, whole);
		len += put_zeros(out + len, d->point - whole);
		if (d->count > whole) {
			out[len++] = '.';
			len += put_digits(out + len, d->digits + whole, d->count - whole);
		}
		return len;
	}
	if (d->point <= 0 && d->point > -ZEROS_MAX) {
		len += put_digits(out, "0.", 2);
		len += put_zeros(out + len, -d->point);
		return len + put_digits(out + len, d->digits, d->count);
	}
	out[len++] = d->digits[0];
	if (d->count > 1) {
		out[len++] = '.';
		len += put_digits(out + len, d->digits + 1, d->count - 1);
	}
	return len + (size_t)snprintf(out + len, ES6_NUMBER_MAX - len, "e%+d", d->point - 1);
}

size_t es6_number_print(double value, char out[static ES6_NUMBER_MAX])
{
	struct decimal d;
	size_t sign = value < 0;

	assert(isfinite(value));
	if (value == 0) {
		out[0] = '0';
		return 1;
	}
	out[0] = '-';
	d = decimal_shortest(sign ? -value : value);
	return sign + put_decimal(&d, out + sign);
}

/* Whether the text is the answer once trailing zeros are dropped after a point: it has so few
 * digits that no shorter text can mean the same double, and needs no exponent. */
static bool is_plain(const char *text, size_t len)
{
	size_t digits = 0;

	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i]) && text[i] != '.')
			return false;
		digits += text[i] != '.';
	}
	if (memcmp(text, "0.000000", len < 8 ? len : 8) == 0 && len > 1)
		return false;
	if (digits <= DIGITS_SURE)
		return true;
	return digits == len && len == sizeof integer_max - 1 &&
	       memcmp(text, integer_max, len) <= 0;
}

size_t es6_number_text(const char *text, size_t len, char out[static ES6_NUMBER_MAX])
{
	size_t sign = len > 0 && text[0] == '-';
	size_t end = len;

	if (!is_plain(text + sign, len - sign))
		return es6_number_print(es6_number_read(text, len), out);
	if (memchr(text, '.', len)) {
		while (text[end - 1] == '0')
			end--;
		end -= text[end - 1] == '.';
	}
	if (text[sign] == '0' && end == sign + 1) /* -0 is 0 */
		return es6_number_print(0, out);
	memcpy(out, text, end);
	return end;
}
