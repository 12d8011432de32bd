/* The values of requests: both sides of each bound, and what each becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/request_reader.h"
#include "wire/digest.h"

enum { TEXT_MAX = 20000 };
/* Places in sample_requests. */
enum { BID, ANSWER, OPENING, CANCEL, CPF, SEAL };
enum { OBSERVATION = SEAL + 6, READING, REGISTER };
enum {
	ADDRESSES = REGISTER + 1,
	WALLET,
	SYNC,
	BASELINE,
	PREFERENCE,
	HOME_ADD,
	HOME_CHANGE,
	HOME_REVOKE,
	DEPOSIT,
	WITHDRAW,
	PARAMS_SET
};

static enum verdict take(int sample, const char *text)
{
	return read_text(sample_requests[sample].operation, text);
}

#define X16 "xxxxxxxxxxxxxxxx"
#define ENERGY "\"value\":\"900\""
#define PRICE "\"unit\":\"cents/kWh\",\"value\":\"8.5\""

static const struct {
	int sample;
	const char *from, *to;
	const char *field; /* NULL: accepted */
	enum verdict verdict;
} cases[] = {
	/* The envelope. */
	{WALLET, "home0001", "home", NULL, VERDICT_OK},
	{WALLET, "home0001", "ho", "clientId", VERDICT_BAD_FIELD},
	{WALLET, "home0001", X16 X16, NULL, VERDICT_OK},
	{WALLET, "home0001", X16 X16 "x", "clientId", VERDICT_BAD_FIELD},
	{WALLET, "home0001", "Home0001", "clientId", VERDICT_BAD_FIELD},
	{WALLET, "home0001", "home/001", "clientId", VERDICT_BAD_FIELD},
	{WALLET, "home0001", "home\\u0030001", NULL, VERDICT_OK},
	{WALLET, "abcd_EF-", "abcd_EF", "reqId", VERDICT_BAD_FIELD},
	{WALLET, "abcd_EF-", X16 X16 X16 X16, NULL, VERDICT_OK},
	{WALLET, "abcd_EF-", X16 X16 X16 X16 "x", "reqId", VERDICT_BAD_FIELD},
	{WALLET, "abcd_EF-", "abcd_EF+", "reqId", VERDICT_BAD_FIELD},
	{WALLET, "2018-01-01 00", "2018-01-01 24", "date", VERDICT_BAD_FIELD},
	{WALLET, "\"wallet\"", "\"Wallet\"", "operation", VERDICT_UNKNOWN_OPERATION},
	{WALLET, SAMPLE_SIG, SAMPLE_SIG "A", "signature", VERDICT_BAD_FIELD},
	{WALLET, SAMPLE_A16 "AAAAAA\"", SAMPLE_A16 "AAAAA\"", "signature", VERDICT_BAD_FIELD},
	{WALLET, SAMPLE_A16 "AAAAAA\"", SAMPLE_A16 "AAAAAB\"", "signature", VERDICT_BAD_FIELD},
	{WALLET, SAMPLE_A16 "AAAAAA\"", SAMPLE_A16 "AAAAAQ\"", NULL, VERDICT_OK},
	/* bid-offer */
	{BID, "asda62", "asda61", "parameters.address", VERDICT_BAD_FIELD},
	{BID, "asda62", "ASDA62", "parameters.address", VERDICT_BAD_FIELD},
	{BID, "dqwq\"", "dqw\"", "parameters.address", VERDICT_BAD_FIELD},
	{BID, "0.72", "0.01", NULL, VERDICT_OK},
	{BID, "0.72", "0", "parameters.cpf", VERDICT_OUT_OF_RANGE},
	{BID, "0.72", "1", NULL, VERDICT_OK},
	{BID, "0.72", "1.0", NULL, VERDICT_OK},
	{BID, "0.72", "1.01", "parameters.cpf", VERDICT_OUT_OF_RANGE},
	{BID, "sell", "Sell", "parameters.bid.type", VERDICT_BAD_FIELD},
	{BID, "sell", "offer", "parameters.bid.type", VERDICT_BAD_FIELD},
	{ANSWER, ENERGY, "\"value\":\"1\"", NULL, VERDICT_OK},
	{ANSWER, ENERGY, "\"value\":\"0\"", "parameters.bid.energy.value", VERDICT_OUT_OF_RANGE},
	{ANSWER, ENERGY, "\"value\":\"100000000\"", NULL, VERDICT_OK},
	{ANSWER, ENERGY, "\"value\":\"100000001\"", "parameters.bid.energy.value",
		VERDICT_OUT_OF_RANGE},
	{ANSWER, ENERGY, "\"value\":\"1.5\"", "parameters.bid.energy.value", VERDICT_BAD_FIELD},
	{ANSWER, "\"Wh\"", "\"kwh\"", "parameters.bid.energy.value", VERDICT_BAD_FIELD},
	{ANSWER, PRICE, "\"unit\":\"cents/kWh\",\"value\":\"0\"", NULL, VERDICT_OK},
	{ANSWER, PRICE, "\"unit\":\"cents/kWh\",\"value\":\"10000\"", NULL, VERDICT_OK},
	{ANSWER, PRICE, "\"unit\":\"cents/kWh\",\"value\":\"10000.001\"",
		"parameters.bid.price.value", VERDICT_OUT_OF_RANGE},
	{ANSWER, PRICE, "\"unit\":\"cents/kWh\",\"value\":\"-1\"", "parameters.bid.price.value",
		VERDICT_BAD_FIELD},
	{ANSWER, PRICE, "\"unit\":\"cents\",\"value\":\"9000\"", NULL, VERDICT_OK},
	/* 900 Wh at 10,000 cents/kWh is 9,000 cents; a buyer's total is rounded down. */
	{ANSWER, PRICE, "\"unit\":\"cents\",\"value\":\"9000.000899\"", NULL, VERDICT_OK},
	{ANSWER, PRICE, "\"unit\":\"cents\",\"value\":\"9000.0009\"", "parameters.bid.price.value",
		VERDICT_OUT_OF_RANGE},
	{ANSWER, "\"auction\":5", "\"auction\":1", NULL, VERDICT_OK},
	{ANSWER, "\"auction\":5", "\"auction\":0", "parameters.auction", VERDICT_OUT_OF_RANGE},
	{ANSWER, "\"auction\":5", "\"auction\":-1", "parameters.auction", VERDICT_OUT_OF_RANGE},
	{ANSWER, "\"auction\":5", "\"auction\":9007199254740991", NULL, VERDICT_OK},
	{ANSWER, "\"auction\":5", "\"auction\":5,\"contract\":{}", "parameters.contract",
		VERDICT_BAD_FIELD},
	{OPENING, "uniform", "Uniform", "parameters.contract.rule", VERDICT_BAD_FIELD},
	{OPENING, "uniform", "vickrey", NULL, VERDICT_OK},
	{OPENING, "uniform", "mcafee", "parameters.contract.rule", VERDICT_BAD_FIELD},
	{OPENING, "storage", "import", NULL, VERDICT_OK},
	{OPENING, "storage", "solar", "parameters.contract.measure", VERDICT_BAD_FIELD},
	{OPENING, "\"open\"", "\"sealed\"", NULL, VERDICT_OK},
	{OPENING, "\"open\"", "\"shut\"", "parameters.contract.book", VERDICT_BAD_FIELD},
	{OPENING, "00:10:00", "00:10:60", "parameters.contract.gate_close", VERDICT_BAD_FIELD},
	{OPENING, "\"slot\":3", "\"slot\":0", NULL, VERDICT_OK},
	{OPENING, "\"slot\":3", "\"slot\":-1", "parameters.contract.slot", VERDICT_OUT_OF_RANGE},
	{OPENING, "\"slot\":3", "\"slot\":2147483647", NULL, VERDICT_OK},
	{OPENING, "\"slot\":3", "\"slot\":2147483648", "parameters.contract.slot",
		VERDICT_OUT_OF_RANGE},
	{OPENING, "\"value\":\"2\"", "\"value\":\"10000\"", NULL, VERDICT_OK},
	{OPENING, "\"value\":\"2\"", "\"value\":\"10000.001\"", "parameters.contract.penalty.value",
		VERDICT_OUT_OF_RANGE},
	{OPENING, "\"penalty\":{\"unit\":\"cents/kWh\"", "\"penalty\":{\"unit\":\"cents\"",
		"parameters.contract.penalty.value", VERDICT_BAD_FIELD},
	{OPENING, "\"value\":\"0\"", "\"value\":\"100000001\"",
		"parameters.contract.min_quantity.value", VERDICT_OUT_OF_RANGE},
	/* cancel, cpf, seal */
	{CANCEL, ":12", ":1", NULL, VERDICT_OK},
	{CANCEL, ":12", ":0", "parameters.order", VERDICT_OUT_OF_RANGE},
	{CANCEL, ":12", ":9007199254740992", "", VERDICT_BAD_JSON},
	{CPF, "\"cpf\":1", "\"cpf\":0.00", "parameters.cpf", VERDICT_OUT_OF_RANGE},
	{CPF, "\"cpf\":1", "\"cpf\":-1", "parameters.cpf", VERDICT_OUT_OF_RANGE},
	{CPF, "\"cpf\":1", "\"cpf\":0.725", "", VERDICT_BAD_JSON},
	{SEAL, ":7", ":1", NULL, VERDICT_OK},
	{SEAL, ":7", ":0", "parameters.height", VERDICT_OUT_OF_RANGE},
	{SEAL, ":7", ":2147483648", "parameters.height", VERDICT_OUT_OF_RANGE},
	{SEAL, "001122", "0011", "parameters.header_hash", VERDICT_BAD_FIELD},
	/* state */
	{OBSERVATION, "Sensor", X16 X16 X16 X16, NULL, VERDICT_OK},
	{OBSERVATION, "Sensor", X16 X16 X16 X16 "x", "parameters.name", VERDICT_BAD_FIELD},
	{OBSERVATION, "\"28\"", "\"" X16 X16 X16 X16 "x\"", "parameters.value", VERDICT_BAD_FIELD},
	{OBSERVATION, "device", X16 X16 X16 X16 "x", "parameters.item", VERDICT_BAD_FIELD},
	{OBSERVATION, "device", "Registers", NULL, VERDICT_OK},
	{OBSERVATION, "device", "registers", "parameters.meter", VERDICT_BAD_FIELD},
	{READING, "SN1", X16 X16, NULL, VERDICT_OK},
	{READING, "SN1", X16 X16 "x", "parameters.meter", VERDICT_BAD_FIELD},
	{READING, "\"slot\":4", "\"slot\":-1", NULL, VERDICT_OK},
	{READING, "\"slot\":4", "\"slot\":-2", "parameters.slot", VERDICT_OUT_OF_RANGE},
	{READING, "_wh\":1,", "_wh\":0,", NULL, VERDICT_OK},
	{READING, "pv_wh\":1", "pv_wh\":-1", "parameters.pv_wh", VERDICT_OUT_OF_RANGE},
	{READING, "discharge_wh\":5", "discharge_wh\":1000000000000", NULL, VERDICT_OK},
	{READING, "discharge_wh\":5", "discharge_wh\":1000000000001", "parameters.discharge_wh",
		VERDICT_OUT_OF_RANGE},
	/* register, addresses */
	{REGISTER, "RE+TE", "TE", NULL, VERDICT_OK},
	{REGISTER, "RE+TE", "TE+RE", "parameters.mode", VERDICT_BAD_FIELD},
	{REGISTER, "RE+TE", "re", "parameters.mode", VERDICT_BAD_FIELD},
	{REGISTER, "\"ems\"", "\"emx\"", "parameters.keys.role", VERDICT_BAD_FIELD},
	{REGISTER, "\"meter\"", "\"ems\"", "parameters.keys.role", VERDICT_BAD_FIELD},
	{REGISTER, "p256:", "p384:", "parameters.keys.key", VERDICT_BAD_FIELD},
	{REGISTER, "p256:A", "p256:", "parameters.keys.key", VERDICT_BAD_FIELD},
	{REGISTER, ",\"keys\":[", ",\"keys\":[{},", "parameters.keys", VERDICT_BAD_FIELD},
	{ADDRESSES, "\"slot\":0", "\"slot\":-1", "parameters.keys.slot", VERDICT_OUT_OF_RANGE},
	{ADDRESSES, "\"slot\":1", "\"slot\":2147483648", "parameters.keys.slot",
		VERDICT_OUT_OF_RANGE},
	{ADDRESSES, "{\"slot\":0", "1,{\"slot\":0", "parameters.keys", VERDICT_BAD_FIELD},
	/* sync */
	{SYNC, "\"from\":3", "\"from\":9", NULL, VERDICT_OK},
	{SYNC, "\"from\":3", "\"from\":10", "parameters.to", VERDICT_OUT_OF_RANGE},
	{SYNC, "\"from\":3", "\"from\":0", "parameters.from", VERDICT_OUT_OF_RANGE},
	{SYNC, "\"to\":9", "\"to\":2147483648", "parameters.to", VERDICT_OUT_OF_RANGE},
	/* the operator's */
	{HOME_ADD, "8000", "10000000", NULL, VERDICT_OK},
	{HOME_ADD, "8000", "10000001", "parameters.pv_w", VERDICT_OUT_OF_RANGE},
	{HOME_ADD, "5000", "-1", "parameters.battery_w", VERDICT_OUT_OF_RANGE},
	{HOME_ADD, "25000", "10000001", "parameters.fuse_w", VERDICT_OUT_OF_RANGE},
	{HOME_ADD, "sim", X16 X16 "x", "parameters.meter_type", VERDICT_BAD_FIELD},
	{HOME_ADD, "SN2", X16 X16 "x", "parameters.meter_serial", VERDICT_BAD_FIELD},
	{HOME_REVOKE, "home0002", X16 X16 "x", "parameters.clientId", VERDICT_BAD_FIELD},
	{DEPOSIT, ":1000000}", ":1}", NULL, VERDICT_OK},
	{DEPOSIT, ":1000000}", ":0}", "parameters.amount_uc", VERDICT_OUT_OF_RANGE},
	{DEPOSIT, ":1000000}", ":1000000000000000}", NULL, VERDICT_OK},
	{DEPOSIT, ":1000000}", ":1000000000000001}", "parameters.amount_uc", VERDICT_OUT_OF_RANGE},
	{WITHDRAW, ":1000000}", ":1}", NULL, VERDICT_OK},
	{WITHDRAW, ":1000000}", ":0}", "parameters.amount_uc", VERDICT_OUT_OF_RANGE},
	{WITHDRAW, ":1000000}", ":1000000000000000}", NULL, VERDICT_OK},
	{WITHDRAW, ":1000000}", ":1000000000000001}", "parameters.amount_uc", VERDICT_OUT_OF_RANGE},
};

static void values_keep_their_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *text = sample_requests[cases[i].sample].text;
		const char *at = strstr(text, cases[i].from);
		char bad[TEXT_MAX];
		enum verdict v;
		if (!at)
			fail_msg("no %s in %s", cases[i].from, text);
		(void)snprintf(bad, sizeof bad, "%.*s%s%s", (int)(at - text), text, cases[i].to,
			at + strlen(cases[i].from));
		v = take(cases[i].sample, bad);
		if (v != cases[i].verdict ||
			strcmp(error.field, cases[i].field ? cases[i].field : "") != 0)
			fail_msg("%s: %s %s", cases[i].to, verdict_name(v), error.field);
	}
}

static void orders_become_transactions(void **state)
{
	const struct tx *tx = &request.command.u.tx;
	const struct contract_request *c = &tx->u.bid.request;

	(void)state;
	assert_int_equal(take(ANSWER, sample_requests[ANSWER].text), VERDICT_OK);
	assert_int_equal(tx->u.bid.side, SIDE_BUY);
	assert_int_equal(tx->u.bid.auction, 5);
	assert_true(tx->u.bid.all_or_nothing);
	assert_int_equal(tx->u.bid.quantity_wh, 900);
	assert_int_equal(tx->u.bid.price_mc_per_kwh, 8500);
	assert_int_equal(tx->cpf_hundredths, 0);
	assert_int_equal(take(OPENING, sample_requests[OPENING].text), VERDICT_OK);
	assert_int_equal(tx->u.bid.side, SIDE_SELL);
	assert_int_equal(tx->u.bid.auction, 0);
	assert_false(tx->u.bid.all_or_nothing);
	assert_int_equal(c->rule, RULE_UNIFORM);
	assert_int_equal(c->measure, MEASURE_STORAGE);
	assert_int_equal(c->book, BOOK_OPEN);
	assert_true(c->gate_ms == 1514765400000);
	assert_int_equal(c->slot, 3);
	assert_int_equal(c->penalty_mc_per_kwh, 2000);
	assert_int_equal(c->min_quantity_wh, 0);
	assert_int_equal(c->limit_inclusive, 0);
	assert_int_equal(take(CANCEL, sample_requests[CANCEL].text), VERDICT_OK);
	assert_int_equal(tx->kind, TX_CANCEL);
	assert_int_equal(tx->u.cancel.order, 12);
	assert_int_equal(take(CPF, sample_requests[CPF].text), VERDICT_OK);
	assert_int_equal(tx->kind, TX_CPF);
	assert_int_equal(tx->cpf_hundredths, 100);
	assert_int_equal(take(SEAL, sample_requests[SEAL].text), VERDICT_OK);
	assert_int_equal(tx->kind, TX_SEAL);
	assert_int_equal(tx->u.seal.height, 7);
	assert_int_equal(tx->u.seal.header_hash[1], 0x11);
}

static void readings_keep_what_the_meter_signed(void **state)
{
	static const char input[] =
		"LEM1|reading|" SAMPLE_MARKET
		"|{\"charge_wh\":4,\"discharge_wh\":5,\"export_wh\":3,"
		"\"import_wh\":2,\"item\":\"registers\",\"meter\":\"SN1\",\"pv_wh\":1,\"slot\":4,"
		"\"taken\":\"2018-01-01 00:00:30\"}";
	const struct reading *r = &request.command.u.reading.reading;
	uint8_t digest[HASH_LEN];

	(void)state;
	assert_int_equal(take(READING, sample_requests[READING].text), VERDICT_OK);
	assert_int_equal(request.command.kind, COMMAND_READING);
	assert_false(request.is_observation);
	assert_string_equal(request.command.u.reading.meter_serial, "SN1");
	assert_int_equal(r->slot, 4);
	assert_true(r->taken_ms == 1514764830000);
	for (int i = 0; i < REGISTER_COUNT; i++)
		assert_int_equal(r->registers.wh[i], i + 1);
	assert_int_equal(request.reading_input_len, sizeof input - 1);
	assert_memory_equal(request.reading_input, input, sizeof input - 1);
	digest_sha256(input, sizeof input - 1, digest);
	assert_memory_equal(request.reading_digest, digest, HASH_LEN);
}

static void keys_come_with_their_proofs(void **state)
{
	const struct command *c = &request.command;
	uint8_t hash[HASH_LEN];
	struct address address;

	(void)state;
	digest_sha256("secret", 6, hash);
	assert_int_equal(take(REGISTER, sample_requests[REGISTER].text), VERDICT_OK);
	assert_int_equal(c->kind, COMMAND_REGISTER);
	assert_memory_equal(c->u.registration.code_hash, hash, HASH_LEN);
	assert_int_equal(c->u.registration.mode, MODE_BOTH);
	assert_int_equal(c->u.registration.ems.alg, KEY_P256);
	assert_int_equal(c->u.registration.ems.key.len, KEY_P256_LEN);
	assert_int_equal(c->u.registration.meter.alg, KEY_ED25519);
	assert_int_equal(c->u.registration.meter.key.len, KEY_ED25519_LEN);
	assert_int_equal(request.proof_count, 2);
	assert_string_equal(request.proofs[0].subject, "ems");
	assert_string_equal(request.proofs[1].subject, "meter");
	assert_int_equal(take(ADDRESSES, sample_requests[ADDRESSES].text), VERDICT_OK);
	assert_int_equal(c->kind, COMMAND_ADDRESSES);
	assert_int_equal(c->u.addresses.count, 2);
	assert_int_equal(c->u.addresses.keys[1].slot, 1);
	assert_string_equal(request.proofs[1].subject, "1");
	tx_form_key_address(&c->u.addresses.keys[0].key, &address);
	assert_string_equal(c->u.addresses.keys[0].address.text, address.text);
	assert_int_equal(take(SYNC, sample_requests[SYNC].text), VERDICT_OK);
	assert_int_equal(request.sync_from, 3);
	assert_int_equal(request.sync_to, 9);
	assert_false(request.is_command);
	assert_int_equal(take(WALLET, sample_requests[WALLET].text), VERDICT_OK);
	assert_false(request.is_command);
}

static void the_operators_requests_become_commands(void **state)
{
	const struct command *c = &request.command;
	const struct home_terms *t = &c->u.home_add;

	(void)state;
	assert_int_equal(take(HOME_ADD, sample_requests[HOME_ADD].text), VERDICT_OK);
	assert_int_equal(c->kind, COMMAND_HOME_ADD);
	assert_string_equal(t->client_id, "home0002");
	assert_string_equal(t->meter_type, "sim");
	assert_string_equal(t->meter_serial, "SN2");
	assert_int_equal(t->ratings.pv_w, 8000);
	assert_int_equal(t->ratings.battery_w, 5000);
	assert_int_equal(t->ratings.fuse_w, 25000);
	assert_int_equal(t->code_hash[15], 0xff);
	assert_int_equal(take(HOME_REVOKE, sample_requests[HOME_REVOKE].text), VERDICT_OK);
	assert_int_equal(c->kind, COMMAND_HOME_REVOKE);
	assert_string_equal(c->u.home_revoke.client_id, "home0002");
	assert_int_equal(take(DEPOSIT, sample_requests[DEPOSIT].text), VERDICT_OK);
	assert_int_equal(c->kind, COMMAND_DEPOSIT);
	assert_string_equal(c->u.money.client_id, "home0002");
	assert_int_equal(c->u.money.amount_uc, 1000000);
	assert_int_equal(take(WITHDRAW, sample_requests[WITHDRAW].text), VERDICT_OK);
	assert_int_equal(c->kind, COMMAND_WITHDRAW);
	assert_string_equal(c->u.money.client_id, "home0002");
	assert_int_equal(c->u.money.amount_uc, 1000000);
	assert_int_equal(take(PARAMS_SET, sample_requests[PARAMS_SET].text), VERDICT_OK);
	assert_int_equal(c->kind, COMMAND_PARAMS);
	assert_int_equal(c->u.params.from_slot, 9);
	assert_int_equal(c->u.params.given, 1U << PARAM_LIMIT_INCLUSIVE | 1U << PARAM_REWARD_UC |
						    1U << PARAM_RULE |
						    1U << PARAM_IMPORT_MC_PER_KWH);
	assert_int_equal(c->u.params.value[PARAM_LIMIT_INCLUSIVE], 0);
	assert_int_equal(c->u.params.value[PARAM_REWARD_UC], 5);
	assert_int_equal(c->u.params.value[PARAM_RULE], RULE_UNIFORM);
	assert_int_equal(c->u.params.value[PARAM_IMPORT_MC_PER_KWH], 7);
	assert_int_equal(c->u.params.credit_count, 1);
	assert_string_equal(c->u.params.credit[0].role, "aggregator");
	assert_int_equal(c->u.params.credit[0].limit_uc, 8);
}

/* The most keys that one message may bring, and one more. */
static void addresses_have_their_number(void **state)
{
	static char text[TEXT_MAX];

	(void)state;
	for (int n = COMMAND_ADDRESSES_MAX; n <= COMMAND_ADDRESSES_MAX + 1; n++) {
		size_t len = (size_t)snprintf(text, sizeof text,
			"{\"clientId\":\"home0001\",\"reqId\":\"abcdefgh\",\"date\":"
			"\"2018-01-01 00:00:00\",\"operation\":\"addresses\",\"signature\":"
			"\"" SAMPLE_SIG "\",\"parameters\":{\"keys\":[");
		for (int i = 0; i < n; i++)
			len += (size_t)snprintf(text + len, sizeof text - len,
				"%s{\"slot\":%d,\"key\":\"" SAMPLE_P256 "\",\"pop\":\"" SAMPLE_SIG
				"\"}",
				i ? "," : "", i);
		(void)snprintf(text + len, sizeof text - len, "]}}");
		assert_int_equal(take(ADDRESSES, text),
			n == COMMAND_ADDRESSES_MAX ? VERDICT_OK : VERDICT_BAD_FIELD);
		if (n == COMMAND_ADDRESSES_MAX)
			assert_int_equal(request.command.u.addresses.count, n);
		else
			assert_string_equal(error.field, "parameters.keys");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_become_transactions),
		cmocka_unit_test(readings_keep_what_the_meter_signed),
		cmocka_unit_test(keys_come_with_their_proofs),
		cmocka_unit_test(the_operators_requests_become_commands),
		cmocka_unit_test(addresses_have_their_number),
		cmocka_unit_test(values_keep_their_bounds),
	};

	return cmocka_run_group_tests(tests, reader_setup, reader_teardown);
}
