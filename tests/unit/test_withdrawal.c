/* Money that goes out: sealed, free, and once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/market_scene.h"

enum { HOME = 4, VALIDATOR = 2 };

static struct command money(enum command_kind kind, const char *client_id, int64_t amount_uc)
{
	struct command c = {.kind = kind, .home = 0};

	(void)snprintf(c.u.money.client_id, sizeof c.u.money.client_id, "%s", client_id);
	c.u.money.amount_uc = amount_uc;
	return c;
}

/* The home can have that much, and not one more. */
static void expect_most(const char *client_id, int64_t most_uc)
{
	struct command c = money(COMMAND_WITHDRAW, client_id, most_uc);

	if (most_uc > 0)
		expect(&c, VERDICT_OK, "");
	c.u.money.amount_uc = most_uc + 1;
	expect(&c, VERDICT_FUNDS_TOO_LOW, "amount_uc");
}

/* Announce in `slot`, so that its block can be sealed. */
static void announce(int64_t slot)
{
	struct command c = scene_tx(VALIDATOR, slot, TX_CPF);

	c.u.tx.cpf_hundredths = 50;
	(void)scene_send(&c);
}

/* Seal the last block, in the slot after its own. */
static void seal(int64_t slot)
{
	struct command c = scene_tx(VALIDATOR, slot, TX_SEAL);

	c.u.tx.u.seal.height = w->market->ledger.height - 1;
	memcpy(c.u.tx.u.seal.header_hash, w->market->ledger.last_hash, HASH_LEN);
	(void)scene_send(&c);
}

/* To `slot` from the one before, with that one's block sealed and all that was paid in in it. */
static void go_sealed_to(int64_t slot)
{
	announce(slot - 1);
	go_to(slot_ms(slot) + 1000);
	seal(slot - 1);
}

/* To slot 2. */
static int64_t sealed(void)
{
	announce(1);
	go_to(slot_ms(2) + 1000);
	expect_most("home0004", 0); /* its block has no validator yet */
	seal(1);
	return scene_wallet(HOME).balance_uc;
}

static struct wallet role_wallet(void)
{
	return market_wallet(w->market, home_find(&w->market->homes, "aggregator"));
}

static void only_what_is_sealed(void **state)
{
	int64_t all_uc = sealed();
	struct command in = money(COMMAND_DEPOSIT, "home0004", 1000);
	struct command out = money(COMMAND_WITHDRAW, "home0004", all_uc);

	(void)state;
	assert_true(all_uc > 0);
	assert_int_equal(scene_wallet(HOME).sealed_uc, all_uc);
	assert_int_equal(send(w, &in), VERDICT_OK);
	assert_int_equal(scene_wallet(HOME).balance_uc, all_uc + 1000);
	expect_most("home0004", all_uc);
	assert_int_equal(send(w, &out), VERDICT_OK);
	assert_int_equal(scene_wallet(HOME).sealed_uc, 0);
	assert_int_equal(scene_wallet(HOME).balance_uc, 1000);
	expect_most("home0004", 0); /* the second of the block */
	go_to(slot_ms(3) + 1000);
	expect_most("home0004", 0);
}

static void a_later_seal_does_not_bring_it_back(void **state)
{
	int64_t all_uc = sealed();
	struct command out = money(COMMAND_WITHDRAW, "home0004", all_uc - 10);

	(void)state;
	announce(2);
	go_to(slot_ms(3) + 1000);
	/* Between the close of block 3 and its seal. */
	assert_int_equal(send(w, &out), VERDICT_OK);
	expect_most("home0004", 10);
	seal(2);
	assert_int_equal(scene_wallet(HOME).sealed_uc, 10);
	expect_most("home0004", 10);
	announce(3);
	go_to(slot_ms(4) + 1000);
	seal(3);
	assert_int_equal(scene_wallet(HOME).sealed_uc, 10);
}

static void what_is_promised_stays(void **state)
{
	int64_t all_uc = sealed();
	struct command bid = scene_bid(HOME, 4, SIDE_BUY, 1000, 3000, 0);
	struct command answer;
	int64_t shut_uc;
	uint64_t auction;

	(void)state;
	(void)scene_send(&bid);
	assert_int_equal(scene_wallet(HOME).held_uc, 3000000);
	expect_most("home0004", all_uc - 3000000);
	auction = scene_auction(SIDE_SELL, BOOK_SEALED, 5, 1000, 1000);
	answer = scene_bid(HOME, 5, SIDE_BUY, 1000, 2000, auction);
	(void)scene_send(&answer);
	shut_uc = home_of(w, HOME)->shut_held_uc;
	assert_true(shut_uc >= 2000000);
	expect_most("home0004", all_uc - 3000000 - shut_uc);
}

/* What an address has earned is not of the wallet yet; what it owes, the wallet will pay. */
static void what_is_pending_stays(void **state)
{
	int64_t all_uc = sealed();
	struct account *a =
		account_edit(&w->market->ledger.accounts, home_of(w, HOME)->accounts[0]);
	struct wallet wallet;

	(void)state;
	a->balance_uc = 500;
	wallet = scene_wallet(HOME);
	assert_int_equal(wallet.pending_uc, 500);
	assert_int_equal(wallet.balance_uc, all_uc + 500);
	expect_most("home0004", all_uc);
	a->balance_uc = -500;
	expect_most("home0004", all_uc - 500);
	/* A debt has come home since the seal; what an address has earned does not stand in for it.
	 */
	a->balance_uc = 500;
	home_edit(&w->market->homes, home_of(w, HOME)->number)->wallet_uc -= 300;
	expect_most("home0004", all_uc - 300);
	home_edit(&w->market->homes, home_of(w, HOME)->number)->wallet_uc += 300;
	a->balance_uc = 0;
}

static void a_role_has_no_credit_to_withdraw(void **state)
{
	struct command in = money(COMMAND_DEPOSIT, "aggregator", 5000000);

	(void)state;
	expect_most("aggregator", 0);
	assert_int_equal(send(w, &in), VERDICT_OK);
	go_sealed_to(2);
	expect_most("aggregator", 5000000);
	(void)scene_auction(SIDE_BUY, BOOK_OPEN, 4, 1000, 3000);
	expect_most("aggregator", 2000000);
	(void)scene_auction(SIDE_BUY, BOOK_OPEN, 4, 1000, 3000); /* on credit */
	expect_most("aggregator", 0);
}

/* A role's money is sealed as a home's is: not by coming in, and once. */
static void a_role_withdraws_what_is_sealed(void **state)
{
	struct command in = money(COMMAND_DEPOSIT, "aggregator", 5000000);
	struct command out = money(COMMAND_WITHDRAW, "aggregator", 2000000);

	(void)state;
	assert_int_equal(send(w, &in), VERDICT_OK);
	assert_int_equal(role_wallet().balance_uc, 5000000);
	assert_int_equal(role_wallet().sealed_uc, 0);
	expect_most("aggregator", 0);
	announce(1);
	go_to(slot_ms(2) + 1000);
	expect_most("aggregator", 0); /* closed, and no validator yet */
	seal(1);
	assert_int_equal(role_wallet().sealed_uc, 5000000);
	assert_int_equal(send(w, &in), VERDICT_OK);
	expect_most("aggregator", 5000000);
	announce(2);
	go_to(slot_ms(3) + 1000);
	/* Between the close of block 3 and its seal. */
	assert_int_equal(send(w, &out), VERDICT_OK);
	assert_int_equal(role_wallet().balance_uc, 8000000);
	assert_int_equal(role_wallet().sealed_uc, 3000000);
	expect_most("aggregator", 3000000);
	seal(2);
	assert_int_equal(role_wallet().sealed_uc, 8000000);
	expect_most("aggregator", 8000000);
}

static void only_clients_that_have_money(void **state)
{
	struct command c = money(COMMAND_WITHDRAW, "operator", 5);

	(void)state;
	expect(&c, VERDICT_UNKNOWN_HOME, "clientId");
	c = money(COMMAND_WITHDRAW, "home9999", 5);
	expect(&c, VERDICT_UNKNOWN_HOME, "clientId");
	c = money(COMMAND_WITHDRAW, "home0004", 0);
	expect(&c, VERDICT_OUT_OF_RANGE, "amount_uc");
	c = money(COMMAND_WITHDRAW, "home0004", 1);
	c.home = home_of(w, HOME)->number;
	expect(&c, VERDICT_NOT_ALLOWED, "");
}

/* Whose enrolment has ended still gets its money. */
static void a_revoked_home_is_paid_out(void **state)
{
	int64_t all_uc = sealed();
	struct command revoke = {.kind = COMMAND_HOME_REVOKE, .home = 0};
	struct command out = money(COMMAND_WITHDRAW, "home0004", all_uc);

	(void)state;
	(void)snprintf(
		revoke.u.home_revoke.client_id, sizeof revoke.u.home_revoke.client_id, "home0004");
	assert_int_equal(send(w, &revoke), VERDICT_OK);
	assert_int_equal(send(w, &out), VERDICT_OK);
	assert_int_equal(scene_wallet(HOME).balance_uc, 0);
}

/* A block that is full for requests takes no money either: room is kept for what its clock brings,
 * and for the answers that are still shut. */
static void a_full_block_has_no_room(void **state)
{
	uint64_t count = w->market->ledger.tx_count;
	struct command in = money(COMMAND_DEPOSIT, "home0004", 1);

	(void)state;
	w->market->shut_count = 1;
	w->market->ledger.tx_count = LEDGER_TXS_OPEN_MAX - 2;
	expect(&in, VERDICT_OK, "");
	w->market->ledger.tx_count++;
	expect(&in, VERDICT_TOO_MANY, "amount_uc");
	w->market->shut_count = 0;
	w->market->ledger.tx_count = count;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_free)
	const struct CMUnitTest tests[] = {
		TEST(only_what_is_sealed),
		TEST(a_later_seal_does_not_bring_it_back),
		TEST(what_is_promised_stays),
		TEST(what_is_pending_stays),
		TEST(a_role_has_no_credit_to_withdraw),
		TEST(a_role_withdraws_what_is_sealed),
		TEST(only_clients_that_have_money),
		TEST(a_revoked_home_is_paid_out),
		TEST(a_full_block_has_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
