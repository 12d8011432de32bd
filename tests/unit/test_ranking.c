#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "core/ranking.h"
#include "tests/unit/books.h"
#include "wire/digest.h"

enum { MANY = 300 };

static const uint8_t seed_bytes[HASH_LEN] = {1, 2, 3};

/* Candidate i, whose address is its number in letters, padded with 'q'. */
static struct candidate candidate(uint32_t i, int cpf, bool eligible)
{
	struct candidate c = {.address = i, .cpf_hundredths = cpf, .eligible = eligible};

	memset(c.address_text, 'q', sizeof c.address_text);
	for (size_t k = 0; k < 4; k++)
		c.address_text[k] = (char)('a' + (i >> (4 * k)) % 16);
	return c;
}

static void the_seed_binds_header_and_validator(void **state)
{
	static const char address[] = "asda6249ty2c3o9h99dadadqwq";
	uint8_t preimage[HASH_LEN + ADDRESS_LEN], want[HASH_LEN], got[HASH_LEN];

	(void)state;
	assert_int_equal(strlen(address), ADDRESS_LEN);
	memcpy(preimage, seed_bytes, HASH_LEN);
	memcpy(preimage + HASH_LEN, address, ADDRESS_LEN);
	digest_sha256(preimage, HASH_LEN + ADDRESS_LEN, want);
	ranking_seed(digest_sha256, seed_bytes, address, got);
	assert_memory_equal(got, want, HASH_LEN);
	digest_sha256(preimage, HASH_LEN, want);
	ranking_seed(digest_sha256, seed_bytes, NULL, got);
	assert_memory_equal(got, want, HASH_LEN);
}

static void assert_tie(const struct candidate *c)
{
	uint8_t preimage[HASH_LEN + ADDRESS_LEN], want[HASH_LEN];

	memcpy(preimage, seed_bytes, HASH_LEN);
	memcpy(preimage + HASH_LEN, c->address_text, ADDRESS_LEN);
	digest_sha256(preimage, sizeof preimage, want);
	assert_memory_equal(c->tie, want, HASH_LEN);
}

/* How many of the ranked stand before c by the rule: so many that c is in its place. */
static size_t betters(const struct candidate *all, struct ranking r, const struct candidate *c)
{
	size_t count = 0;

	for (size_t i = 0; i < r.count; i++) {
		bool tied = !r.rewarded || all[i].cpf_hundredths == c->cpf_hundredths;

		if (tied ? memcmp(all[i].tie, c->tie, HASH_LEN) < 0
			 : all[i].cpf_hundredths > c->cpf_hundredths)
			count++;
	}
	return count;
}

static void assert_ranked(const struct candidate *all, struct ranking r)
{
	for (size_t i = 0; i < r.count; i++) {
		assert_tie(&all[i]);
		assert_int_equal(betters(all, r, &all[i]), i);
		assert_int_equal(all[i].eligible, r.rewarded);
	}
}

static void random_slots_rank_as_the_rule_says_in_any_order(void **state)
{
	static struct candidate c[MANY], again[MANY];
	uint64_t seed = random_seed();

	(void)state;
	for (size_t n = 0; n < MANY; n++) {
		size_t eligible = 0;
		struct ranking r, s;

		for (size_t i = 0; i < n; i++) {
			c[i] = candidate((uint32_t)i, 1 + (int)random_upto(&seed, 99),
				n % 3 != 0 && random_upto(&seed, 1));
			eligible += c[i].eligible;
		}
		for (size_t i = 0; i < n; i++)
			again[i] = c[n - 1 - i];
		r = ranking_order(digest_sha256, seed_bytes, c, n);
		assert_int_equal(r.rewarded, eligible > 0);
		assert_int_equal(r.count, eligible > 0 ? eligible : n);
		assert_ranked(c, r);
		s = ranking_order(digest_sha256, seed_bytes, again, n);
		assert_int_equal(s.count, r.count);
		for (size_t i = 0; i < r.count; i++)
			assert_int_equal(again[i].address, c[i].address);
	}
}

static void one_eligible_beats_a_better_factor_without(void **state)
{
	struct candidate c[3] = {
		candidate(0, 100, false), candidate(1, 1, true), candidate(2, 2, true)};
	struct ranking r = ranking_order(digest_sha256, seed_bytes, c, 3);

	(void)state;
	assert_int_equal(r.count, 2);
	assert_true(r.rewarded);
	assert_int_equal(c[0].address, 2);
	assert_int_equal(c[1].address, 1);
	assert_int_equal(c[2].address, 0);
}

static void nobody_is_ranked_if_nobody_announced(void **state)
{
	struct ranking r = ranking_order(digest_sha256, seed_bytes, NULL, 0);

	(void)state;
	assert_int_equal(r.count, 0);
	assert_false(r.rewarded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_seed_binds_header_and_validator),
		cmocka_unit_test(random_slots_rank_as_the_rule_says_in_any_order),
		cmocka_unit_test(one_eligible_beats_a_better_factor_without),
		cmocka_unit_test(nobody_is_ranked_if_nobody_announced),
	};

	return cmocka_run_group_tests_name("ranking", tests, NULL, NULL);
}
