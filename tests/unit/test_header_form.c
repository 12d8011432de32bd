/* Headers as JSON: there and back, canonical, each member read strictly and covered by the hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "wire/digest.h"
#include "wire/header_form.h"
#include "wire/jcs.h"
#include "wire/private_key.h"

#define MARKET "demo:0123456789abcdef"
enum { NODES = 64 };

static struct json_node nodes[NODES];
static struct json_doc doc;

static struct header sample(void)
{
	struct header h = {
		.height = 7, .time_ms = 1514764800000, .flags = HEADER_OUTAGE, .tx_count = 12};

	memset(h.prev_hash, 1, HASH_LEN);
	memset(h.tx_root, 2, HASH_LEN);
	memset(h.results_root, 3, HASH_LEN);
	memset(h.state_root, 4, HASH_LEN);
	memset(h.ranking_root, 5, HASH_LEN);
	memset(h.wallets_root, 6, HASH_LEN);
	memset(h.log_root, 7, HASH_LEN);
	memset(h.rules_hash, 8, HASH_LEN);
	return h;
}

static enum verdict read_text(const char *text, struct header *ret, char *field)
{
	struct form f;

	doc = (struct json_doc){.nodes = nodes, .node_max = NODES};
	assert_int_equal(json_read(&doc, text, strlen(text), &json_limits_message, NULL), JSON_OK);
	form_init(&f, &doc);
	header_read(&f, 0, "header.", "demo", ret);
	memcpy(field, f.field, FORM_FIELD_MAX);
	return f.verdict;
}

static void what_is_written_is_read(void **state)
{
	struct header h = sample(), back;
	char text[HEADER_TEXT_MAX], canonical[HEADER_TEXT_MAX], field[FORM_FIELD_MAX];
	size_t len = header_write(&h, "demo", text);

	(void)state;
	memset(&back, 0, sizeof back);
	assert_int_equal(len, strlen(text));
	assert_int_equal(read_text(text, &back, field), VERDICT_OK);
	assert_int_equal(header_compare(&back, &h), VERDICT_OK);
	assert_int_equal(jcs_write(&doc, 0, NULL, canonical, sizeof canonical), len);
	assert_memory_equal(canonical, text, len);
}

/* The widest header there can be still fits. */
static void the_widest_header_fits(void **state)
{
	struct header h = sample();
	char text[HEADER_TEXT_MAX];

	(void)state;
	h.height = UINT64_MAX;
	h.tx_count = UINT64_MAX;
	h.time_ms = INT64_MIN;
	h.flags = UINT32_MAX;
	assert_true(header_write(&h, "abcdefghijklmnopqrstuvwx", text) > 0);
}

static void each_member_is_read_strictly(void **state)
{
	static const struct {
		const char *from, *to, *field;
		enum verdict verdict;
	} cases[] = {
		{"\"flags\":1", "\"flags\":0", "", VERDICT_OK},
		{"\"flags\":1", "\"flags\":2", "header.flags", VERDICT_OUT_OF_RANGE},
		{"\"flags\":1", "\"flagz\":1", "header.flags", VERDICT_BAD_FIELD},
		{"\"height\":7", "\"height\":-1", "header.height", VERDICT_OUT_OF_RANGE},
		{"\"height\":7", "\"height\":2147483647", "", VERDICT_OK},
		{"\"height\":7", "\"height\":2147483648", "header.height", VERDICT_OUT_OF_RANGE},
		{"\"height\":7", "\"height\":\"7\"", "header.height", VERDICT_BAD_FIELD},
		{"\"log_root\":\"0", "\"log_root\":\"", "header.log_root", VERDICT_BAD_FIELD},
		{"\"market\":\"demo\"", "\"market\":\"demon\"", "header.market", VERDICT_BAD_FIELD},
		{"\"market\":\"demo\"", "\"market\":1", "header.market", VERDICT_BAD_FIELD},
		{"\"prev_hash\":\"01", "\"prev_hash\":\"g1", "header.prev_hash", VERDICT_BAD_FIELD},
		{"\"ranking_root\"", "\"ranking_ruut\"", "header.ranking_root", VERDICT_BAD_FIELD},
		{"\"results_root\"", "\"results_ruut\"", "header.results_root", VERDICT_BAD_FIELD},
		{"\"rules_hash\"", "\"rules_hush\"", "header.rules_hash", VERDICT_BAD_FIELD},
		{"\"state_root\"", "\"state_ruut\"", "header.state_root", VERDICT_BAD_FIELD},
		{"\"time_ms\":1", "\"time_ms\":-1", "header.time_ms", VERDICT_OUT_OF_RANGE},
		{"\"time_ms\":1", "\"time_ms\":91", "header.time_ms", VERDICT_OK},
		{"\"tx_count\":12", "\"tx_count\":-1", "header.tx_count", VERDICT_OUT_OF_RANGE},
		{"\"tx_root\"", "\"tx_ruut\"", "header.tx_root", VERDICT_BAD_FIELD},
		{"\"version\":1", "\"version\":2", "header.version", VERDICT_OUT_OF_RANGE},
		{"\"version\":1", "\"version\":0", "header.version", VERDICT_OUT_OF_RANGE},
		{"\"wallets_root\"", "\"wallets_ruut\"", "header.wallets_root", VERDICT_BAD_FIELD},
		{"\"wallets_root\"", "\"more\":1,\"wallets_root\"", "header.more",
			VERDICT_BAD_FIELD},
	};
	struct header h = sample();
	char text[HEADER_TEXT_MAX], bad[HEADER_TEXT_MAX + 32], field[FORM_FIELD_MAX];

	(void)state;
	(void)header_write(&h, "demo", text);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *at = strstr(text, cases[i].from);
		struct header back, before;
		enum verdict v;
		assert_non_null(at);
		(void)snprintf(bad, sizeof bad, "%.*s%s%s", (int)(at - text), text, cases[i].to,
			at + strlen(cases[i].from));
		memset(&back, 0x5a, sizeof back);
		before = back;
		v = read_text(bad, &back, field);
		if (v != cases[i].verdict ||
			(v != VERDICT_OK && strcmp(field, cases[i].field) != 0))
			fail_msg("%s: %s %s", cases[i].to, verdict_name(v), field);
		if (v != VERDICT_OK)
			assert_memory_equal(&back, &before, sizeof back);
	}
}

static void the_hash_and_signature_cover_every_member(void **state)
{
	struct header h = sample();
	char text[HEADER_TEXT_MAX], input[HEADER_TEXT_MAX + SIGNING_PREFIX_MAX];
	uint8_t hash[HASH_LEN], want[HASH_LEN], other[HASH_LEN], sig[SIGNATURE_LEN];
	struct private_key *key;
	struct verify_key *public;

	(void)state;
	assert_int_equal(private_key_generate(KEY_ED25519, &key), ERR_OK);
	assert_int_equal(verify_key_new(private_key_public(key), &public), ERR_OK);
	assert_int_equal(header_hash(&h, MARKET, hash), ERR_OK);
	(void)header_write(&h, "demo", text);
	(void)snprintf(input, sizeof input, "LEM1|header|" MARKET "|%s", text);
	digest_sha256(input, strlen(input), want);
	assert_memory_equal(hash, want, HASH_LEN);
	assert_int_equal(header_sign(key, &h, MARKET, sig), ERR_OK);
	assert_int_equal(header_check(public, &h, MARKET, sig), VERIFY_OK);
	assert_int_not_equal(header_check(public, &h, "demo:0123456789abcdee", sig), VERIFY_OK);
	for (size_t i = 0; i < sizeof h; i++) {
		struct header changed = h;
		((uint8_t *)&changed)[i] ^= 1;
		if (header_compare(&changed, &h) == VERDICT_OK)
			continue; /* padding */
		assert_int_equal(header_hash(&changed, MARKET, other), ERR_OK);
		assert_memory_not_equal(other, hash, HASH_LEN);
		assert_int_not_equal(header_check(public, &changed, MARKET, sig), VERIFY_OK);
	}
	verify_key_free(public);
	private_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(the_widest_header_fits),
		cmocka_unit_test(each_member_is_read_strictly),
		cmocka_unit_test(the_hash_and_signature_cover_every_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
