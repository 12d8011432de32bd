/* A home's meter is replaced in a whole market: whose signature counts when, and what the tables
 * for people keep of both meters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/little_market.h"

static struct little_market market;
static struct private_key *new_meter, *stranger;

static int setup(void **state)
{
	(void)state;
	little_open(&market);
	assert_int_equal(private_key_generate(KEY_ED25519, &new_meter), ERR_OK);
	assert_int_equal(private_key_generate(KEY_P256, &stranger), ERR_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	private_key_free(new_meter);
	private_key_free(stranger);
	little_close(&market);
	return 0;
}

/* What was answered since the `from`th publication: "OK", or the code of a refusal. */
static const char *answer(size_t from)
{
	static char code[32];
	const struct publication *p = little_find(&market, "/reject", from);

	if (!p)
		return little_find(&market, "/receipt", from) ? "OK" : "nothing";
	if (sscanf(p->payload, "{\"code\":\"%31[A-Z_]", code) != 1)
		fail_msg("%s", p->payload);
	return code;
}

static const char *replace(const char *code, const char *serial)
{
	uint8_t hash[HASH_LEN];
	char hex[2 * HASH_LEN + 1], text[512];
	size_t from = market.count;

	digest_sha256(code, strlen(code), hash);
	assert_true(text_hex_write(hash, HASH_LEN, hex, sizeof hex));
	(void)snprintf(text, sizeof text,
		"{\"clientId\":\"home0000\",\"code_hash\":\"%s\",\"meter_serial\":\"%s\","
		"\"meter_type\":\"better\"}",
		hex, serial);
	little_command(&market, OPERATION_HOME_CHANGE, text);
	return answer(from);
}

/* The first home's registration, with that identity key in it, signed by that one. */
static const char *registers(const char *code, struct private_key *ems, struct private_key *by,
	struct private_key *meter)
{
	static char text[REQUEST_TEXT_MAX];
	const char *id = market.homes[0].id;
	struct signer signers[] = {{.key = ems}, {.key = meter}};
	struct message_key keys[2] = {{.role = "ems"}, {.role = "meter"}};
	size_t from = market.count;
	struct out out;

	for (int i = 0; i < 2; i++) {
		keys[i].key = *private_key_public(signers[i].key);
		assert_int_equal(message_prove(id, market.genesis.market, keys[i].role, &signers[i],
					 &keys[i]),
			ERR_OK);
	}
	out_init(&out, text, sizeof text);
	message_write_register(&out, code, MODE_BOTH, keys, 2);
	little_send(&market, id, OPERATION_REGISTER, &out, &(struct signer){.key = by});
	return answer(from);
}

/* The first home's reading of the slot before the open one. */
static const char *reads(const char *serial, const struct private_key *meter, int64_t pv_wh)
{
	int64_t slot = ledger_slot(&market.engine.market->ledger) - 1;
	struct reading r = {.slot = slot, .taken_ms = little_slot_ms(slot + 1)};
	size_t from = market.count;
	char text[2048];
	struct out out;

	r.registers.wh[REGISTER_PV] = pv_wh;
	out_init(&out, text, sizeof text);
	assert_int_equal(
		message_write_reading(&out, market.genesis.market, serial, &r, meter), ERR_OK);
	little_send(&market, market.homes[0].id, OPERATION_STATE, &out,
		&(struct signer){.key = market.homes[0].ems});
	return answer(from);
}

static void next_slot(void)
{
	int64_t slot = ledger_slot(&market.engine.market->ledger);

	little_advance(&market, little_slot_ms(slot + 1) + 1000);
}

/* The rows of a constant query's one column, with spaces between. */
static const char *rows(const char *sql)
{
	static char text[512];
	sqlite3_stmt *s = NULL;
	sqlite3 *db = NULL;
	size_t n = 0;

	text[0] = '\0';
	assert_int_equal(sqlite3_open_v2(market.csm, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	while (sqlite3_step(s) == SQLITE_ROW)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? " " : "",
			(const char *)sqlite3_column_text(s, 0));
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(db);
	return text;
}

/* Slots 0 and 1 are the old meter's, 2 is nobody's, 3 the new one's. */
static void replace_in_slot_2(void)
{
	struct little_home *h = &market.homes[0];

	little_advance(&market, little_slot_ms(0) + 1000);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(reads("SN0", h->meter, 1000 * i), "OK");
		if (i < 2)
			next_slot();
	}
	assert_string_equal(replace("second", "NEW"), "OK");
	assert_string_equal(reads("SN0", h->meter, 2000), "UNKNOWN_METER");
	assert_string_equal(reads("NEW", h->meter, 2000), "UNKNOWN_METER");
	assert_string_equal(reads("NEW", new_meter, 2000), "UNKNOWN_METER");
	assert_string_equal(registers("second", stranger, stranger, new_meter), "BAD_SIGNATURE");
	assert_string_equal(registers("second", stranger, h->ems, new_meter), "NOT_ALLOWED");
	assert_string_equal(registers("second", h->ems, h->ems, h->meter), "KEY_KNOWN");
	assert_string_equal(registers("secret", h->ems, h->ems, new_meter), "BAD_CODE");
	assert_string_equal(registers("second", h->ems, h->ems, new_meter), "OK");
	assert_string_equal(registers("second", h->ems, h->ems, new_meter), "BAD_CODE");
	next_slot();
	assert_string_equal(reads("NEW", h->meter, 0), "BAD_METER_SIGNATURE");
	assert_string_equal(reads("NEW", new_meter, 0), "OK");
	next_slot();
	assert_string_equal(reads("NEW", new_meter, 700), "OK");
}

static void whose_signature_counts(void **state)
{
	(void)state;
	replace_in_slot_2();
}

static void count_net(void *context, const struct home_nets *nets)
{
	int *count = context;

	*count += nets->metered && nets->metered_before;
}

/* The schedule is made of slots that one meter has seen from end to end, on both sides. */
static void nets_are_of_one_meter(void **state)
{
	static const int64_t slots[][3] = {{1, 0, 1}, {2, 0, 0}, {0, 2, 0}, {3, 1, 1}};

	(void)state;
	replace_in_slot_2();
	for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
		int count = 0;
		assert_int_equal(csm_db_nets(&market.engine.csm, slots[i][0], slots[i][1],
					 count_net, &count),
			ERR_OK);
		assert_int_equal(count, slots[i][2]);
	}
}

/* An auditor finds the old meter, its key, and which readings are whose. */
static void the_tables_keep_both(void **state)
{
	char text[KEY_TEXT_MAX + 1];

	(void)state;
	replace_in_slot_2();
	assert_string_equal(rows("SELECT meter || serial || (until_seq IS NULL) FROM meters"
				 " WHERE home = (SELECT number FROM homes WHERE client_id ="
				 " 'home0000') ORDER BY meter"),
		"1SN00 2NEW1");
	assert_string_equal(
		rows("SELECT operation FROM intake JOIN meters ON seq = from_seq ORDER BY seq"),
		"home-add home-add home-add home-change");
	assert_string_equal(
		rows("SELECT role || meter || (until_seq IS NULL) FROM keys WHERE home = (SELECT"
		     " number FROM homes WHERE client_id = 'home0000') ORDER BY role, meter"),
		"ems01 meter10 meter21");
	key_print(private_key_public(market.homes[0].meter), text);
	assert_string_equal(rows("SELECT key FROM keys WHERE until_seq IS NOT NULL"), text);
	key_print(private_key_public(new_meter), text);
	assert_string_equal(rows("SELECT key FROM keys WHERE meter = 2"), text);
	assert_string_equal(rows("SELECT slot || '/' || meter FROM readings WHERE refused = ''"
				 " ORDER BY slot"),
		"-1/1 0/1 1/1 2/2 3/2");
	assert_string_equal(
		rows("SELECT slot || '/' || production_kwh FROM v_home_slots ORDER BY slot"),
		"0/1.0 1/1.0 3/0.7");
}

/* The keys are in the state: replayed from the log alone they count as before. */
static void a_restart_knows_them(void **state)
{
	struct engine *e = &market.engine;

	(void)state;
	replace_in_slot_2();
	assert_string_equal(replace("third", "NEW"), "OK"); /* the same meter, another key */
	assert_int_equal(sqlite3_exec(e->csm.db.handle, "DELETE FROM snapshots", NULL, NULL, NULL),
		SQLITE_OK);
	engine_close(e);
	inspector_free(market.inspector);
	assert_int_equal(engine_open(e, market.csm, market.ledger, market.operator_key), ERR_OK);
	assert_int_equal(
		inspector_new(e->keyring, market.genesis.market, KEY_P256, &market.inspector),
		ERR_OK);
	next_slot();
	assert_string_equal(reads("NEW", new_meter, 800), "UNKNOWN_METER");
	assert_string_equal(registers("third", market.homes[0].ems, market.homes[0].ems, new_meter),
		"KEY_KNOWN");
	assert_string_equal(
		registers("third", market.homes[0].ems, market.homes[0].ems, stranger), "OK");
	assert_string_equal(reads("NEW", stranger, 800), "OK");
	assert_string_equal(rows("SELECT meter || serial || (until_seq IS NULL) FROM meters"
				 " WHERE home = (SELECT number FROM homes WHERE client_id ="
				 " 'home0000') ORDER BY meter"),
		"1SN00 2NEW0 3NEW1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(whose_signature_counts),
		TEST(nets_are_of_one_meter),
		TEST(the_tables_keep_both),
		TEST(a_restart_knows_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
