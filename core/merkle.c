#include "core/merkle.h"
#include <assert.h>
#include <string.h>

static void hash_copy(uint8_t to[static HASH_LEN], const uint8_t from[static HASH_LEN])
{
	memcpy(to, from, HASH_LEN);
}

void merkle_leaf_hash(
	sha256_fn *sha256, const void *data, size_t len, uint8_t ret_hash[static HASH_LEN])
{
	uint8_t preimage[1 + MERKLE_LEAF_MAX];

	assert(len <= MERKLE_LEAF_MAX);
	preimage[0] = 0x00;
	if (len > 0)
		memcpy(preimage + 1, data, len);
	sha256(preimage, 1 + len, ret_hash);
}

void merkle_node_hash(sha256_fn *sha256, const uint8_t left[static HASH_LEN],
	const uint8_t right[static HASH_LEN], uint8_t ret_hash[static HASH_LEN])
{
	uint8_t preimage[1 + 2 * HASH_LEN];

	preimage[0] = 0x01;
	hash_copy(preimage + 1, left);
	hash_copy(preimage + 1 + HASH_LEN, right);
	sha256(preimage, sizeof preimage, ret_hash);
}

/* How many of size leaves are to the left: the largest power of two below size, which is > 1. */
static size_t split(size_t size)
{
	size_t left = 1;

	while (left < size - left)
		left *= 2;
	return left;
}

void merkle_root(
	sha256_fn *sha256, uint8_t (*leaves)[HASH_LEN], size_t n, uint8_t ret_root[static HASH_LEN])
{
	struct merkle_log log;

	merkle_log_init(&log);
	for (size_t i = 0; i < n; i++)
		merkle_log_append(sha256, &log, leaves[i]);
	merkle_log_root(sha256, &log, ret_root);
}

/* Proofs are found from the root down and told from the leaf up. */
static void path_reverse(uint8_t (*path)[HASH_LEN], size_t len)
{
	uint8_t kept[HASH_LEN];

	for (size_t i = 0; i < len / 2; i++) {
		hash_copy(kept, path[i]);
		hash_copy(path[i], path[len - 1 - i]);
		hash_copy(path[len - 1 - i], kept);
	}
}

size_t merkle_consistency_path(sha256_fn *sha256, uint8_t (*leaves)[HASH_LEN], size_t n,
	size_t earlier, uint8_t ret_path[static MERKLE_CONSISTENCY_MAX][HASH_LEN])
{
	size_t first = 0;
	size_t size = n;
	size_t len = 0;

	assert(0 < earlier && earlier <= n);
	while (first + size > earlier) {
		size_t left = split(size);

		if (earlier - first <= left) {
			merkle_root(sha256, leaves + first + left, size - left, ret_path[len++]);
			size = left;
		} else {
			merkle_root(sha256, leaves + first, left, ret_path[len++]);
			first += left;
			size -= left;
		}
	}
	/* A verifier who starts at the whole earlier tree knows its root already. */
	if (first > 0)
		merkle_root(sha256, leaves + first, size, ret_path[len++]);
	path_reverse(ret_path, len);
	return len;
}

/* Where the root of the size leaves from `first` on is kept: each join has the one place 2s - 1. */
static size_t node_place(size_t first, size_t size)
{
	return size == 1 ? 2 * first : 2 * (first + split(size)) - 1;
}

void merkle_tree_build(
	sha256_fn *sha256, uint8_t (*leaves)[HASH_LEN], size_t n, uint8_t (*nodes)[HASH_LEN])
{
	assert(n > 0);
	for (size_t i = 0; i < n; i++)
		hash_copy(nodes[2 * i], leaves[i]);
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t s = width; s < n; s += 2 * width) {
			size_t right = n - s < width ? n - s : width;

			merkle_node_hash(sha256, nodes[node_place(s - width, width)],
				nodes[node_place(s, right)], nodes[2 * s - 1]);
		}
	}
}

const uint8_t *merkle_tree_root(uint8_t (*nodes)[HASH_LEN], size_t n)
{
	assert(n > 0);
	return nodes[node_place(0, n)];
}

size_t merkle_tree_path(uint8_t (*nodes)[HASH_LEN], size_t n, size_t index,
	uint8_t ret_path[static MERKLE_LEVELS_MAX][HASH_LEN])
{
	size_t first = 0;
	size_t size = n;
	size_t len = 0;

	assert(index < n);
	while (size > 1) {
		size_t left = split(size);

		if (index - first < left) {
			hash_copy(ret_path[len++], nodes[node_place(first + left, size - left)]);
			size = left;
		} else {
			hash_copy(ret_path[len++], nodes[node_place(first, left)]);
			first += left;
			size -= left;
		}
	}
	path_reverse(ret_path, len);
	return len;
}

bool merkle_inclusion_check(sha256_fn *sha256, const uint8_t leaf[static HASH_LEN], uint64_t index,
	uint64_t n, uint8_t (*path)[HASH_LEN], size_t len, const uint8_t root[static HASH_LEN])
{
	uint8_t hash[HASH_LEN];
	uint64_t node = index;
	uint64_t last; /* the last node of the level that `node` is on */

	if (index >= n)
		return false;
	last = n - 1;
	hash_copy(hash, leaf);
	for (size_t i = 0; i < len; i++) {
		if (last == 0)
			return false;
		if (node % 2 == 1 || node == last) {
			merkle_node_hash(sha256, path[i], hash, hash);
			while (node % 2 == 0 &&
				node != 0) { /* alone on its level: moved up as is */
				node /= 2;
				last /= 2;
			}
		} else {
			merkle_node_hash(sha256, hash, path[i], hash);
		}
		node /= 2;
		last /= 2;
	}
	return last == 0 && memcmp(hash, root, HASH_LEN) == 0;
}

/* The two roots that a consistency proof leads to, and where in both trees it has come to. */
struct climb {
	uint8_t root1[HASH_LEN];
	uint8_t root2[HASH_LEN];
	uint64_t node; /* the last node of the earlier tree on this level */
	uint64_t last; /* the last node of the later tree on this level */
};

static bool climb_step(sha256_fn *sha256, struct climb *c, const uint8_t hash[static HASH_LEN])
{
	if (c->last == 0)
		return false;
	if (c->node % 2 == 1 || c->node == c->last) {
		merkle_node_hash(sha256, hash, c->root1, c->root1);
		merkle_node_hash(sha256, hash, c->root2, c->root2);
		while (c->node % 2 == 0 && c->node != 0) {
			c->node /= 2;
			c->last /= 2;
		}
	} else {
		merkle_node_hash(sha256, c->root2, hash, c->root2);
	}
	c->node /= 2;
	c->last /= 2;
	return true;
}

bool merkle_consistency_check(sha256_fn *sha256, uint64_t size1,
	const uint8_t root1[static HASH_LEN], uint64_t size2, const uint8_t root2[static HASH_LEN],
	uint8_t (*path)[HASH_LEN], size_t len)
{
	struct climb c = {.node = size1 - 1, .last = size2 - 1};
	const uint8_t *start = root1;
	size_t used = 0;

	if (size1 == 0 || size1 > size2)
		return false;
	if (size1 == size2)
		return len == 0 && memcmp(root1, root2, HASH_LEN) == 0;
	if (len == 0)
		return false;
	while (c.node % 2 == 1) { /* up to the root of the earlier tree's last complete subtree */
		c.node /= 2;
		c.last /= 2;
	}
	if (c.node != 0) /* size1 is no power of two: that root is not root1, the proof has it */
		start = path[used++];
	hash_copy(c.root1, start);
	hash_copy(c.root2, start);
	while (used < len) {
		if (!climb_step(sha256, &c, path[used++]))
			return false;
	}
	return c.last == 0 && memcmp(c.root1, root1, HASH_LEN) == 0 &&
	       memcmp(c.root2, root2, HASH_LEN) == 0;
}

void merkle_log_init(struct merkle_log *log)
{
	memset(log, 0, sizeof *log);
}

void merkle_log_append(
	sha256_fn *sha256, struct merkle_log *log, const uint8_t leaf[static HASH_LEN])
{
	uint8_t hash[HASH_LEN];
	size_t level = 0;

	assert(log->count < INT64_MAX);
	hash_copy(hash, leaf);
	for (; log->count >> level & 1; level++) { /* as a carry runs through a binary counter */
		merkle_node_hash(sha256, log->nodes[level], hash, hash);
		memset(log->nodes[level], 0, HASH_LEN);
	}
	hash_copy(log->nodes[level], hash);
	log->count++;
}

void merkle_log_root(
	sha256_fn *sha256, const struct merkle_log *log, uint8_t ret_root[static HASH_LEN])
{
	uint8_t hash[HASH_LEN];
	bool started = false;

	if (log->count == 0) {
		sha256(NULL, 0, ret_root);
		return;
	}
	for (size_t level = 0; level < MERKLE_LEVELS_MAX; level++) {
		if (!(log->count >> level & 1))
			continue;
		if (started)
			merkle_node_hash(sha256, log->nodes[level], hash, hash);
		else
			hash_copy(hash, log->nodes[level]);
		started = true;
	}
	hash_copy(ret_root, hash);
}
