#include "wire/ecdsa_raw.h"
#include <string.h>

enum { DER_SEQUENCE = 0x30, DER_INTEGER = 0x02 };

/* SEC 2 section 2.4.2: the order n, and (n - 1) / 2. */
static const uint8_t order[ECDSA_SCALAR_LEN] = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00,
	0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E,
	0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};
static const uint8_t half_order[ECDSA_SCALAR_LEN] = {0x7F, 0xFF, 0xFF, 0xFF, 0x80, 0x00, 0x00, 0x00,
	0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xDE, 0x73, 0x7D, 0x56, 0xD3, 0x8B, 0xCF,
	0x42, 0x79, 0xDC, 0xE5, 0x61, 0x7E, 0x31, 0x92, 0xA8};

bool ecdsa_scalar_is_valid(const uint8_t scalar[static ECDSA_SCALAR_LEN])
{
	static const uint8_t zero[ECDSA_SCALAR_LEN];

	return memcmp(scalar, zero, ECDSA_SCALAR_LEN) != 0 &&
	       memcmp(scalar, order, ECDSA_SCALAR_LEN) < 0;
}

bool ecdsa_scalar_is_low(const uint8_t scalar[static ECDSA_SCALAR_LEN])
{
	return memcmp(scalar, half_order, ECDSA_SCALAR_LEN) <= 0;
}

/* scalar = n - scalar, for a valid one. */
static void negate(uint8_t scalar[static ECDSA_SCALAR_LEN])
{
	int borrow = 0;

	for (int i = ECDSA_SCALAR_LEN - 1; i >= 0; i--) {
		int difference = order[i] - scalar[i] - borrow;

		borrow = difference < 0;
		scalar[i] = (uint8_t)(difference & 0xFF);
	}
}

/* An INTEGER has no leading zero byte but the one that keeps it positive. */
static size_t put_integer(const uint8_t scalar[static ECDSA_SCALAR_LEN], uint8_t *der)
{
	size_t skip = 0;
	size_t sign, len;

	while (skip < ECDSA_SCALAR_LEN - 1 && scalar[skip] == 0)
		skip++;
	sign = scalar[skip] >> 7;
	len = ECDSA_SCALAR_LEN - skip;
	der[0] = DER_INTEGER;
	der[1] = (uint8_t)(len + sign);
	der[2] = 0;
	memcpy(der + 2 + sign, scalar + skip, len);
	return 2 + sign + len;
}

size_t ecdsa_raw_to_der(const uint8_t raw[static ECDSA_RAW_LEN], uint8_t der[static ECDSA_DER_MAX])
{
	size_t len = 2;

	len += put_integer(raw, der + len);
	len += put_integer(raw + ECDSA_SCALAR_LEN, der + len);
	der[0] = DER_SEQUENCE;
	der[1] = (uint8_t)(len - 2);
	return len;
}

/* Read an INTEGER at *der, before end, and move on. */
static bool get_integer(
	const uint8_t **der, const uint8_t *end, uint8_t scalar[static ECDSA_SCALAR_LEN])
{
	const uint8_t *at = *der;
	size_t len;

	if (end - at < 3 || at[0] != DER_INTEGER || at[1] == 0 || at[1] > end - at - 2)
		return false;
	len = at[1];
	at += 2;
	*der = at + len;
	if (at[0] == 0) {
		at++;
		len--;
	}
	if (len > ECDSA_SCALAR_LEN)
		return false;
	memset(scalar, 0, ECDSA_SCALAR_LEN - len);
	memcpy(scalar + ECDSA_SCALAR_LEN - len, at, len);
	return ecdsa_scalar_is_valid(scalar);
}

bool ecdsa_raw_from_der(const uint8_t *der, size_t len, uint8_t raw[static ECDSA_RAW_LEN])
{
	const uint8_t *at = der + 2;
	const uint8_t *end = der + len;
	uint8_t read[ECDSA_RAW_LEN];

	if (len < 2 || len > ECDSA_DER_MAX || der[0] != DER_SEQUENCE || der[1] != len - 2)
		return false;
	if (!get_integer(&at, end, read) || !get_integer(&at, end, read + ECDSA_SCALAR_LEN) ||
		at != end)
		return false;
	if (!ecdsa_scalar_is_low(read + ECDSA_SCALAR_LEN))
		negate(read + ECDSA_SCALAR_LEN);
	memcpy(raw, read, sizeof read);
	return true;
}
