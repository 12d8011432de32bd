#include "core/ranking.h"
#include <assert.h>
#include <string.h>
#include "core/cpf.h"

/* SHA-256(hash || address), or of the hash alone if address is NULL. */
static void hash_with_address(sha256_fn *sha256, const uint8_t hash[static HASH_LEN],
	const char *address_text, uint8_t ret[static HASH_LEN])
{
	uint8_t preimage[HASH_LEN + ADDRESS_LEN];
	size_t len = HASH_LEN;

	memcpy(preimage, hash, HASH_LEN);
	if (address_text) {
		memcpy(preimage + HASH_LEN, address_text, ADDRESS_LEN);
		len += ADDRESS_LEN;
	}
	sha256(preimage, len, ret);
}

void ranking_seed(sha256_fn *sha256, const uint8_t header_hash[static HASH_LEN],
	const char *address_text, uint8_t ret_seed[static HASH_LEN])
{
	hash_with_address(sha256, header_hash, address_text, ret_seed);
}

/* True if a stands before b. Ties are distinct, so this is a total order. */
static bool before(bool by_cpf, const struct candidate *a, const struct candidate *b)
{
	if (by_cpf && a->cpf_hundredths != b->cpf_hundredths)
		return a->cpf_hundredths > b->cpf_hundredths;
	return memcmp(a->tie, b->tie, HASH_LEN) < 0;
}

/* Put `item` into the heap of n whose place `hole` is empty. */
static void sift_down(
	bool by_cpf, struct candidate *c, size_t hole, size_t n, const struct candidate *item)
{
	for (size_t child; (child = 2 * hole + 1) < n; hole = child) {
		if (child + 1 < n && before(by_cpf, &c[child], &c[child + 1]))
			child++;
		if (!before(by_cpf, item, &c[child]))
			break;
		c[hole] = c[child];
	}
	c[hole] = *item;
}

/* Heapsort: in place, and n log n whatever comes. */
static void rank(bool by_cpf, struct candidate *c, size_t n)
{
	struct candidate item;

	for (size_t i = n / 2; i-- > 0;) {
		item = c[i];
		sift_down(by_cpf, c, i, n, &item);
	}
	for (size_t end = n; end-- > 1;) {
		item = c[end];
		c[end] = c[0];
		sift_down(by_cpf, c, 0, end, &item);
	}
}

/* Move the eligible to the front; answers how many there are. */
static size_t eligible_first(struct candidate *c, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		struct candidate moved = c[i];

		if (!moved.eligible)
			continue;
		c[i] = c[count];
		c[count++] = moved;
	}
	return count;
}

struct ranking ranking_order(
	sha256_fn *sha256, const uint8_t seed[static HASH_LEN], struct candidate *c, size_t n)
{
	struct ranking ret = {.count = n};
	size_t eligible;

	for (size_t i = 0; i < n; i++) {
		assert(CPF_MIN <= c[i].cpf_hundredths && c[i].cpf_hundredths <= CPF_MAX);
		hash_with_address(sha256, seed, c[i].address_text, c[i].tie);
	}
	eligible = eligible_first(c, n);
	if (eligible > 0)
		ret = (struct ranking){.count = eligible, .rewarded = true};
	rank(ret.rewarded, c, ret.count);
	return ret;
}
