/* From bytes to a command or a refusal: each verdict of docs/protocol.md, section 5, up to the
 * signature, and their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/little_market.h"
#include "tests/unit/signed_mail.h"

static struct little_market market;
static char body[MAIL_MAX], text[MAIL_MAX], parameters[8192];
static struct inspect_refusal refusal;
static struct inspected *inspected;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	little_advance(&market, little_slot_ms(0) + 1000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	little_close(&market);
	return 0;
}

static struct signer ems(int home)
{
	return (struct signer){.key = market.homes[home].ems};
}

static struct signer slot(int home, int n)
{
	return (struct signer){.secret = &market.homes[home].secrets[n]};
}

/* Inspect what stands in text. */
static enum verdict look(const char *user, enum operation operation, size_t len)
{
	enum verdict v;

	memset(&refusal, 0x5a, sizeof refusal);
	inspected = NULL;
	v = inspect(market.inspector, user, operation, text, len, &inspected, &refusal);
	assert_int_equal(refusal.verdict, v);
	assert_int_equal(v == VERDICT_OK, inspected != NULL);
	if (v != VERDICT_OK)
		assert_string_equal(refusal.client_id, user);
	return v;
}

/* Write and inspect a request of client_id by user; the verdict, and the field of a refusal. */
static void expect(const char *user, const char *client_id, enum operation operation,
	struct signer signer, enum verdict verdict, const char *field)
{
	enum verdict v;
	size_t len;

	mail_body(body, operation_name(operation), "req-id-1", market.now_ms, parameters);
	len = mail_write(text, client_id, market.genesis.market, "request", body, &signer);
	v = look(user, operation, len);
	if (v != verdict || (v != VERDICT_OK && strcmp(refusal.field, field) != 0))
		fail_msg("%s %s, not %s %s", verdict_name(v), refusal.field, verdict_name(verdict),
			field);
	if (v != VERDICT_OK)
		assert_string_equal(refusal.req_id, "req-id-1");
	inspected_free(inspected);
}

static void cpf_of(int home, int n)
{
	struct address a = little_address(&market, home, n);

	(void)snprintf(parameters, sizeof parameters, "{\"address\":\"%s\",\"cpf\":0.5}", a.text);
}

static void good_ones_become_commands(void **state)
{
	struct address a = little_address(&market, 1, 0);
	struct signer s = slot(1, 0);
	size_t len;

	(void)state;
	cpf_of(1, 0);
	mail_body(body, "cpf", "req-id-1", market.now_ms, parameters);
	len = mail_write(text, "home0001", market.genesis.market, "request", body, &s);
	assert_int_equal(look("home0001", OPERATION_CPF, len), VERDICT_OK);
	assert_string_equal(inspected->client_id, "home0001");
	assert_string_equal(inspected->req_id, "req-id-1");
	assert_string_equal(inspected->body, body);
	assert_int_equal(inspected->body_len, strlen(body));
	assert_true(inspected->is_command && inspected->is_signed && !inspected->is_observation);
	assert_int_equal(inspected->command.kind, COMMAND_TX);
	assert_int_equal(inspected->command.home,
		home_find(&market.engine.market->homes, "home0001")->number);
	assert_string_equal(inspected->command.u.tx.address.text, a.text);
	assert_memory_equal(inspected->command.u.tx.id, inspected->id, HASH_LEN);
	assert_true(inspected->command.u.tx.date_ms == market.now_ms);
	inspected_free(inspected);
	inspected_free(NULL);
}

static void form_comes_first(void **state)
{
	(void)state;
	(void)snprintf(text, sizeof text, "{\"clientId\":\"home0001\",");
	assert_int_equal(look("home0001", OPERATION_CPF, strlen(text)), VERDICT_BAD_JSON);
	assert_non_null(strstr(refusal.rule, "line 1, column "));
	memset(text, ' ', 2049);
	assert_int_equal(look("home0001", OPERATION_CPF, 2049), VERDICT_TOO_LARGE);
	cpf_of(1, 0);
	expect("home0001", "home0001", OPERATION_SEAL, ems(0), VERDICT_BAD_FIELD,
		"parameters.height");
	expect("home0000", "home0001", OPERATION_SEAL, ems(0), VERDICT_BAD_FIELD,
		"parameters.height");
}

static void the_client_is_the_sessions_user(void **state)
{
	(void)state;
	(void)snprintf(parameters, sizeof parameters, "{}");
	expect("home0000", "home0001", OPERATION_WALLET, ems(1), VERDICT_WRONG_CLIENT, "clientId");
	expect("home0001", "home0001", OPERATION_WALLET, ems(1), VERDICT_OK, "");
	expect("home9999", "home9999", OPERATION_WALLET, ems(1), VERDICT_UNKNOWN_HOME, "clientId");
}

/* Set a home's status in the market and its keyring. */
static void set_status(const char *id, enum home_status status)
{
	struct homes *homes = &market.engine.market->homes;
	struct home *h = home_edit(homes, home_find(homes, id)->number);

	h->status = status;
	keyring_put_home(market.engine.keyring, h);
}

static void who_may_send_it(void **state)
{
	struct signer boss = {.key = market.operator_key};

	(void)state;
	(void)snprintf(parameters, sizeof parameters, "{}");
	set_status("home0001", HOME_REVOKED);
	expect("home0001", "home0001", OPERATION_WALLET, ems(1), VERDICT_REVOKED, "clientId");
	set_status("home0001", HOME_INVITED);
	expect("home0001", "home0001", OPERATION_WALLET, ems(1), VERDICT_NOT_REGISTERED,
		"clientId");
	set_status("home0001", HOME_REGISTERED);
	expect("operator", "operator", OPERATION_WALLET, boss, VERDICT_NOT_ALLOWED, "clientId");
	(void)snprintf(parameters, sizeof parameters, "{\"clientId\":\"home0001\"}");
	expect("home0001", "home0001", OPERATION_HOME_REVOKE, ems(1), VERDICT_NOT_ALLOWED,
		"clientId");
	expect("aggregator", "aggregator", OPERATION_HOME_REVOKE,
		(struct signer){.key = market.aggregator_key}, VERDICT_NOT_ALLOWED, "clientId");
	expect("operator", "operator", OPERATION_HOME_REVOKE, boss, VERDICT_OK, "");
	expect("operator", "operator", OPERATION_HOME_REVOKE, ems(1), VERDICT_BAD_SIGNATURE,
		"signature");
}

static void addresses_are_their_clients(void **state)
{
	(void)state;
	cpf_of(1, 0);
	expect("home0000", "home0000", OPERATION_CPF, slot(1, 0), VERDICT_UNKNOWN_ADDRESS,
		"parameters.address");
	expect("home0001", "home0001", OPERATION_CPF, slot(1, 0), VERDICT_OK, "");
	(void)snprintf(parameters, sizeof parameters,
		"{\"address\":\"aaaaaaaaaaaaaaaaaaaaaaaaaa\",\"cpf\":0.5}");
	expect("home0001", "home0001", OPERATION_CPF, slot(1, 0), VERDICT_UNKNOWN_ADDRESS,
		"parameters.address");
}

static void signatures_are_checked(void **state)
{
	struct signer s = slot(1, 0);
	size_t len, at;

	(void)state;
	cpf_of(1, 0);
	expect("home0001", "home0001", OPERATION_CPF, slot(1, 1), VERDICT_BAD_SIGNATURE,
		"signature");
	expect("home0001", "home0001", OPERATION_CPF, ems(1), VERDICT_BAD_SIGNATURE, "signature");
	(void)snprintf(parameters, sizeof parameters, "{}");
	expect("home0001", "home0001", OPERATION_WALLET, slot(1, 0), VERDICT_BAD_SIGNATURE,
		"signature");
	/* Of another kind, another market, or with one bit changed. */
	cpf_of(1, 0);
	mail_body(body, "cpf", "req-id-1", market.now_ms, parameters);
	len = mail_write(text, "home0001", market.genesis.market, "reading", body, &s);
	assert_int_equal(look("home0001", OPERATION_CPF, len), VERDICT_BAD_SIGNATURE);
	len = mail_write(text, "home0001", "tiny:0000000000000000", "request", body, &s);
	assert_int_equal(look("home0001", OPERATION_CPF, len), VERDICT_BAD_SIGNATURE);
	len = mail_write(text, "home0001", market.genesis.market, "request", body, &s);
	at = (size_t)(strstr(text, "\"cpf\":0.5") - text) + 8;
	text[at] = '6';
	assert_int_equal(look("home0001", OPERATION_CPF, len), VERDICT_BAD_SIGNATURE);
	text[at] = '5';
	assert_int_equal(look("home0001", OPERATION_CPF, len), VERDICT_OK);
	inspected_free(inspected);
}

/* An observation may be unsigned, but not wrongly signed. */
static void observations(void **state)
{
	static const char unsigned_text[] =
		"{\"clientId\":\"home0001\",\"reqId\":\"req-id-1\",\"date\":\"2018-01-01 "
		"00:00:00\","
		"\"operation\":\"state\",\"parameters\":{\"item\":\"device\",\"name\":\"a\","
		"\"value\":\"b\"}}";

	(void)state;
	memcpy(text, unsigned_text, sizeof unsigned_text);
	assert_int_equal(look("home0001", OPERATION_STATE, sizeof unsigned_text - 1), VERDICT_OK);
	assert_true(inspected->is_observation && !inspected->is_signed && !inspected->is_command);
	assert_string_equal(inspected->observation[2], "b");
	inspected_free(inspected);
	(void)snprintf(parameters, sizeof parameters,
		"{\"item\":\"device\",\"name\":\"a\",\"value\":\"b\"}");
	expect("home0001", "home0001", OPERATION_STATE, ems(1), VERDICT_OK, "");
	expect("home0001", "home0001", OPERATION_STATE, ems(0), VERDICT_BAD_SIGNATURE, "signature");
}

static void reading(const char *serial, const struct private_key *meter, const char *other_market)
{
	struct reading r = {.slot = -1, .taken_ms = market.now_ms};
	struct out out;

	out_init(&out, parameters, sizeof parameters);
	assert_int_equal(
		message_write_reading(&out, other_market ? other_market : market.genesis.market,
			serial, &r, meter),
		ERR_OK);
}

static void meters_sign_for_themselves(void **state)
{
	struct little_home *h = &market.homes[1];

	(void)state;
	reading("SN1", h->meter, NULL);
	expect("home0001", "home0001", OPERATION_STATE, ems(1), VERDICT_OK, "");
	expect("home0001", "home0001", OPERATION_STATE, ems(0), VERDICT_BAD_SIGNATURE, "signature");
	expect("home0000", "home0000", OPERATION_STATE, ems(0), VERDICT_UNKNOWN_METER,
		"parameters.meter");
	reading("SN9", h->meter, NULL);
	expect("home0001", "home0001", OPERATION_STATE, ems(1), VERDICT_UNKNOWN_METER,
		"parameters.meter");
	reading("SN1", h->ems, NULL);
	expect("home0001", "home0001", OPERATION_STATE, ems(1), VERDICT_BAD_METER_SIGNATURE,
		"parameters.meter_signature");
	reading("SN1", h->meter, "tiny:0000000000000000");
	expect("home0001", "home0001", OPERATION_STATE, ems(1), VERDICT_BAD_METER_SIGNATURE,
		"parameters.meter_signature");
}

static void keys_come_with_possession(void **state)
{
	struct message_key key = {.slot = 23};
	struct slot_secret secret, other;
	struct signer s = {.secret = &secret}, t = {.secret = &other};
	struct out out;

	(void)state;
	assert_int_equal(slot_secret_draw(KEY_P256, &secret, &key.key), ERR_OK);
	assert_int_equal(message_prove("home0001", market.genesis.market, "23", &s, &key), ERR_OK);
	out_init(&out, parameters, sizeof parameters);
	message_write_addresses(&out, &key, 1);
	expect("home0001", "home0001", OPERATION_ADDRESSES, ems(1), VERDICT_OK, "");
	/* The proof names client and slot. */
	expect("home0000", "home0000", OPERATION_ADDRESSES, ems(0), VERDICT_NO_POSSESSION,
		"parameters.keys.pop");
	key.slot = 22;
	out_init(&out, parameters, sizeof parameters);
	message_write_addresses(&out, &key, 1);
	expect("home0001", "home0001", OPERATION_ADDRESSES, ems(1), VERDICT_NO_POSSESSION,
		"parameters.keys.pop");
	/* Another's signature, another algorithm, no key at all. */
	assert_int_equal(slot_secret_draw(KEY_P256, &other, &(struct public_key){0}), ERR_OK);
	assert_int_equal(message_prove("home0001", market.genesis.market, "22", &t, &key), ERR_OK);
	out_init(&out, parameters, sizeof parameters);
	message_write_addresses(&out, &key, 1);
	expect("home0001", "home0001", OPERATION_ADDRESSES, ems(1), VERDICT_NO_POSSESSION,
		"parameters.keys.pop");
	assert_int_equal(slot_secret_draw(KEY_ED25519, &other, &key.key), ERR_OK);
	assert_int_equal(message_prove("home0001", market.genesis.market, "22", &t, &key), ERR_OK);
	out_init(&out, parameters, sizeof parameters);
	message_write_addresses(&out, &key, 1);
	expect("home0001", "home0001", OPERATION_ADDRESSES, ems(1), VERDICT_KEY_WEAK,
		"parameters.keys.key");
	key.key = (struct public_key){.alg = KEY_P256, .len = KEY_P256_LEN, .bytes = {4}};
	out_init(&out, parameters, sizeof parameters);
	message_write_addresses(&out, &key, 1);
	expect("home0001", "home0001", OPERATION_ADDRESSES, ems(1), VERDICT_KEY_WEAK,
		"parameters.keys.key");
}

/* register is signed by the key that it brings. */
static void a_registration_signs_itself(void **state)
{
	struct message_key keys[1] = {{.role = "ems"}};
	struct private_key *fresh;
	struct signer s;
	struct out out;

	(void)state;
	assert_int_equal(private_key_generate(KEY_P256, &fresh), ERR_OK);
	s = (struct signer){.key = fresh};
	keys[0].key = *private_key_public(fresh);
	assert_int_equal(
		message_prove("home0001", market.genesis.market, "ems", &s, &keys[0]), ERR_OK);
	out_init(&out, parameters, sizeof parameters);
	message_write_register(&out, "secret", MODE_BOTH, keys, 1);
	set_status("home0001", HOME_INVITED);
	expect("home0001", "home0001", OPERATION_REGISTER, s, VERDICT_OK, "");
	expect("home0001", "home0001", OPERATION_REGISTER, ems(1), VERDICT_BAD_SIGNATURE,
		"signature");
	set_status("home0001", HOME_REGISTERED);
	private_key_free(fresh);
}

/* What a command borrows is its own: the next message has the workspace. */
static void numbers_outlive_the_next_message(void **state)
{
	const struct role_params *role = &market.genesis.params.roles[0];
	const struct signer aggregator = {.key = market.aggregator_key};
	const struct tariff_window *w;
	struct inspected *first = NULL;

	(void)state;
	for (int n = 0; n < 2; n++) {
		(void)snprintf(parameters, sizeof parameters,
			"{\"address\":\"%s\",\"export_mc_per_kwh\":[%d1,%d2],\"first_slot\":9,"
			"\"import_mc_per_kwh\":[%d3,%d4]%s}",
			role->address.text, n + 1, n + 1, n + 1, n + 1,
			n == 0 ? ",\"wholesale_mc_per_kwh\":[15,16]" : "");
		mail_body(body, "tariff", "req-id-1", market.now_ms, parameters);
		assert_int_equal(look("aggregator", OPERATION_TARIFF,
					 mail_write(text, "aggregator", market.genesis.market,
						 "request", body, &aggregator)),
			VERDICT_OK);
		if (n == 0)
			first = inspected;
	}
	w = &first->command.u.tx.u.tariff;
	assert_true(w->count == 2 && w->export_mc[0] == 11 && w->export_mc[1] == 12);
	assert_true(w->import_mc[0] == 13 && w->import_mc[1] == 14);
	assert_true(w->wholesale_mc[0] == 15 && w->wholesale_mc[1] == 16);
	w = &inspected->command.u.tx.u.tariff;
	assert_true(w->import_mc[1] == 24 && w->wholesale_mc == NULL);
	inspected_free(first);
	inspected_free(inspected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones_become_commands),
		cmocka_unit_test(numbers_outlive_the_next_message),
		cmocka_unit_test(form_comes_first),
		cmocka_unit_test(the_client_is_the_sessions_user),
		cmocka_unit_test(who_may_send_it),
		cmocka_unit_test(addresses_are_their_clients),
		cmocka_unit_test(signatures_are_checked),
		cmocka_unit_test(observations),
		cmocka_unit_test(meters_sign_for_themselves),
		cmocka_unit_test(keys_come_with_possession),
		cmocka_unit_test(a_registration_signs_itself),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
