#include "wire/text.h"
#include <assert.h>
#include <string.h>

static const char base64url_letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char base32_letters[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char hex_letters[] = "0123456789abcdef";

/* Write `bits` bits of data, `per` of them a character, the last one padded with zero bits. */
static bool write_bits(
	const uint8_t *data, size_t bits, unsigned per, const char *letters, char *out, size_t size)
{
	size_t len = bits / per + (bits % per != 0);
	size_t bytes = bits / 8 + (bits % 8 != 0);
	size_t taken = 0;
	unsigned window = 0; /* the last bits taken; `held` of them wait to be written */
	unsigned held = 0;

	if (size <= len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (held < per) {
			window = window << 8 | (taken < bytes ? data[taken] : 0u);
			taken++;
			held += 8;
		}
		held -= per;
		out[i] = letters[window >> held & ((1u << per) - 1)];
	}
	/* A byte whose last bits are not asked for may have set them. */
	if (bits % per != 0) {
		unsigned last = window >> held & ((1u << per) - 1);

		out[len - 1] = letters[last & ~0u << (per - bits % per)];
	}
	out[len] = '\0';
	return true;
}

/* The value of a character, or -1. A NUL is in no alphabet. */
static int letter_value(const char *letters, unsigned per, char c)
{
	const char *found = memchr(letters, c, (size_t)1 << per);

	return found ? (int)(found - letters) : -1;
}

/* Whether all characters are in the alphabet and the last one sets no bit beyond `bits`. */
static bool check_bits(
	const char *text, size_t text_len, size_t bits, unsigned per, const char *letters)
{
	unsigned unused = (unsigned)(text_len * per - bits);
	int value = 0;

	for (size_t i = 0; i < text_len; i++) {
		value = letter_value(letters, per, text[i]);
		if (value < 0)
			return false;
	}
	return ((unsigned)value & ((1u << unused) - 1)) == 0;
}

/* Read what check_bits() found good. */
static void read_bits(
	const char *text, size_t bits, unsigned per, const char *letters, uint8_t *out)
{
	const uint8_t *end = out + bits / 8 + (bits % 8 != 0);
	unsigned window = 0;
	unsigned held = 0;

	for (size_t taken = 0; taken < bits; taken += per) {
		window = window << per | (unsigned)letter_value(letters, per, *text++);
		held += per;
		if (held >= 8) {
			held -= 8;
			*out++ = (uint8_t)(window >> held);
		}
	}
	/* A last byte that the padding of the last character does not fill. */
	if (out < end)
		*out = (uint8_t)(window << (8 - held));
}

bool text_base64url_write(const void *data, size_t len, char *out, size_t size)
{
	return write_bits(data, len * 8, 6, base64url_letters, out, size);
}

bool text_base64url_read(
	const char *text, size_t text_len, uint8_t *out, size_t size, size_t *ret_len)
{
	size_t len = text_len / 4 * 3 + text_len % 4 * 3 / 4;

	if (text_len % 4 == 1 || len > size ||
		!check_bits(text, text_len, len * 8, 6, base64url_letters))
		return false;
	read_bits(text, len * 8, 6, base64url_letters, out);
	*ret_len = len;
	return true;
}

bool text_hex_write(const void *data, size_t len, char *out, size_t size)
{
	return write_bits(data, len * 8, 4, hex_letters, out, size);
}

bool text_hex_read(const char *text, size_t text_len, uint8_t *out, size_t size, size_t *ret_len)
{
	size_t len = text_len / 2;

	if (text_len % 2 != 0 || len > size || !check_bits(text, text_len, len * 8, 4, hex_letters))
		return false;
	read_bits(text, len * 8, 4, hex_letters, out);
	*ret_len = len;
	return true;
}

bool text_base32_write(const void *data, size_t bits, char *out, size_t size)
{
	return write_bits(data, bits, 5, base32_letters, out, size);
}

bool text_base32_read(const char *text, size_t text_len, size_t bits, uint8_t *out, size_t size)
{
	size_t bytes = bits / 8 + (bits % 8 != 0);

	if (text_len != bits / 5 + (bits % 5 != 0) || bytes > size ||
		!check_bits(text, text_len, bits, 5, base32_letters))
		return false;
	read_bits(text, bits, 5, base32_letters, out);
	return true;
}

void address_from_key_hash(const uint8_t hash[static 32], char out[static ADDRESS_LEN + 1])
{
	bool fits = text_base32_write(hash, ADDRESS_BITS, out, ADDRESS_LEN + 1);

	assert(fits);
}

bool address_read(const char *text, size_t text_len, uint8_t out[static ADDRESS_BYTES])
{
	return text_base32_read(text, text_len, ADDRESS_BITS, out, ADDRESS_BYTES);
}
