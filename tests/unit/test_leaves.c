/* The leaves of transactions and results, byte for byte as docs/protocol.md lays them out, hashed
 * here by OpenSSL itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <string.h>
#include "core/result.h"
#include "core/tx.h"
#include "wire/digest.h"

/* A preimage put together by hand. */
struct bytes {
	uint8_t at[256];
	size_t len;
};

static void u8(struct bytes *b, int v)
{
	b->at[b->len++] = (uint8_t)v;
}

static void be64(struct bytes *b, int64_t v)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		u8(b, (int)((uint64_t)v >> shift & 0xff));
}

static void raw(struct bytes *b, const void *data, size_t len)
{
	memcpy(b->at + b->len, data, len);
	b->len += len;
}

static void assert_hash(const struct bytes *b, const uint8_t got[HASH_LEN])
{
	uint8_t want[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	assert_int_equal(EVP_Digest(b->at, b->len, want, &len, EVP_sha256(), NULL), 1);
	assert_memory_equal(got, want, HASH_LEN);
}

static void a_transaction(void **state)
{
	const int64_t times[] = {0, 1514764800000, INT64_MAX, -1, INT64_MIN};
	struct tx tx = {.kind = TX_CPF, .seq = UINT64_C(0x0102030405060708)};

	(void)state;
	memset(tx.id, 0xaa, HASH_LEN);
	memset(tx.signature_hash, 0xbb, HASH_LEN);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct bytes b = {.len = 0};
		uint8_t leaf[HASH_LEN];
		tx.market_ms = times[i];
		u8(&b, 0);
		raw(&b, tx.id, HASH_LEN);
		be64(&b, 0x0102030405060708);
		be64(&b, times[i]);
		raw(&b, tx.signature_hash, HASH_LEN);
		tx_leaf(digest_sha256, &tx, leaf);
		assert_hash(&b, leaf);
	}
}

static void an_award_and_a_delivery(void **state)
{
	const struct order order = {.seq = 77,
		.awarded_wh = 500,
		.award_mc_per_kwh = 8200,
		.award_uc = 4100000,
		.delivered_wh = 499,
		.why = DELIVERY_NO_BASE};
	struct result r = {.kind = RESULT_AWARD, .height = 9, .u.order.order = &order};
	struct bytes award = {.len = 0}, delivery = {.len = 0};
	uint8_t leaf[HASH_LEN];

	(void)state;
	u8(&award, 0);
	u8(&award, 1);
	be64(&award, 77);
	be64(&award, 500);
	be64(&award, 8200);
	be64(&award, 4100000);
	result_leaf(digest_sha256, &r, leaf);
	assert_hash(&award, leaf);
	u8(&delivery, 0);
	u8(&delivery, 2);
	be64(&delivery, 77);
	be64(&delivery, 499);
	u8(&delivery, 3); /* no_base */
	r.kind = RESULT_DELIVERY;
	result_leaf(digest_sha256, &r, leaf);
	assert_hash(&delivery, leaf);
}

static void a_transfer(void **state)
{
	const struct address from = {.text = "issuer"};
	const struct address to = {.text = "abcdefghijklmnopqrstuvwxyz"};
	struct result r = {.kind = RESULT_TRANSFER};

	(void)state;
	r.u.transfer.from_address = &from;
	r.u.transfer.to_address = &to;
	r.u.transfer.amount_uc = 123456789;
	r.u.transfer.order = 5;
	for (int why = TRANSFER_DEPOSIT; why <= TRANSFER_WITHDRAWAL; why++) {
		struct bytes b = {.len = 0};
		uint8_t leaf[HASH_LEN];
		u8(&b, 0);
		u8(&b, 3);
		raw(&b, "issuer\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 26);
		raw(&b, "abcdefghijklmnopqrstuvwxyz", 26);
		be64(&b, 123456789);
		be64(&b, 5);
		u8(&b, why);
		r.u.transfer.why = (enum transfer_why)why;
		result_leaf(digest_sha256, &r, leaf);
		assert_hash(&b, leaf);
	}
}

static void names_go_there_and_back(void **state)
{
	static const char *const kinds[] = {"bid-offer", "cancel", "cpf", "seal", "clock", "admit",
		"standing", "delivery", "deposit", "withdraw", "params-set"};
	static const char *const whys[] = {"metered", "no_reading", "no_base", "uncertified"};
	static const char *const moves[] = {
		"deposit", "payment", "penalty", "reward", "close", "withdrawal"};

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		enum tx_kind k = tx_kind_from_name(kinds[i]);
		assert_string_equal(tx_kind_name(k), kinds[i]);
		assert_int_equal(tx_is_signed(k), i < 4);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(delivery_why_from_name(whys[i]), i + 1);
		assert_string_equal(delivery_why_name((enum delivery_why)(i + 1)), whys[i]);
	}
	for (int i = 0; i < 5; i++)
		assert_string_equal(transfer_why_name((enum transfer_why)(i + 1)), moves[i]);
	assert_int_equal(tx_kind_from_name("bid"), 0);
	assert_int_equal(tx_kind_from_name(""), 0);
	assert_null(tx_kind_name((enum tx_kind)0));
	assert_int_equal(delivery_why_from_name("Metered"), 0);
	assert_null(delivery_why_name((enum delivery_why)5));
	assert_null(transfer_why_name((enum transfer_why)0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transaction),
		cmocka_unit_test(an_award_and_a_delivery),
		cmocka_unit_test(a_transfer),
		cmocka_unit_test(names_go_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
