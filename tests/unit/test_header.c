/* The first member that differs names the verdict, in this order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/header.h"

static const struct {
	size_t offset, size;
	enum verdict verdict;
} members[] = {
#define MEMBER(name, verdict)                                                                      \
	{                                                                                          \
		offsetof(struct header, name), sizeof(((struct header *)0)->name),                 \
			VERDICT_##verdict                                                          \
	}
	MEMBER(height, BAD_HEIGHT),
	MEMBER(time_ms, BAD_TIME),
	MEMBER(flags, BAD_FLAGS),
	MEMBER(tx_count, BAD_TX_ROOT),
	MEMBER(prev_hash, BAD_PREV_HASH),
	MEMBER(tx_root, BAD_TX_ROOT),
	MEMBER(results_root, BAD_RESULTS_ROOT),
	MEMBER(ranking_root, BAD_RANKING_ROOT),
	MEMBER(state_root, BAD_STATE_ROOT),
	MEMBER(wallets_root, BAD_STATE_ROOT),
	MEMBER(log_root, BAD_LOG_ROOT),
	MEMBER(rules_hash, BAD_RULES_HASH),
#undef MEMBER
};

enum { MEMBERS = sizeof members / sizeof *members };

static void every_byte_of_every_member_counts(void **state)
{
	struct header a, b;
	size_t bytes = 0;

	(void)state;
	memset(&a, 0x5a, sizeof a);
	b = a;
	assert_int_equal(header_compare(&a, &b), VERDICT_OK);
	for (int i = 0; i < MEMBERS; i++) {
		for (size_t k = 0; k < members[i].size; k++, bytes++) {
			((uint8_t *)&b)[members[i].offset + k] ^= 0x80;
			assert_int_equal(header_compare(&a, &b), members[i].verdict);
			assert_int_equal(header_compare(&b, &a), members[i].verdict);
			((uint8_t *)&b)[members[i].offset + k] ^= 0x80;
		}
	}
	assert_int_equal(bytes, 8 + 8 + 4 + 8 + 8 * HASH_LEN);
}

static void the_first_difference_is_told(void **state)
{
	struct header a, b;

	(void)state;
	memset(&a, 0, sizeof a);
	memset(&b, 0, sizeof b);
	for (int i = MEMBERS; i-- > 0;) {
		((uint8_t *)&b)[members[i].offset] ^= 1;
		assert_int_equal(header_compare(&a, &b), members[i].verdict);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_of_every_member_counts),
		cmocka_unit_test(the_first_difference_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
