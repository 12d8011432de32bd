#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "core/merkle.h"
#include "wire/digest.h"

enum { LEAVES = 300, NODES = 2 * LEAVES - 1 };

static uint8_t leaves[LEAVES][HASH_LEN];
static uint8_t roots[LEAVES + 1][HASH_LEN]; /* of the first n leaves */

/* The definition of RFC 6962, 2.1, word for word. */
static void root_by_definition(size_t first, size_t n, uint8_t ret[HASH_LEN])
{
	uint8_t preimage[1 + 2 * HASH_LEN] = {0x01};
	size_t k = 1;

	if (n == 0) {
		digest_sha256(NULL, 0, ret);
		return;
	}
	if (n == 1) {
		memcpy(ret, leaves[first], HASH_LEN);
		return;
	}
	while (2 * k < n)
		k *= 2;
	root_by_definition(first, k, preimage + 1);
	root_by_definition(first + k, n - k, preimage + 1 + HASH_LEN);
	digest_sha256(preimage, sizeof preimage, ret);
}

static int make_leaves(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEAVES; i++) {
		uint8_t data[2] = {(uint8_t)i, (uint8_t)(i >> 8)};

		merkle_leaf_hash(digest_sha256, data, sizeof data, leaves[i]);
	}
	for (size_t n = 0; n <= LEAVES; n++)
		root_by_definition(0, n, roots[n]);
	return 0;
}

static void leaves_and_nodes_are_told_apart_by_their_first_byte(void **state)
{
	static const uint8_t text[] = "\x00leaf";
	static uint8_t longest[1 + MERKLE_LEAF_MAX];
	uint8_t node[1 + 2 * HASH_LEN] = {0x01};
	uint8_t want[HASH_LEN], got[HASH_LEN];

	(void)state;
	digest_sha256(text, 5, want);
	merkle_leaf_hash(digest_sha256, "leaf", 4, got);
	assert_memory_equal(got, want, HASH_LEN);
	digest_sha256(text, 1, want);
	merkle_leaf_hash(digest_sha256, NULL, 0, got);
	assert_memory_equal(got, want, HASH_LEN);
	digest_sha256(longest, sizeof longest, want);
	merkle_leaf_hash(digest_sha256, longest, MERKLE_LEAF_MAX, got);
	assert_memory_equal(got, want, HASH_LEN);
	memcpy(node + 1, want, HASH_LEN);
	memcpy(node + 1 + HASH_LEN, got, HASH_LEN);
	digest_sha256(node, sizeof node, want);
	merkle_node_hash(digest_sha256, node + 1, got, got);
	assert_memory_equal(got, want, HASH_LEN);
}

static void log_tree_and_root_agree_with_the_definition(void **state)
{
	static uint8_t nodes[NODES][HASH_LEN];
	struct merkle_log log;
	uint8_t got[HASH_LEN];

	(void)state;
	merkle_log_init(&log);
	for (size_t n = 0; n <= LEAVES; n++) {
		merkle_root(digest_sha256, leaves, n, got);
		assert_memory_equal(got, roots[n], HASH_LEN);
		merkle_log_root(digest_sha256, &log, got);
		assert_memory_equal(got, roots[n], HASH_LEN);
		assert_int_equal(log.count, n);
		if (n > 0) {
			merkle_tree_build(digest_sha256, leaves, n, nodes);
			assert_memory_equal(merkle_tree_root(nodes, n), roots[n], HASH_LEN);
		}
		if (n < LEAVES)
			merkle_log_append(digest_sha256, &log, leaves[n]);
	}
	merkle_root(digest_sha256, NULL, 0, got);
	assert_memory_equal(got, roots[0], HASH_LEN);
}

static void an_unused_level_of_a_log_is_zero(void **state)
{
	static const uint8_t zero[HASH_LEN];
	struct merkle_log log;

	(void)state;
	memset(&log, 0xff, sizeof log);
	merkle_log_init(&log);
	for (size_t n = 0; n < LEAVES; n++) {
		for (size_t level = 0; level < MERKLE_LEVELS_MAX; level++) {
			bool empty = memcmp(log.nodes[level], zero, HASH_LEN) == 0;

			assert_int_equal(empty, !(log.count >> level & 1));
		}
		merkle_log_append(digest_sha256, &log, leaves[n]);
	}
}

/* PATH(m, D[n]) as RFC 6962, 2.1.1, writes it: of the half that holds the leaf, then the root of
 * the other half. */
static size_t rfc_path(uint8_t (*d)[HASH_LEN], size_t n, size_t m, uint8_t (*path)[HASH_LEN])
{
	size_t k = 1, len;

	if (n == 1)
		return 0;
	while (k * 2 < n)
		k *= 2;
	len = m < k ? rfc_path(d, k, m, path) : rfc_path(d + k, n - k, m - k, path);
	if (m < k)
		merkle_root(digest_sha256, d + k, n - k, path[len]);
	else
		merkle_root(digest_sha256, d, k, path[len]);
	return len + 1;
}

static uint64_t hashes_made;

static void counting_sha256(const void *data, size_t len, uint8_t out[HASH_LEN])
{
	hashes_made++;
	digest_sha256(data, len, out);
}

static void paths_of_a_built_tree_cost_no_hash(void **state)
{
	static uint8_t nodes[NODES][HASH_LEN];
	uint8_t path[MERKLE_LEVELS_MAX][HASH_LEN], want[MERKLE_LEVELS_MAX][HASH_LEN];

	(void)state;
	for (size_t n = 1; n <= LEAVES; n += n < 70 ? 1 : 23) {
		hashes_made = 0;
		merkle_tree_build(counting_sha256, leaves, n, nodes);
		assert_int_equal(hashes_made, n - 1);
		for (size_t i = 0; i < n; i++) {
			size_t len = merkle_tree_path(nodes, n, i, path);

			assert_int_equal(rfc_path(leaves, n, i, want), len);
			assert_memory_equal(path, want, len * HASH_LEN);
			assert_true(merkle_inclusion_check(
				digest_sha256, leaves[i], i, n, path, len, roots[n]));
		}
	}
}

/* Whatever is changed in a true inclusion proof, it fails. */
static void assert_only_true(size_t n, size_t i, uint8_t (*path)[HASH_LEN], size_t len)
{
	uint8_t other[HASH_LEN];

	for (size_t k = 0; k < len; k++) {
		path[k][(i + k) % HASH_LEN] ^= 0x10;
		assert_false(merkle_inclusion_check(
			digest_sha256, leaves[i], i, n, path, len, roots[n]));
		path[k][(i + k) % HASH_LEN] ^= 0x10;
	}
	for (size_t j = 0; j < n + 3; j++) {
		if (j != i)
			assert_false(merkle_inclusion_check(
				digest_sha256, leaves[i], j, n, path, len, roots[n]));
	}
	memcpy(path[len], leaves[0], HASH_LEN);
	assert_false(
		merkle_inclusion_check(digest_sha256, leaves[i], i, n, path, len + 1, roots[n]));
	if (len > 0)
		assert_false(merkle_inclusion_check(
			digest_sha256, leaves[i], i, n, path, len - 1, roots[n]));
	memcpy(other, leaves[i], HASH_LEN);
	other[n % HASH_LEN] ^= 1;
	assert_false(merkle_inclusion_check(digest_sha256, other, i, n, path, len, roots[n]));
	memcpy(other, roots[n], HASH_LEN);
	other[n % HASH_LEN] ^= 1;
	assert_false(merkle_inclusion_check(digest_sha256, leaves[i], i, n, path, len, other));
}

static void a_changed_inclusion_proof_fails(void **state)
{
	uint8_t path[MERKLE_LEVELS_MAX][HASH_LEN];

	(void)state;
	for (size_t n = 1; n <= 40; n++) {
		for (size_t i = 0; i < n; i++) {
			size_t len = rfc_path(leaves, n, i, path);

			assert_only_true(n, i, path, len);
		}
	}
	assert_false(merkle_inclusion_check(digest_sha256, leaves[0], 0, 0, NULL, 0, roots[0]));
}

/* The consistency check of the sizes m and n with their roots. */
static bool consistent(size_t m, size_t n, uint8_t (*path)[HASH_LEN], size_t len)
{
	return merkle_consistency_check(digest_sha256, m, roots[m], n, roots[n], path, len);
}

static void every_earlier_tree_is_proved_and_no_other(void **state)
{
	uint8_t path[MERKLE_CONSISTENCY_MAX][HASH_LEN];

	(void)state;
	for (size_t n = 1; n <= 70; n++) {
		for (size_t m = 1; m <= n; m++) {
			size_t len = merkle_consistency_path(digest_sha256, leaves, n, m, path);

			assert_true(consistent(m, n, path, len));
			for (size_t k = 0; k < len; k++) {
				path[k][m % HASH_LEN] ^= 0x80;
				assert_false(consistent(m, n, path, len));
				path[k][m % HASH_LEN] ^= 0x80;
			}
			assert_false(consistent(m - 1, n, path, len));
			assert_false(consistent(m, n + 1, path, len));
			assert_false(consistent(n + 1, m, path, len));
			assert_false(len > 0 && consistent(m, n, path, len - 1));
			memcpy(path[len], leaves[0], HASH_LEN);
			assert_false(consistent(m, n, path, len + 1));
		}
	}
	assert_false(consistent(0, 0, path, 0));
	assert_false(consistent(0, 1, path, 0));
}

/* The root is a stranger's too: a proof of the wrong length fails under the root it leads to. */
static void a_proof_of_wrong_length_fails_under_its_own_root(void **state)
{
	uint8_t path[MERKLE_CONSISTENCY_MAX][HASH_LEN], root[HASH_LEN], earlier[HASH_LEN];
	size_t len = rfc_path(leaves, 5, 0, path);

	(void)state;
	assert_int_equal(len, 3);
	memcpy(path[3], leaves[9], HASH_LEN);
	merkle_node_hash(digest_sha256, path[3], roots[5], root);
	assert_false(merkle_inclusion_check(digest_sha256, leaves[0], 0, 5, path, 4, root));
	assert_false(merkle_inclusion_check(digest_sha256, leaves[0], 0, 5, path, 2, roots[4]));

	merkle_node_hash(digest_sha256, leaves[0], path[0], root);
	assert_false(merkle_consistency_check(digest_sha256, 1, leaves[0], 5, root, path, 1));
	len = merkle_consistency_path(digest_sha256, leaves, 5, 3, path);
	memcpy(path[len], leaves[9], HASH_LEN);
	merkle_node_hash(digest_sha256, path[len], roots[3], earlier);
	merkle_node_hash(digest_sha256, path[len], roots[5], root);
	assert_false(merkle_consistency_check(digest_sha256, 3, earlier, 5, root, path, len + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_and_nodes_are_told_apart_by_their_first_byte),
		cmocka_unit_test(log_tree_and_root_agree_with_the_definition),
		cmocka_unit_test(an_unused_level_of_a_log_is_zero),
		cmocka_unit_test(paths_of_a_built_tree_cost_no_hash),
		cmocka_unit_test(a_changed_inclusion_proof_fails),
		cmocka_unit_test(every_earlier_tree_is_proved_and_no_other),
		cmocka_unit_test(a_proof_of_wrong_length_fails_under_its_own_root),
	};

	return cmocka_run_group_tests_name("merkle", tests, make_leaves, NULL);
}
