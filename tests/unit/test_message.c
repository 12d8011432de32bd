/* Messages are what the market's own reader takes in; keys, proofs and login tokens hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "hem-client/ems/identity.h"
#include "wire/message.h"
#include "tests/lib/scratch.h"
#include "wire/digest.h"
#include "wire/ecdsa_raw.h"
#include "wire/text.h"

#define MARKET "tiny:0123456789abcdef"
#define DATE_MS INT64_C(1500000000000)
static const char address[] = "asda6247ty2c3o7h77dadadqwq";
static struct request_workspace workspace;
static struct private_key *key;

static int setup(void **state)
{
	(void)state;
	return private_key_generate(KEY_P256, &key) == ERR_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	private_key_free(key);
	return 0;
}

/* Make, read back, and check id and signature. */
static struct request round_trip(enum operation operation, const struct out *parameters)
{
	struct signer signer = {.key = key};
	struct verify_key *verify = NULL;
	struct request_error error;
	struct message m;
	struct request r;

	assert_false(parameters->full);
	assert_int_equal(
		message_make(operation, "home0001", MARKET, DATE_MS + 999, parameters, &signer, &m),
		ERR_OK);
	if (request_read(&workspace, MARKET, operation, m.text, m.len, &r, &error) != VERDICT_OK)
		fail_msg("%s: %s", error.field, m.text);
	assert_string_equal(r.client_id, "home0001");
	assert_string_equal(r.req_id, m.req_id);
	assert_int_equal(strlen(m.req_id), 22);
	assert_true(r.date_ms == DATE_MS);
	assert_memory_equal(r.id, m.tx_id, HASH_LEN);
	assert_int_equal(verify_key_new(private_key_public(key), &verify), ERR_OK);
	assert_int_equal(
		verify_key_check(verify, r.id, r.input, r.input_len, r.signature), VERIFY_OK);
	/* The body is the message itself: it was canonical. */
	assert_non_null(memmem(m.text, m.len, r.body + 1, r.body_len - 2));
	verify_key_free(verify);
	message_release(&m);
	return r;
}

static void bids_are_read_as_written(void **state)
{
	char text[1024];
	struct out out;
	struct message_bid bid = {.address = address,
		.side = SIDE_SELL,
		.energy_wh = 2500,
		.price_mc_per_kwh = 8200,
		.auction = 17,
		.cpf_hundredths = 72};
	struct request r;

	(void)state;
	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	r = round_trip(OPERATION_BID_OFFER, &out);
	assert_int_equal(r.command.u.tx.u.bid.side, SIDE_SELL);
	assert_true(r.command.u.tx.u.bid.quantity_wh == 2500);
	assert_true(r.command.u.tx.u.bid.price_mc_per_kwh == 8200);
	assert_true(r.command.u.tx.u.bid.auction == 17);
	assert_int_equal(r.command.u.tx.cpf_hundredths, 72);
	bid.auction = 0;
	bid.cpf_hundredths = 0;
	bid.side = SIDE_BUY;
	bid.price_mc_per_kwh = 1;
	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	r = round_trip(OPERATION_BID_OFFER, &out);
	assert_true(
		r.command.u.tx.u.bid.price_mc_per_kwh == 1 && r.command.u.tx.u.bid.auction == 0);
}

static void the_others_too(void **state)
{
	uint8_t hash[HASH_LEN] = {1, 2, 3};
	char text[1024];
	struct out out;
	struct request r;

	(void)state;
	out_init(&out, text, sizeof text);
	message_write_cpf(&out, address, 100);
	assert_int_equal(round_trip(OPERATION_CPF, &out).command.u.tx.cpf_hundredths, 100);
	out_init(&out, text, sizeof text);
	message_write_cancel(&out, address, 12);
	assert_true(round_trip(OPERATION_CANCEL, &out).command.u.tx.u.cancel.order == 12);
	out_init(&out, text, sizeof text);
	message_write_seal(&out, address, 5, hash);
	r = round_trip(OPERATION_SEAL, &out);
	assert_true(r.command.u.tx.u.seal.height == 5);
	assert_memory_equal(r.command.u.tx.u.seal.header_hash, hash, HASH_LEN);
	out_init(&out, text, sizeof text);
	message_write_sync(&out, 3, 9);
	r = round_trip(OPERATION_SYNC, &out);
	assert_true(r.sync_from == 3 && r.sync_to == 9);
	out_init(&out, text, sizeof text);
	out_printf(&out, "{}");
	(void)round_trip(OPERATION_WALLET, &out);
}

static void a_reading_bears_the_meters_signature(void **state)
{
	struct reading reading = {
		.slot = 7, .taken_ms = DATE_MS, .registers = {.wh = {10, 20, 30, 40, 50}}};
	struct verify_key *verify = NULL;
	struct private_key *meter = NULL;
	char text[1024];
	struct out out;
	struct request r;

	(void)state;
	assert_int_equal(private_key_generate(KEY_P256, &meter), ERR_OK);
	out_init(&out, text, sizeof text);
	assert_int_equal(message_write_reading(&out, MARKET, "SN1", &reading, meter), ERR_OK);
	r = round_trip(OPERATION_STATE, &out);
	assert_memory_equal(&r.command.u.reading.reading, &reading, sizeof reading);
	assert_string_equal(r.command.u.reading.meter_serial, "SN1");
	assert_int_equal(verify_key_new(private_key_public(meter), &verify), ERR_OK);
	assert_int_equal(verify_key_check(verify, r.reading_digest, r.reading_input,
				 r.reading_input_len, r.meter_signature),
		VERIFY_OK);
	verify_key_free(verify);
	private_key_free(meter);
}

static void a_full_batch_of_addresses_fits(void **state)
{
	static char text[REQUEST_TEXT_MAX];
	static struct message_key keys[COMMAND_ADDRESSES_MAX];
	struct out out;
	struct request r;

	(void)state;
	for (int i = 0; i < COMMAND_ADDRESSES_MAX; i++) {
		struct slot_secret secret;
		struct signer signer = {.secret = &secret};
		char subject[16];
		snprintf(subject, sizeof subject, "%d", 2000000 + i);
		keys[i] = (struct message_key){.slot = 2000000 + i};
		assert_int_equal(slot_secret_draw(KEY_P256, &secret, &keys[i].key), ERR_OK);
		assert_int_equal(
			message_prove("home0001", MARKET, subject, &signer, &keys[i]), ERR_OK);
	}
	out_init(&out, text, sizeof text);
	message_write_addresses(&out, keys, COMMAND_ADDRESSES_MAX);
	r = round_trip(OPERATION_ADDRESSES, &out);
	assert_int_equal(r.proof_count, COMMAND_ADDRESSES_MAX);
	for (size_t i = 0; i < r.proof_count; i++) {
		struct verify_key *verify = NULL;
		char object[160];
		size_t n = signing_pop_object(
			"home0001", r.proofs[i].subject, &r.proofs[i].key, object, sizeof object);
		assert_int_equal(verify_key_new(&r.proofs[i].key, &verify), ERR_OK);
		assert_int_equal(signing_check(verify, "pop", MARKET, object, n, r.proofs[i].proof),
			VERIFY_OK);
		verify_key_free(verify);
	}
}

static void registration_and_limits(void **state)
{
	struct message_key keys[2] = {{.role = "ems"}, {.role = "meter"}};
	static char text[4096];
	struct signer signer = {.key = key};
	struct message m;
	struct out out;
	struct request r;

	(void)state;
	keys[0].key = keys[1].key = *private_key_public(key);
	out_init(&out, text, sizeof text);
	message_write_register(&out, "abc", MODE_BOTH, keys, 2);
	r = round_trip(OPERATION_REGISTER, &out);
	assert_int_equal(r.command.u.registration.mode, MODE_BOTH);
	out_init(&out, text, sizeof text);
	for (int i = 0; i < 300; i++)
		out_printf(&out, "0123456789");
	assert_int_equal(
		message_make(OPERATION_CPF, "home0001", MARKET, 0, &out, &signer, &m), ERR_LIMIT);
}

static void slot_secrets_of_both_kinds_sign(void **state)
{
	static const enum key_alg algs[] = {KEY_P256, KEY_ED25519};
	uint8_t digest[32], sig[SIGNATURE_LEN];
	struct slot_secret secret, none = {.alg = KEY_P256};
	struct public_key public;

	(void)state;
	digest_sha256("what", 4, digest);
	for (int i = 0; i < 2; i++) {
		struct verify_key *verify = NULL;
		assert_int_equal(slot_secret_draw(algs[i], &secret, &public), ERR_OK);
		assert_int_equal(slot_secret_sign(&secret, digest, "what", 4, sig), ERR_OK);
		assert_int_equal(verify_key_new(&public, &verify), ERR_OK);
		assert_int_equal(verify_key_check(verify, digest, "what", 4, sig), VERIFY_OK);
		verify_key_free(verify);
	}
	assert_int_equal(slot_secret_sign(&none, digest, "what", 4, sig), ERR_CRYPTO);
	slot_secret_wipe(&secret);
	assert_int_equal(secret.bytes[0] | secret.bytes[31], 0);
}

/* The JWS checked by OpenSSL's own hand, from its three parts. */
static void a_login_token_verifies(void **state)
{
	char token[LOGIN_TOKEN_MAX], part[256];
	uint8_t raw[SIGNATURE_LEN], der[ECDSA_DER_MAX];
	size_t n = 0, der_len;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const char *dot, *second;

	(void)state;
	assert_int_equal(login_token(key, MARKET, "home0001", 1700000000, token), ERR_OK);
	dot = strchr(token, '.');
	second = dot ? strchr(dot + 1, '.') : NULL;
	assert_non_null(second);
	assert_true(text_base64url_read(token, (size_t)(dot - token), (uint8_t *)part, 256, &n));
	assert_memory_equal(part, "{\"alg\":\"ES256\"}", n);
	assert_true(text_base64url_read(
		dot + 1, (size_t)(second - dot) - 1, (uint8_t *)part, sizeof part - 1, &n));
	part[n] = '\0';
	assert_string_equal(part, "{\"aud\":\"" MARKET "\",\"exp\":1700000120,\"iat\":1700000000,"
				  "\"sub\":\"home0001\"}");
	assert_true(text_base64url_read(second + 1, strlen(second + 1), raw, sizeof raw, &n));
	der_len = ecdsa_raw_to_der(raw, der);
	assert_int_equal(
		EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, private_key_handle(key)), 1);
	assert_int_equal(EVP_DigestVerify(ctx, der, der_len, (const uint8_t *)token,
				 (size_t)(second - token)),
		1);
	EVP_MD_CTX_free(ctx);
}

static void keys_are_made_once(void **state)
{
	char folder[SCRATCH_MAX], path[96], why[IDENTITY_WHY_MAX];
	struct identity_made made;
	struct identity one, two;
	struct stat st;

	(void)state;
	assert_int_equal(scratch_make(folder), 0);
	snprintf(path, sizeof path, "%s/state", folder);
	assert_int_equal(identity_load(path, "", &one, why), ERR_NOT_FOUND);
	assert_int_equal(identity_make(path, "", &made, why), ERR_OK);
	assert_true(made.directory && made.ems && made.meter);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(identity_load(path, "", &one, why), ERR_OK);
	assert_int_equal(identity_make(path, "", &made, why), ERR_OK);
	assert_false(made.directory || made.ems || made.meter);
	assert_int_equal(identity_load(path, "", &two, why), ERR_OK);
	assert_memory_equal(private_key_public(one.ems), private_key_public(two.ems),
		sizeof(struct public_key));
	identity_release(&one);
	identity_release(&two);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(identity_make(path, "", &made, why), ERR_PERMISSION);
	assert_int_equal(scratch_remove(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bids_are_read_as_written),
		cmocka_unit_test(the_others_too),
		cmocka_unit_test(a_reading_bears_the_meters_signature),
		cmocka_unit_test(a_full_batch_of_addresses_fits),
		cmocka_unit_test(registration_and_limits),
		cmocka_unit_test(slot_secrets_of_both_kinds_sign),
		cmocka_unit_test(a_login_token_verifies),
		cmocka_unit_test(keys_are_made_once),
	};

	return cmocka_run_group_tests_name("message", tests, setup, teardown);
}
