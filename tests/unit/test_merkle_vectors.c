/* The published vectors of RFC 6962 trees in the shared folder (LEM_SHARED, else ../shared). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/merkle.h"
#include "wire/digest.h"
#include "wire/json.h"

enum { TEXT_MAX = 8192, NODES_MAX = 256, PROOF_MAX = 70, NAME_MAX_LEN = 512 };

static char text[TEXT_MAX];
static struct json_node nodes[NODES_MAX];
static struct json_doc doc;

/* Skip the test, with a notice, if the vectors are not there. */
static const char *vectors(void)
{
	static char folder[NAME_MAX_LEN];
	const char *shared = getenv("LEM_SHARED");
	glob_t found;

	snprintf(folder, sizeof folder, "%s/vectors/merkle", shared ? shared : "../shared");
	if (glob(folder, 0, NULL, &found) != 0) {
		printf("notice: skipped the published Merkle vectors: no %s\n", folder);
		skip();
	}
	globfree(&found);
	return folder;
}

static void read_vector(const char *path)
{
	static const struct json_limits limits = {JSON_PROFILE_ANY, TEXT_MAX, 8};
	FILE *f = fopen(path, "rb");
	size_t len;

	assert_non_null(f);
	len = fread(text, 1, sizeof text, f);
	assert_int_equal(fclose(f), 0);
	doc = (struct json_doc){.nodes = nodes, .node_max = NODES_MAX};
	assert_int_equal(json_read(&doc, text, len, &limits, NULL), JSON_OK);
}

/* Some of the vectors' numbers need all 64 bits. */
static uint64_t number(const char *key)
{
	uint32_t node = json_get(&doc, 0, key);

	assert_int_equal(json_type(&doc, node), JSON_NUMBER);
	return strtoull(text + doc.nodes[node].start, NULL, 10);
}

static unsigned base64_digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	assert_non_null(at);
	return (unsigned)(at - digits);
}

/* Decode a base64 string node. Vectors have hashes of wrong lengths too, for which our API has no
 * place: the text's own SHA-256 stands for one, as wrong and equal to itself alone. */
static void hash_of(uint32_t node, uint8_t ret[HASH_LEN])
{
	char base64[256];
	uint8_t bytes[192];
	size_t len = 0;
	unsigned bits = 0;

	assert_true(json_string(&doc, node, base64, sizeof base64, NULL));
	for (size_t i = 0; base64[i] && base64[i] != '='; i++) {
		bits = bits << 6 | base64_digit(base64[i]);
		if (i % 4 > 0)
			bytes[len++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	if (len == HASH_LEN)
		memcpy(ret, bytes, HASH_LEN);
	else
		digest_sha256(bytes, len, ret);
}

static void hash_at(const char *key, uint8_t ret[HASH_LEN])
{
	hash_of(json_get(&doc, 0, key), ret);
}

static size_t proof(uint8_t ret[PROOF_MAX][HASH_LEN])
{
	uint32_t list = json_get(&doc, 0, "proof");
	uint32_t node = json_first(&doc, list);
	size_t len = 0;

	for (; node != JSON_NONE; node = json_next(&doc, node)) {
		assert_true(len < PROOF_MAX);
		hash_of(node, ret[len++]);
	}
	return len;
}

/* A leaf of no bytes under a root of no bytes holds by the stand-ins, and is no leaf hash. */
static bool inclusion_holds(void)
{
	uint8_t leaf[HASH_LEN], root[HASH_LEN], path[PROOF_MAX][HASH_LEN];
	size_t len = proof(path);

	hash_at("leafHash", leaf);
	if (json_is(&doc, json_get(&doc, 0, "leafHash"), ""))
		return false;
	hash_at("root", root);
	return merkle_inclusion_check(
		digest_sha256, leaf, number("leafIdx"), number("treeSize"), path, len, root);
}

static bool consistency_holds(void)
{
	uint8_t root1[HASH_LEN], root2[HASH_LEN], path[PROOF_MAX][HASH_LEN];
	size_t len = proof(path);

	hash_at("root1", root1);
	hash_at("root2", root2);
	return merkle_consistency_check(
		digest_sha256, number("size1"), root1, number("size2"), root2, path, len);
}

/* Checks every file of the pattern under the vectors; answers how many there were. */
static size_t check_all(const char *pattern, bool (*holds)(void))
{
	char full[NAME_MAX_LEN * 2];
	glob_t found;
	size_t count;

	snprintf(full, sizeof full, "%s/%s", vectors(), pattern);
	assert_int_equal(glob(full, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		bool refuse;

		read_vector(found.gl_pathv[i]);
		refuse = json_type(&doc, json_get(&doc, 0, "wantErr")) == JSON_TRUE;
		if (holds() == refuse)
			fail_msg("%s: want %s", found.gl_pathv[i],
				refuse ? "refusal" : "acceptance");
	}
	count = found.gl_pathc;
	globfree(&found);
	return count;
}

static void published_inclusion_proofs(void **state)
{
	size_t count = check_all("inclusion/*/*.json", inclusion_holds);

	(void)state;
	count += check_all("inclusion/*/*/*.json", inclusion_holds);
	assert_true(count >= 90);
}

static void published_consistency_proofs(void **state)
{
	(void)state;
	assert_true(check_all("consistency/*/*.json", consistency_holds) >= 90);
}

static size_t hex_of(uint32_t node, uint8_t *ret, size_t max)
{
	char hex[256];
	size_t len;

	assert_true(json_string(&doc, node, hex, sizeof hex, &len));
	assert_true(len / 2 <= max);
	for (size_t i = 0; i < len / 2; i++)
		assert_int_equal(sscanf(hex + 2 * i, "%2hhx", &ret[i]), 1);
	return len / 2;
}

static void published_roots(void **state)
{
	uint8_t leaves[PROOF_MAX][HASH_LEN], want[HASH_LEN], got[HASH_LEN], data[64];
	char path[NAME_MAX_LEN * 2];
	uint32_t input, root;
	size_t n = 0;

	(void)state;
	snprintf(path, sizeof path, "%s/rfc6962_kat.json", vectors());
	read_vector(path);
	input = json_first(&doc, json_get(&doc, 0, "leaf_inputs_hex"));
	root = json_first(&doc, json_get(&doc, 0, "root_hex_by_size"));
	for (; root != JSON_NONE; root = json_next(&doc, root)) {
		assert_int_equal(hex_of(root, want, sizeof want), HASH_LEN);
		merkle_root(digest_sha256, leaves, n, got);
		assert_memory_equal(got, want, HASH_LEN);
		if (input == JSON_NONE)
			break;
		merkle_leaf_hash(
			digest_sha256, data, hex_of(input, data, sizeof data), leaves[n++]);
		input = json_next(&doc, input);
	}
	assert_int_equal(n, 8);
	assert_int_equal(json_next(&doc, root), JSON_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_roots),
		cmocka_unit_test(published_inclusion_proofs),
		cmocka_unit_test(published_consistency_proofs),
	};

	return cmocka_run_group_tests_name("merkle_vectors", tests, NULL, NULL);
}
