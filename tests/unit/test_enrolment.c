/* How homes get in and out: registration, addresses, revocation, and who may send what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/enrolment.h"
#include "tests/unit/market_scene.h"

static uint32_t number_of(const char *client_id)
{
	return home_find(&w->market->homes, client_id)->number;
}

/* A tenth home, invited with a code. */
static struct command invited(void)
{
	struct command add = {.kind = COMMAND_HOME_ADD};
	struct command reg = {.kind = COMMAND_REGISTER};
	struct address unused;

	(void)snprintf(add.u.home_add.client_id, sizeof add.u.home_add.client_id, "newhome");
	(void)snprintf(add.u.home_add.meter_serial, sizeof add.u.home_add.meter_serial, "NEW");
	memset(add.u.home_add.code_hash, 7, HASH_LEN);
	assert_int_equal(send(w, &add), VERDICT_OK);
	reg.home = number_of("newhome");
	reg.u.registration.mode = MODE_TE;
	memset(reg.u.registration.code_hash, 7, HASH_LEN);
	draw_key(w, &reg.u.registration.ems.key, &unused);
	draw_key(w, &reg.u.registration.meter.key, &unused);
	reg.u.registration.ems.alg = 1;
	reg.u.registration.meter.alg = 1;
	return reg;
}

static void a_code_works_once(void **state)
{
	struct command c = invited();
	const struct home *h = home_find(&w->market->homes, "newhome");

	(void)state;
	c.u.registration.code_hash[31] ^= 1;
	expect(&c, VERDICT_BAD_CODE, "code");
	c.u.registration.code_hash[31] ^= 1;
	assert_int_equal(h->status, HOME_INVITED);
	assert_int_equal(send(w, &c), VERDICT_OK);
	assert_int_equal(h->status, HOME_REGISTERED);
	assert_int_equal(home_mode_at(&h->modes, 0), MODE_TE);
	assert_memory_equal(&h->ems.key, &c.u.registration.ems.key, sizeof h->ems.key);
	expect(&c, VERDICT_BAD_CODE, "code"); /* used up */
	c.home = number_of("home0000");
	memset(c.u.registration.code_hash, 0, HASH_LEN); /* what is left of a used one */
	expect(&c, VERDICT_BAD_CODE, "code");
	c.home = number_of("aggregator");
	expect(&c, VERDICT_NOT_ALLOWED, "");
}

static void keys_are_unique(void **state)
{
	struct command c = invited();
	const struct enrolled_key good = c.u.registration.ems;

	(void)state;
	c.u.registration.ems = home_of(w, 3)->ems;
	expect(&c, VERDICT_KEY_KNOWN, "keys");
	c.u.registration.ems = home_of(w, 3)->meter_key;
	expect(&c, VERDICT_KEY_KNOWN, "keys");
	c.u.registration.ems = good;
	c.u.registration.meter = home_of(w, 3)->ems;
	expect(&c, VERDICT_KEY_KNOWN, "keys");
	c.u.registration.meter = good; /* one key for two roles */
	expect(&c, VERDICT_KEY_KNOWN, "keys");
	c.u.registration.meter =
		(struct enrolled_key){.alg = 0}; /* no meter: for tests and roles */
	expect(&c, VERDICT_OK, "");
}

static void who_may_send_what(void **state)
{
	const enum command_kind kinds[] = {COMMAND_TX, COMMAND_REGISTER, COMMAND_ADDRESSES,
		COMMAND_READING, COMMAND_HOME_ADD, COMMAND_HOME_CHANGE, COMMAND_HOME_REVOKE,
		COMMAND_DEPOSIT, COMMAND_WITHDRAW, COMMAND_PARAMS};
	struct command c = invited();
	const char *field;

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		bool of_operator = i >= 4;
		c.kind = kinds[i];
		c.home = number_of("operator");
		if (!of_operator)
			expect(&c, VERDICT_NOT_ALLOWED, "");
		c.home = number_of("aggregator");
		if (kinds[i] != COMMAND_TX)
			expect(&c, VERDICT_NOT_ALLOWED, "");
		c.home = number_of("newhome"); /* not registered yet */
		if (kinds[i] != COMMAND_REGISTER)
			expect(&c, of_operator ? VERDICT_NOT_ALLOWED : VERDICT_NOT_REGISTERED, "");
		c.home = number_of("home0002");
		if (of_operator)
			expect(&c, VERDICT_NOT_ALLOWED, "");
		home_edit(&w->market->homes, c.home)->status = HOME_REVOKED;
		expect(&c, VERDICT_REVOKED, "");
		home_edit(&w->market->homes, c.home)->status = HOME_REGISTERED;
	}
	c.kind = COMMAND_CLOCK; /* nobody's */
	assert_int_equal(scene_decide(&c, &field), VERDICT_OK);
}

/* Slots 0..15 are enrolled; it is slot 1, and those up to 5 have been admitted. */
static struct slot_key keys[COMMAND_ADDRESSES_MAX + 1];

static struct command addresses(int64_t first, size_t count)
{
	struct command c = {.kind = COMMAND_ADDRESSES, .home = home_of(w, 4)->number};

	for (size_t i = 0; i < count; i++) {
		keys[i].slot = first + (int64_t)i;
		draw_key(w, &keys[i].key, &keys[i].address);
	}
	c.u.addresses.keys = keys;
	c.u.addresses.count = count;
	return c;
}

static void addresses_have_a_time(void **state)
{
	struct command c = addresses(16, 3);

	(void)state;
	assert_int_equal(w->market->admit_slot, 6);
	expect(&c, VERDICT_OK, "");
	c = addresses(5, 1);
	expect(&c, VERDICT_SLOT_TOO_NEAR, "keys");
	c = addresses(6, 1);
	expect(&c, VERDICT_ADDRESS_EXISTS, "keys");
	c = addresses(15, 2);
	expect(&c, VERDICT_ADDRESS_EXISTS, "keys");
	c = addresses(6 + HOME_ENROLLED_MAX - 1, 1);
	expect(&c, VERDICT_OK, "");
	c = addresses(6 + HOME_ENROLLED_MAX, 1);
	expect(&c, VERDICT_HORIZON, "keys");
	c = addresses(16, 0);
	expect(&c, VERDICT_OUT_OF_RANGE, "keys");
	c = addresses(16, COMMAND_ADDRESSES_MAX);
	expect(&c, VERDICT_OK, "");
	c = addresses(16, COMMAND_ADDRESSES_MAX + 1);
	expect(&c, VERDICT_OUT_OF_RANGE, "keys");
	c = addresses(16, 3);
	keys[2].slot = keys[1].slot;
	expect(&c, VERDICT_UNORDERED, "keys");
	c = addresses(16, 3);
	keys[2] = keys[0];
	keys[2].slot += 2;
	expect(&c, VERDICT_KEY_KNOWN, "keys"); /* twice in one message */
}

static void address_keys_are_unique(void **state)
{
	struct command c = addresses(16, 1);

	(void)state;
	keys[0].address = scene_address[5][9]; /* another home's, still waiting */
	expect(&c, VERDICT_KEY_KNOWN, "keys");
	keys[0].address = scene_address[5][1]; /* admitted */
	expect(&c, VERDICT_KEY_KNOWN, "keys");
	keys[0].address.text[25] ^= 1; /* like it in what indexes it */
	expect(&c, VERDICT_KEY_KNOWN, "keys");
	keys[0].address.text[11] ^= 1;
	expect(&c, VERDICT_OK, "");
	keys[0].address = w->params.roles[0].address;
	expect(&c, VERDICT_KEY_KNOWN, "keys");
}

static void a_home_has_its_share(void **state)
{
	struct command c = addresses(16, 64);

	(void)state;
	assert_int_equal(home_of(w, 4)->enrolled_count, 10);
	assert_int_equal(send(w, &c), VERDICT_OK);
	assert_int_equal(home_of(w, 4)->enrolled_count, 74);
	c = addresses(80, 22);
	expect(&c, VERDICT_OK, "");
	c = addresses(80, 23);
	expect(&c, VERDICT_TOO_MANY, "keys");
	c = addresses(80, 1);
	w->market->enrolled_count = ENROLLED_MAX - 1;
	expect(&c, VERDICT_OK, "");
	w->market->enrolled_count = ENROLLED_MAX;
	expect(&c, VERDICT_TOO_MANY, "keys");
}

/* In the ledger they stand in byte order and are their homes'. */
static void addresses_come_in_with_their_slot(void **state)
{
	const struct accounts *t = &w->market->ledger.accounts;

	(void)state;
	assert_int_equal(t->next - t->first, 6 * HOMES); /* of slots 0 to 5 */
	for (uint64_t n = t->first; n < t->next; n++) {
		const struct account *a = account_get(t, n);
		const struct home *h = market_owner(w->market, n);
		int home = (int)(h->number - home_of(w, 0)->number);
		assert_string_equal(scene_address[home][a->slot].text, a->address.text);
		if (n > t->first && account_get(t, n - 1)->slot == a->slot)
			assert_true(
				address_compare(&account_get(t, n - 1)->address, &a->address) < 0);
		assert_null(enrolment_find(w->market, &a->address));
	}
	assert_non_null(enrolment_find(w->market, &scene_address[0][6]));
	assert_int_equal(home_of(w, 0)->account_count, 6);
	assert_int_equal(home_of(w, 0)->enrolled_count, 10);
	go_to(slot_ms(2) + 1);
	assert_int_equal(home_of(w, 0)->account_count, 6); /* slot 6 came, slot 0 went */
	assert_null(market_owner(w->market, ACCOUNT_FIXED_MAX));
	assert_null(market_owner(w->market, ACCOUNT_WALLETS));
	go_to(slot_ms(20));
	assert_int_equal(w->market->enrolled_count, 0);
	assert_int_equal(home_of(w, 0)->account_count, 0);
}

static void a_revoked_home_is_out(void **state)
{
	struct command revoke = {.kind = COMMAND_HOME_REVOKE, .home = number_of("operator")};
	struct command c = scene_bid(4, 3, SIDE_SELL, 100, 5000, 0);

	(void)state;
	(void)snprintf(
		revoke.u.home_revoke.client_id, sizeof revoke.u.home_revoke.client_id, "home9999");
	expect(&revoke, VERDICT_UNKNOWN_HOME, "clientId");
	(void)snprintf(revoke.u.home_revoke.client_id, sizeof revoke.u.home_revoke.client_id,
		"aggregator");
	expect(&revoke, VERDICT_UNKNOWN_HOME, "clientId");
	(void)snprintf(
		revoke.u.home_revoke.client_id, sizeof revoke.u.home_revoke.client_id, "home0004");
	(void)scene_send(&c);
	assert_int_equal(send(w, &revoke), VERDICT_OK);
	expect(&revoke, VERDICT_REVOKED, "clientId");
	expect(&c, VERDICT_REVOKED, "");
	assert_int_equal(home_of(w, 4)->enrolled_count, 0);
	assert_null(enrolment_find(w->market, &scene_address[4][9]));
	go_to(slot_ms(12)); /* its order runs out; replicas agree */
	assert_int_equal(home_of(w, 4)->account_count, 0);
}

static void money_comes_in_for_clients(void **state)
{
	struct command c = {.kind = COMMAND_DEPOSIT, .home = number_of("operator")};
	int64_t had = scene_wallet(4).balance_uc;

	(void)state;
	c.u.money.amount_uc = 5;
	(void)snprintf(c.u.money.client_id, sizeof c.u.money.client_id, "operator");
	expect(&c, VERDICT_UNKNOWN_HOME, "clientId");
	(void)snprintf(c.u.money.client_id, sizeof c.u.money.client_id, "home9999");
	expect(&c, VERDICT_UNKNOWN_HOME, "clientId");
	(void)snprintf(c.u.money.client_id, sizeof c.u.money.client_id, "home0004");
	c.u.money.amount_uc = 0;
	expect(&c, VERDICT_OUT_OF_RANGE, "amount_uc");
	c.u.money.amount_uc = 5;
	assert_int_equal(send(w, &c), VERDICT_OK);
	assert_int_equal(scene_wallet(4).balance_uc, had + 5);
	(void)snprintf(c.u.money.client_id, sizeof c.u.money.client_id, "aggregator");
	assert_int_equal(send(w, &c), VERDICT_OK);
	assert_int_equal(
		market_wallet(w->market, home_find(&w->market->homes, "aggregator")).balance_uc, 5);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_free)
	const struct CMUnitTest tests[] = {
		TEST(a_code_works_once),
		TEST(keys_are_unique),
		TEST(who_may_send_what),
		TEST(addresses_have_a_time),
		TEST(address_keys_are_unique),
		TEST(a_home_has_its_share),
		TEST(addresses_come_in_with_their_slot),
		TEST(a_revoked_home_is_out),
		TEST(money_comes_in_for_clients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
