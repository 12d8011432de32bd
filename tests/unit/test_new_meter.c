/* A home's meter is replaced: the old one counts no more, the new one's key comes with a code and
 * by the home itself, and no slot is metered by two meters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/enrolment.h"
#include "tests/unit/market_scene.h"

enum { HOME = 4 };

static const struct home *home(void)
{
	return home_of(w, HOME);
}

/* The operator replaces a home's meter; the hash of its code is all `code`. */
static struct command replace(int n, const char *serial, int code)
{
	struct command c = {.kind = COMMAND_HOME_CHANGE};
	struct home_change *change = &c.u.home_change;

	c.home = home_find(&w->market->homes, "operator")->number;
	change->ratings = (struct ratings){RATING_STAYS, RATING_STAYS, RATING_STAYS};
	change->new_meter = true;
	memcpy(change->client_id, home_of(w, n)->terms.client_id, sizeof change->client_id);
	(void)snprintf(change->meter_type, sizeof change->meter_type, "better");
	(void)snprintf(change->meter_serial, sizeof change->meter_serial, "%s", serial);
	memset(change->code_hash, code, HASH_LEN);
	return c;
}

/* The home's registration of a new key, by that code. */
static struct command registration(int code)
{
	struct command c = {.kind = COMMAND_REGISTER, .home = home()->number};
	struct address unused;

	c.u.registration.mode = MODE_BOTH;
	c.u.registration.ems = home()->ems;
	draw_key(w, &c.u.registration.meter.key, &unused);
	memset(c.u.registration.code_hash, code, HASH_LEN);
	return c;
}

static struct command reading(const char *serial, int64_t pv_wh)
{
	struct command c = {.kind = COMMAND_READING, .home = home()->number};
	struct reading *r = &c.u.reading.reading;

	(void)snprintf(c.u.reading.meter_serial, sizeof c.u.reading.meter_serial, "%s", serial);
	r->slot = ledger_slot(&w->market->ledger) - 1;
	r->taken_ms = slot_ms(r->slot + 1);
	r->registers.wh[REGISTER_PV] = pv_wh;
	return c;
}

/* Refused so, and no home has changed. */
static void refused(struct command *c, enum verdict verdict, const char *field)
{
	const struct homes *homes = &w->market->homes;
	struct home *before = malloc(homes->count * sizeof *before);

	assert_non_null(before);
	memcpy(before, homes->rows, homes->count * sizeof *before);
	expect(c, verdict, field);
	assert_int_equal(send(w, c), verdict);
	assert_memory_equal(before, homes->rows, homes->count * sizeof *before);
	free(before);
}

static void a_meter_is_of_one_home(void **state)
{
	struct command c = replace(HOME, "SN5", 7);

	(void)state;
	refused(&c, VERDICT_EXISTS, "meter_serial");
	home_edit(&w->market->homes, home_of(w, 5)->number)->status = HOME_REVOKED;
	refused(&c, VERDICT_EXISTS, "meter_serial");
	c = replace(HOME, "", 7);
	refused(&c, VERDICT_BAD_FIELD, "meter_serial");
	c = replace(HOME, "S/1", 7);
	refused(&c, VERDICT_BAD_FIELD, "meter_serial");
	c = replace(HOME, "NEW", 7);
	c.u.home_change.meter_type[0] = '\0';
	refused(&c, VERDICT_BAD_FIELD, "meter_type");
	c.u.home_change.meter_type[0] = ' ';
	refused(&c, VERDICT_BAD_FIELD, "meter_type");
	c = replace(HOME, "NEW", 7);
	c.u.home_change.ratings.fuse_w = -2;
	refused(&c, VERDICT_OUT_OF_RANGE, "fuse_w");
	c = replace(HOME, "SN4", 7); /* its own, with another key */
	expect(&c, VERDICT_OK, "");
	c = replace(HOME, "NEW", 7);
	assert_int_equal(send(w, &c), VERDICT_OK);
	c = replace(3, "NEW", 7);
	refused(&c, VERDICT_EXISTS, "meter_serial");
	c = replace(3, "SN4", 7); /* nobody's now */
	expect(&c, VERDICT_OK, "");
}

/* All but the meter stays; ratings may change with it. */
static void the_home_stays_itself(void **state)
{
	const struct home before = *home();
	struct command c = replace(HOME, "NEW", 7), reg = registration(7);

	(void)state;
	c.u.home_change.ratings.battery_w = 7000;
	assert_int_equal(send(w, &c), VERDICT_OK);
	reg.u.registration.mode = MODE_RE;
	assert_int_equal(send(w, &reg), VERDICT_OK);
	assert_int_equal(home()->number, before.number);
	assert_int_equal(home()->status, HOME_REGISTERED);
	assert_int_equal(home_mode_at(&home()->modes, 4), MODE_BOTH);
	assert_memory_equal(&home()->ems, &before.ems, sizeof before.ems);
	assert_memory_equal(home()->accounts, before.accounts, sizeof before.accounts);
	assert_int_equal(home()->wallet_uc, before.wallet_uc);
	assert_int_equal(home()->enrolled_count, before.enrolled_count);
	assert_int_equal(home()->terms.ratings.pv_w, before.terms.ratings.pv_w);
	assert_int_equal(home()->terms.ratings.battery_w, 7000);
	assert_string_equal(home()->terms.meter_type, "better");
	assert_string_equal(home()->terms.meter_serial, "NEW");
	assert_memory_equal(
		&home()->meter_key, &reg.u.registration.meter, sizeof home()->meter_key);
	go_to(slot_ms(4)); /* and replicas agree */
}

static void the_key_comes_by_the_code_and_the_home(void **state)
{
	const struct enrolled_key old = home()->meter_key;
	struct command c = replace(HOME, "NEW", 7), reg = registration(7), bad = reg;

	(void)state;
	refused(&reg, VERDICT_BAD_CODE, "code"); /* nothing has been replaced */
	assert_int_equal(send(w, &c), VERDICT_OK);
	memset(bad.u.registration.code_hash, 8, HASH_LEN);
	refused(&bad, VERDICT_BAD_CODE, "code");
	bad = reg;
	bad.home = home_of(w, 3)->number;
	refused(&bad, VERDICT_BAD_CODE, "code");
	bad = registration(7);
	bad.u.registration.ems = registration(7).u.registration.meter;
	refused(&bad, VERDICT_NOT_ALLOWED, "keys"); /* who has found the code */
	bad = reg;
	bad.u.registration.meter = (struct enrolled_key){.alg = 0};
	refused(&bad, VERDICT_BAD_FIELD, "keys");
	bad.u.registration.meter = old;
	refused(&bad, VERDICT_KEY_KNOWN, "keys");
	bad.u.registration.meter = home()->ems;
	refused(&bad, VERDICT_KEY_KNOWN, "keys");
	bad.u.registration.meter = home_of(w, 3)->meter_key;
	refused(&bad, VERDICT_KEY_KNOWN, "keys");
	assert_int_equal(send(w, &reg), VERDICT_OK);
	refused(&reg, VERDICT_BAD_CODE, "code");
}

/* A lost code is replaced by another, with the same meter. */
static void a_code_can_be_given_anew(void **state)
{
	struct command c = replace(HOME, "NEW", 7), again = replace(HOME, "NEW", 8);
	struct command first = registration(7), second = registration(8);

	(void)state;
	assert_int_equal(send(w, &c), VERDICT_OK);
	assert_int_equal(send(w, &again), VERDICT_OK);
	refused(&first, VERDICT_BAD_CODE, "code");
	assert_int_equal(send(w, &second), VERDICT_OK);
}

/* Who is only invited has no keys to keep: it brings all of them by the new code. */
static void an_invited_home_has_another_code(void **state)
{
	struct command add = {.kind = COMMAND_HOME_ADD}, c = replace(HOME, "NEW", 8);
	struct command reg = registration(7);
	struct home_terms *t = &add.u.home_add;
	struct address unused;

	(void)state;
	(void)snprintf(t->client_id, sizeof t->client_id, "newhome");
	(void)snprintf(t->meter_serial, sizeof t->meter_serial, "WRONG");
	memset(t->code_hash, 7, HASH_LEN);
	assert_int_equal(send(w, &add), VERDICT_OK);
	memcpy(c.u.home_change.client_id, t->client_id, sizeof t->client_id);
	assert_int_equal(send(w, &c), VERDICT_OK);
	reg.home = home_find(&w->market->homes, "newhome")->number;
	draw_key(w, &reg.u.registration.ems.key, &unused);
	refused(&reg, VERDICT_BAD_CODE, "code");
	memset(reg.u.registration.code_hash, 8, HASH_LEN);
	assert_int_equal(send(w, &reg), VERDICT_OK);
	assert_string_equal(home_find(&w->market->homes, "newhome")->terms.meter_serial, "NEW");
}

/* What the old meter said of slot 1 stays; slot 2 is nobody's; slot 3 is the new one's, whose
 * registers are its own. */
static void no_slot_is_of_two_meters(void **state)
{
	struct command c = replace(HOME, "NEW", 7), reg = registration(7), r = reading("SN4", 500);

	(void)state;
	assert_int_equal(send(w, &r), VERDICT_OK);
	go_to(slot_ms(2) + 1000);
	r = reading("SN4", 600);
	assert_int_equal(send(w, &r), VERDICT_OK);
	assert_int_equal(send(w, &c), VERDICT_OK);
	assert_true(meter_has(&home()->meter, 1));
	refused(&r, VERDICT_UNKNOWN_METER, "meter");
	r = reading("NEW", 600); /* by the old key: the inspector would not have taken it */
	refused(&r, VERDICT_UNKNOWN_METER, "meter");
	assert_int_equal(send(w, &reg), VERDICT_OK);
	refused(&r, VERDICT_READING_EXISTS, "slot");
	assert_true(meter_has(&home()->meter, 1));
	assert_int_equal(home()->meter.delta.wh[REGISTER_PV], 100);
	go_to(slot_ms(3) + 1000);
	assert_false(meter_has(&home()->meter, 2));
	r = reading("NEW", 3);
	assert_int_equal(send(w, &r), VERDICT_OK);
	assert_false(meter_has(&home()->meter, 2));
	go_to(slot_ms(4) + 1000);
	r = reading("NEW", 2);
	refused(&r, VERDICT_REGISTER_ROLLBACK, "pv_wh");
	r = reading("NEW", 50);
	assert_int_equal(send(w, &r), VERDICT_OK);
	assert_true(meter_has(&home()->meter, 3));
	assert_int_equal(home()->meter.delta.wh[REGISTER_PV], 47);
}

/* In each state on the way. */
static void a_snapshot_holds_it(void **state)
{
	static uint8_t bytes[1 << 20], again[1 << 20];
	struct enrolled_key key = {.alg = 2, .key = {.len = 32}};
	uint8_t zero[HASH_LEN] = {0};
	struct command c = replace(HOME, "NEW", 7), reg = registration(7), r = reading("SN4", 5);

	(void)state;
	assert_int_equal(send(w, &r), VERDICT_OK);
	for (int step = 0; step < 2; step++) {
		struct market *m = calloc(1, sizeof *m), *live = w->market;
		size_t len;
		assert_non_null(m);
		assert_int_equal(send(w, step ? &reg : &c), VERDICT_OK);
		scene_to_the_edge();
		len = market_snapshot_write(w->market, bytes, sizeof bytes);
		assert_true(len <= sizeof bytes);
		market_init(m, &w->params, digest_sha256, &key, 1, zero, zero);
		assert_true(market_snapshot_read(m, bytes, len));
		assert_int_equal(market_snapshot_write(m, again, sizeof again), len);
		assert_memory_equal(bytes, again, len);
		w->market = m;
		assert_string_equal(home()->terms.meter_serial, "NEW");
		r = reading("NEW", 4);
		if (step)
			expect(&r, VERDICT_OK, ""); /* below what the old one had */
		else
			expect(&r, VERDICT_UNKNOWN_METER, "meter");
		if (step == 0)
			expect(&reg, VERDICT_OK, "");
		w->market = live;
		free(m);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_free)
	const struct CMUnitTest tests[] = {
		TEST(a_meter_is_of_one_home),
		TEST(the_home_stays_itself),
		TEST(the_key_comes_by_the_code_and_the_home),
		TEST(a_code_can_be_given_anew),
		TEST(an_invited_home_has_another_code),
		TEST(no_slot_is_of_two_meters),
		TEST(a_snapshot_holds_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
