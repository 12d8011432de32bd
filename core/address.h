/* address: the pseudonym a home trades under in one slot, and the names of the ledger's accounts.
 */
#ifndef LEM_CORE_ADDRESS_H
#define LEM_CORE_ADDRESS_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	ADDRESS_LEN = 26,     /* lower-case RFC 4648 base32 of 130 bits of SHA-256(key) */
	ADDRESS_KEY_MAX = 33, /* SEC1 compressed P-256 point, or a 32-byte Ed25519 key */
};

/* The name of an address on the wire and in the ledger; also "issuer" and "wallets". */
struct address {
	char text[ADDRESS_LEN + 1]; /* NUL-terminated; unused bytes are NUL */
};

/* The raw public key behind an address; its algorithm is the market's (address_alg). */
struct address_key {
	uint8_t bytes[ADDRESS_KEY_MAX]; /* unused bytes are 0 */
	uint8_t len;
};

/* Byte order: less than, equal to or greater than zero, as memcmp(). */
static inline int address_compare(const struct address *a, const struct address *b)
{
	return memcmp(a->text, b->text, sizeof a->text);
}

/* Whether two addresses are the same. */
static inline bool address_equal(const struct address *a, const struct address *b)
{
	return address_compare(a, b) == 0;
}

/* Whether there is no address here. */
static inline bool address_is_empty(const struct address *a)
{
	return a->text[0] == '\0';
}

/* The key under which address tables index: the first 12 characters, 5 bits each. */
static inline uint64_t address_index_key(const struct address *address)
{
	uint64_t key = 0;

	for (int i = 0; i < 12; i++) {
		char c = address->text[i];
		uint64_t digit = (uint64_t)(c >= 'a' ? c - 'a' : c - '2' + 26);
		key = key << 5 | (digit & 31);
	}
	return key;
}

#endif
