/* merkle: RFC 6962 hash trees: roots, proofs, and a log that only grows. */
#ifndef LEM_CORE_MERKLE_H
#define LEM_CORE_MERKLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/hash.h"

enum { MERKLE_LEAF_MAX = 4096 }; /* the most bytes of one leaf's data */
enum { MERKLE_LEVELS_MAX = 64 }; /* of a log's frontier, and the most hashes of an inclusion path */
enum { MERKLE_CONSISTENCY_MAX = MERKLE_LEVELS_MAX + 1 }; /* the most hashes of that proof */

/*
 * Throughout: `leaves` are leaf hashes (merkle_leaf_hash()), never leaf data; a tree's leaves are
 * numbered from 0; pointers to hashes may be NULL where there are none; nothing here keeps a
 * pointer, allocates or recurses. Arrays of hashes are written only where they are named ret_path
 * or nodes (they lack `const` because C11 would have every caller cast). All but the checks trust
 * their arguments: an index out of range asserts. The checks take proofs from strangers and answer
 * false to whatever does not hold.
 *
 * Absence. In a tree whose leaves are sorted by a key that the leaf data begins with, a key is
 * absent if the leaf data of two neighbours, i and i + 1, are shown with their inclusion paths, and
 * the one's key is less and the other's greater; at the ends, leaf 0 (greater) or leaf n - 1 (less)
 * alone; in an empty tree, the root alone. merkle_inclusion_check() binds each path to its index
 * and to n, so nothing more is needed than to check both, and that the indices are neighbours.
 */

/* SHA-256(0x00 || data) (RFC 6962, 2.1). len is 0..MERKLE_LEAF_MAX, more asserts. */
void merkle_leaf_hash(
	sha256_fn *sha256, const void *data, size_t len, uint8_t ret_hash[static HASH_LEN]);

/* SHA-256(0x01 || left || right) (RFC 6962, 2.1). ret_hash may be left or right. */
void merkle_node_hash(sha256_fn *sha256, const uint8_t left[static HASH_LEN],
	const uint8_t right[static HASH_LEN], uint8_t ret_hash[static HASH_LEN]);

/* The root of n leaves (RFC 6962, 2.1); of none, SHA-256 of the empty string. O(n) hashes. */
void merkle_root(sha256_fn *sha256, uint8_t (*leaves)[HASH_LEN], size_t n,
	uint8_t ret_root[static HASH_LEN]);

/*
 * The proof (RFC 6962, 2.1.2) that the tree of the first `earlier` leaves (1..n) is the beginning
 * of the tree of all n, in ret_path; answers its length, 0..MERKLE_CONSISTENCY_MAX. O(n) hashes.
 */
size_t merkle_consistency_path(sha256_fn *sha256, uint8_t (*leaves)[HASH_LEN], size_t n,
	size_t earlier, uint8_t ret_path[static MERKLE_CONSISTENCY_MAX][HASH_LEN]);

/*
 * Compute every node of the tree of n leaves (n >= 1) into `nodes`, room for 2n - 1: leaf i at 2i,
 * the node that joins leaves ..s-1 and s.. at 2s - 1. n - 1 hashes. The caller owns nodes.
 */
void merkle_tree_build(
	sha256_fn *sha256, uint8_t (*leaves)[HASH_LEN], size_t n, uint8_t (*nodes)[HASH_LEN]);

/* The root within nodes of a tree built of n leaves; borrowed from nodes. */
const uint8_t *merkle_tree_root(uint8_t (*nodes)[HASH_LEN], size_t n);

/*
 * The inclusion path (RFC 6962, 2.1.1) of leaf `index` of n (index < n) in a built tree, from the
 * leaf's sibling up, in ret_path; answers its length, 0..MERKLE_LEVELS_MAX. O(log n), no hashing.
 */
size_t merkle_tree_path(uint8_t (*nodes)[HASH_LEN], size_t n, size_t index,
	uint8_t ret_path[static MERKLE_LEVELS_MAX][HASH_LEN]);

/*
 * True if `leaf` is leaf `index` of the n under `root`, by a path of `len` hashes (RFC 9162,
 * 2.1.3.2). A path of another length than this index and n have is false.
 */
bool merkle_inclusion_check(sha256_fn *sha256, const uint8_t leaf[static HASH_LEN], uint64_t index,
	uint64_t n, uint8_t (*path)[HASH_LEN], size_t len, const uint8_t root[static HASH_LEN]);

/*
 * True if the tree of size2 leaves under root2 begins with the tree of size1 under root1, by a
 * proof of `len` hashes (RFC 9162, 2.1.4.2). Of one size: true if the roots are equal and len is 0.
 * An empty tree begins every tree, which proves nothing: size1 0 is always false.
 */
bool merkle_consistency_check(sha256_fn *sha256, uint64_t size1,
	const uint8_t root1[static HASH_LEN], uint64_t size2, const uint8_t root2[static HASH_LEN],
	uint8_t (*path)[HASH_LEN], size_t len);

/*
 * A tree that only grows, by its frontier: the roots of its complete subtrees. nodes[k] is the one
 * of 2^k leaves, in use if bit k of count is set and else all zero, so equal logs are equal bytes.
 */
struct merkle_log {
	uint64_t count; /* leaves so far, at most 2^63 - 1 */
	uint8_t nodes[MERKLE_LEVELS_MAX][HASH_LEN];
};

/* Make it the empty log. */
void merkle_log_init(struct merkle_log *log);

/* Append one leaf hash: O(1) hashes on average, O(log n) at most. */
void merkle_log_append(
	sha256_fn *sha256, struct merkle_log *log, const uint8_t leaf[static HASH_LEN]);

/* The root of all leaves so far, as merkle_root() of them. O(log n) hashes; log unchanged. */
void merkle_log_root(
	sha256_fn *sha256, const struct merkle_log *log, uint8_t ret_root[static HASH_LEN]);

#endif
