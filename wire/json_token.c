#include "wire/json_token.h"
#include <math.h>
#include <string.h>
#include "wire/es6_number.h"

enum {
	DIGITS_SAFE = 308,       /* an integer of so many digits is below the largest double */
	MESSAGE_DIGITS = 15,     /* of a decimal: so many survive a double */
	MESSAGE_FRACTION = 2,    /* digits after the point */
	SURROGATE_MASK = 0xFC00, /* the bits that tell the halves of a pair */
	SURROGATE_HIGH = 0xD800,
	SURROGATE_LOW = 0xDC00,
};

static const char message_integer_max[] = "9007199254740991"; /* 2^53-1 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Unicode's category Cc. */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

size_t json_token_utf8(const char *text, size_t len, uint32_t *ret_code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char lead = len > 0 ? (unsigned char)text[0] : 0;
	size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
	uint32_t code = lead & (0x7Fu >> length);

	if (lead < 0xC0 || lead > 0xF4 || length > len)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if (!is_continuation(text[i]))
			return 0;
		code = code << 6 | ((unsigned char)text[i] & 0x3Fu);
	}
	if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return 0;
	*ret_code = code;
	return length;
}

size_t json_token_put(uint32_t code, char out[static 4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

/* The value of a hexadecimal digit in either case, or 16. */
static uint32_t hex_value(char c)
{
	if (is_digit(c))
		return (uint32_t)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (uint32_t)(c - 'a') + 10;
	return c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10 : 16;
}

/* Read "\uXXXX" at text[0]. */
static enum json_rule read_hex(const char *text, size_t len, uint32_t *ret_unit)
{
	uint32_t unit = 0;

	for (size_t i = 2; i < 6; i++) {
		uint32_t value = i < len ? hex_value(text[i]) : 0;

		if (i >= len)
			return JSON_CUT_OFF;
		if (value > 15)
			return JSON_BAD_ESCAPE;
		unit = unit << 4 | value;
	}
	*ret_unit = unit;
	return JSON_OK;
}

/* Read "\uXXXX", or two that are a pair, at text[0]. */
static enum json_rule read_unicode(
	const char *text, size_t len, uint32_t *ret_code, size_t *ret_length)
{
	uint32_t high = 0;
	uint32_t low = 0;
	enum json_rule rule = read_hex(text, len, &high);

	*ret_code = high;
	*ret_length = 6;
	if (rule != JSON_OK || (high & 0xF800) != SURROGATE_HIGH)
		return rule;
	if ((high & SURROGATE_MASK) == SURROGATE_LOW || len < 12 || text[6] != '\\' ||
		text[7] != 'u' || read_hex(text + 6, len - 6, &low) != JSON_OK ||
		(low & SURROGATE_MASK) != SURROGATE_LOW)
		return JSON_LONE_SURROGATE;
	*ret_code = 0x10000 + ((high & 0x3FF) << 10 | (low & 0x3FF));
	*ret_length = 12;
	return JSON_OK;
}

/* Read the escape at text[0], a backslash. */
static enum json_rule read_escape(
	const char *text, size_t len, uint32_t *ret_code, size_t *ret_length)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter;

	if (len < 2)
		return JSON_CUT_OFF;
	if (text[1] == 'u')
		return read_unicode(text, len, ret_code, ret_length);
	letter = memchr(letters, text[1], sizeof letters - 1);
	if (!letter)
		return JSON_BAD_ESCAPE;
	*ret_code = (uint32_t)meanings[letter - letters];
	*ret_length = 2;
	return JSON_OK;
}

uint32_t json_token_next(const char **at)
{
	uint32_t code = 0;
	size_t length = 1;

	if (**at == '\\')
		(void)read_escape(*at, 12, &code, &length); /* accepted before */
	else if ((unsigned char)**at < 0x80)
		code = (unsigned char)**at;
	else
		length = json_token_utf8(*at, 4, &code);
	*at += length;
	return code;
}

/* Printable ASCII that stands for itself in a string. */
static bool is_plain(char c)
{
	return (unsigned char)(c - 0x20) < 0x5F && c != '"' && c != '\\';
}

/* Check the character at text[0] that is not plain: an escape, UTF-8 or a control character. */
static enum json_rule check_character(
	const char *text, size_t len, enum json_profile profile, size_t *ret_length)
{
	bool message = profile == JSON_PROFILE_MESSAGE;
	uint32_t code = (unsigned char)text[0];
	enum json_rule rule;

	if (text[0] == '\\') {
		rule = read_escape(text, len, &code, ret_length);
		return rule == JSON_OK && message && is_control(code) ? JSON_CONTROL_ESCAPED : rule;
	}
	*ret_length = code < 0x80 ? 1 : json_token_utf8(text, len, &code);
	if (*ret_length == 0)
		return JSON_BAD_UTF8;
	return code < 0x20 || (message && is_control(code)) ? JSON_CONTROL_RAW : JSON_OK;
}

enum json_rule json_token_string(
	const char *text, size_t len, enum json_profile profile, struct json_token *ret_token)
{
	struct json_token token = {1, false};
	enum json_rule rule = JSON_OK;

	while (rule == JSON_OK) {
		size_t length = 0;

		while (token.length < len && is_plain(text[token.length]))
			token.length++;
		if (token.length == len) {
			rule = JSON_CUT_OFF;
		} else if (text[token.length] == '"') {
			token.length++;
			break;
		} else {
			token.escaped |= text[token.length] == '\\';
			rule = check_character(
				text + token.length, len - token.length, profile, &length);
		}
		if (rule == JSON_OK)
			token.length += length;
	}
	*ret_token = token;
	return rule;
}

/* How a number is written. */
struct number {
	bool negative;
	size_t digits;   /* before the point */
	size_t fraction; /* after it */
	size_t exponent; /* offset of its 'e', or 0 */
	size_t length;
};

static size_t count_digits(const char *text, size_t len, size_t at)
{
	size_t start = at;

	while (at < len && is_digit(text[at]))
		at++;
	return at - start;
}

/* The grammar of RFC 8259 section 6; on failure n->length is where it is broken. */
static bool read_number(const char *text, size_t len, struct number *n)
{
	size_t digits;

	n->negative = text[0] == '-';
	n->length = n->negative;
	n->digits = count_digits(text, len, n->length);
	if (n->digits == 0)
		return false;
	if (n->digits > 1 && text[n->length] == '0')
		return false;
	n->length += n->digits;
	if (n->length < len && text[n->length] == '.') {
		n->length++;
		n->fraction = count_digits(text, len, n->length);
		if (n->fraction == 0)
			return false;
		n->length += n->fraction;
	}
	if (n->length == len || (text[n->length] != 'e' && text[n->length] != 'E'))
		return true;
	n->exponent = n->length++;
	if (n->length < len && (text[n->length] == '+' || text[n->length] == '-'))
		n->length++;
	digits = count_digits(text, len, n->length);
	n->length += digits;
	return digits > 0;
}

static enum json_rule check_message_number(const char *text, const struct number *n)
{
	const char *digits = text + n->negative;
	size_t most = sizeof message_integer_max - 1;

	if (n->exponent)
		return JSON_NUMBER_EXPONENT;
	if (n->fraction > 0) {
		bool fits = !n->negative && n->fraction <= MESSAGE_FRACTION &&
			    n->digits + n->fraction <= MESSAGE_DIGITS;

		return fits ? JSON_OK : JSON_NUMBER_DECIMAL;
	}
	if (n->negative && digits[0] == '0')
		return JSON_NUMBER_INTEGER;
	if (n->digits < most ||
		(n->digits == most && memcmp(digits, message_integer_max, most) <= 0))
		return JSON_OK;
	return JSON_NUMBER_INTEGER;
}

enum json_rule json_token_number(
	const char *text, size_t len, enum json_profile profile, struct json_token *ret_token)
{
	struct number n = {0};
	enum json_rule rule = JSON_OK;

	if (!read_number(text, len, &n)) {
		*ret_token = (struct json_token){n.length, false};
		return JSON_BAD_NUMBER;
	}
	if (profile == JSON_PROFILE_MESSAGE)
		rule = check_message_number(text, &n);
	else if ((n.exponent || n.digits > DIGITS_SAFE) &&
		 !isfinite(es6_number_read(text, n.length)))
		rule = JSON_NUMBER_RANGE;
	*ret_token = (struct json_token){rule == JSON_OK ? n.length : 0, false};
	return rule;
}
