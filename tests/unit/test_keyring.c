/* The keyring: a true copy of what the market knows, read while it changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/keyring.h"
#include "tests/lib/sample_params.h"
#include "wire/digest.h"

enum { READERS = 3, ROUNDS = 3000 };

static struct keyring *ring;

static int setup(void **state)
{
	(void)state;
	return keyring_new(KEY_P256, &ring) == ERR_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	keyring_free(ring);
	keyring_free(NULL);
	return 0;
}

static struct home home_of(uint32_t number)
{
	struct home h = {.number = number, .kind = CLIENT_HOME, .status = HOME_REGISTERED};

	(void)snprintf(h.terms.client_id, sizeof h.terms.client_id, "home%04u", number);
	(void)snprintf(h.terms.meter_serial, sizeof h.terms.meter_serial, "SN%u", number);
	h.ems = (struct enrolled_key){.alg = KEY_P256, .key = sample_key(number)};
	return h;
}

static void clients_are_found_by_their_id(void **state)
{
	struct keyring_client c;
	struct home h;

	(void)state;
	for (uint32_t n = 0; n < 2000; n++) {
		h = home_of(n);
		keyring_put_home(ring, &h);
	}
	assert_true(keyring_client(ring, "home1234", &c));
	assert_int_equal(c.home, 1234);
	assert_int_equal(c.kind, CLIENT_HOME);
	assert_string_equal(c.meter_serial, "SN1234");
	assert_int_equal(c.ems.alg, KEY_P256);
	assert_int_equal(c.ems.len, KEY_P256_LEN);
	h = home_of(1234);
	assert_memory_equal(c.ems.bytes, h.ems.key.bytes, KEY_P256_LEN);
	assert_int_equal(c.meter.len, 0);
	h.status = HOME_REVOKED;
	keyring_put_home(ring, &h);
	assert_true(keyring_client(ring, "home1234", &c));
	assert_int_equal(c.status, HOME_REVOKED);
	assert_false(keyring_client(ring, "home2000", &c));
	assert_false(keyring_client(ring, "home123", &c));
	assert_false(keyring_client(ring, "HOME1234", &c));
	assert_false(keyring_client(ring, "", &c));
}

static void addresses_come_and_go(void **state)
{
	struct public_key key;
	struct address a, b;
	uint32_t home = 99;

	(void)state;
	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t n = 0; n < 500; n++) {
			struct address_key k = sample_key(n);
			a = sample_address(n);
			keyring_add_address(ring, &a, &k, n);
		}
		a = sample_address(77);
		assert_true(keyring_address(ring, &a, &key, &home));
		assert_int_equal(home, 77);
		assert_int_equal(key.alg, KEY_P256);
		assert_memory_equal(key.bytes, sample_key(77).bytes, KEY_P256_LEN);
		b = a;
		b.text[ADDRESS_LEN - 1] ^= 1; /* alike in what indexes it */
		assert_false(keyring_address(ring, &b, &key, &home));
		keyring_drop_address(ring, &b);
		assert_true(keyring_address(ring, &a, &key, &home));
		for (uint32_t n = 0; n < 500; n++) {
			a = sample_address(n);
			keyring_drop_address(ring, &a);
			assert_false(keyring_address(ring, &a, &key, &home));
		}
	}
	keyring_drop_address(ring, &a); /* gone already */
}

static struct market *market_with(uint32_t homes)
{
	struct params p = sample_params();
	struct enrolled_key operator_key = {.alg = KEY_ED25519, .key = {.len = 32}};
	uint8_t zero[HASH_LEN] = {0};
	struct market *m = calloc(1, sizeof *m);

	assert_non_null(m);
	p.role_count = 1;
	memcpy(p.roles[0].name, "aggregator", 11);
	p.roles[0].address = sample_address(1000000);
	p.roles[0].key = sample_key(1000000);
	market_init(m, &p, digest_sha256, &operator_key, KEY_P256, zero, zero);
	for (uint32_t n = 0; n < homes; n++) {
		struct home h = home_of(n);
		(void)home_add(&m->homes, CLIENT_HOME, &h.terms);
	}
	return m;
}

/* A market that was opened anew may know less than its keyring did: what was never durable. */
static void a_rebuilt_keyring_knows_what_the_market_knows(void **state)
{
	struct market *m = market_with(3);
	struct address role = sample_address(1000000), stale = sample_address(5);
	struct address_key key = sample_key(5);
	struct keyring_client c;
	struct public_key found;
	struct home lost = home_of(5);
	uint32_t home;

	(void)state;
	keyring_rebuild(ring, m);
	assert_true(keyring_client(ring, "home0002", &c));
	assert_true(keyring_client(ring, "operator", &c));
	assert_int_equal(c.kind, CLIENT_OPERATOR);
	assert_true(keyring_client(ring, "aggregator", &c));
	assert_true(keyring_address(ring, &role, &found, &home));
	assert_int_equal(home, c.home);
	keyring_put_home(ring, &lost);
	keyring_add_address(ring, &stale, &key, 2);
	keyring_rebuild(ring, m);
	assert_false(keyring_client(ring, "home0005", &c));
	assert_false(keyring_address(ring, &stale, &found, &home));
	assert_true(keyring_client(ring, "home0002", &c));
	assert_true(keyring_address(ring, &role, &found, &home));
	free(m);
}

static atomic_bool stop;
static atomic_int hits;
static int torn;

static void *reader(void *context)
{
	struct keyring_client c;
	struct public_key key;
	uint32_t home;

	(void)context;
	for (uint32_t n = 0; !atomic_load(&stop); n = (n + 1) % 64) {
		struct address a = sample_address(n);
		char id[16];
		(void)snprintf(id, sizeof id, "home%04u", n);
		if (keyring_client(ring, id, &c) && c.home == n)
			atomic_fetch_add(&hits, 1);
		/* Whatever is found belongs together. */
		if (keyring_address(ring, &a, &key, &home) &&
			(home != n || memcmp(key.bytes, sample_key(n).bytes, key.len) != 0))
			return &torn;
	}
	return NULL;
}

static void readers_see_whole_rows(void **state)
{
	pthread_t threads[READERS];
	void *answer;

	(void)state;
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, reader, NULL), 0);
	for (uint32_t round = 0; round < ROUNDS || atomic_load(&hits) == 0; round++) {
		uint32_t n = round % 64;
		struct home h = home_of(n);
		struct address a = sample_address(n);
		struct address_key k = sample_key(n);
		keyring_put_home(ring, &h);
		if (round / 64 % 2)
			keyring_drop_address(ring, &a);
		else
			keyring_add_address(ring, &a, &k, n);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < READERS; i++) {
		assert_int_equal(pthread_join(threads[i], &answer), 0);
		assert_null(answer);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(clients_are_found_by_their_id),
		TEST(addresses_come_and_go),
		TEST(a_rebuilt_keyring_knows_what_the_market_knows),
		TEST(readers_see_whole_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
