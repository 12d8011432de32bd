/* Accounts: who has one, from when to when, and that money only moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/account.h"
#include "tests/lib/sample_params.h"

static struct accounts *t;
static struct params params;

static int setup(void **state)
{
	(void)state;
	t = calloc(1, sizeof *t);
	params = sample_params();
	params.role_count = PARAMS_ROLES_MAX;
	for (uint32_t i = 0; i < PARAMS_ROLES_MAX; i++) {
		params.roles[i].address = sample_address(1000000 + i);
		params.roles[i].key = sample_key(1000000 + i);
		params.roles[i].credit_limit_uc = 100 * i;
	}
	accounts_init(t, &params);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(t);
	return 0;
}

static uint64_t admit(int64_t slot, uint32_t n)
{
	struct address a = sample_address(n);
	struct address_key k = sample_key(n);

	assert_true(account_fits(t, slot, &a));
	return account_admit(t, slot, &a, &k);
}

static void fixed_accounts_have_names(void **state)
{
	const struct address role = sample_address(1000003), nobody = sample_address(5);
	struct address issuer = {.text = "issuer"};
	const struct account *a;

	(void)state;
	assert_string_equal(account_get(t, ACCOUNT_ISSUER)->address.text, "issuer");
	assert_string_equal(account_get(t, ACCOUNT_WALLETS)->address.text, "wallets");
	a = account_find(t, &role);
	assert_int_equal(a->number, ACCOUNT_FIRST_ROLE + 3);
	assert_int_equal(a->credit_uc, 300);
	assert_int_equal(a->slot, -1);
	assert_true(account_is_role(a));
	assert_false(account_is_address(a));
	assert_null(account_find(t, &nobody));
	assert_null(account_find(t, &issuer)); /* no key speaks for it */
	assert_null(account_get(t, ACCOUNT_NONE));
	assert_null(account_get(t, ACCOUNT_FIXED_MAX));
	assert_null(account_edit(t, ACCOUNT_FIXED_MAX));
	assert_false(account_is_role(account_get(t, ACCOUNT_WALLETS)));
	assert_false(account_is_address(account_get(t, ACCOUNT_WALLETS)));
}

/* A role that is not there has no account, though its number is fixed. */
static void absent_roles_have_none(void **state)
{
	struct accounts *few = calloc(1, sizeof *few);

	(void)state;
	params.role_count = 1;
	accounts_init(few, &params);
	assert_non_null(account_get(few, ACCOUNT_FIRST_ROLE));
	assert_null(account_get(few, ACCOUNT_FIRST_ROLE + 1));
	free(few);
}

static void addresses_come_and_go_in_order(void **state)
{
	struct address first = sample_address(1), second = sample_address(2);
	uint64_t a = admit(0, 1), b = admit(0, 2), c = admit(1, 0);

	(void)state;
	assert_int_equal(a, ACCOUNT_FIXED_MAX);
	assert_int_equal(b, a + 1);
	assert_int_equal(c, a + 2);
	assert_int_equal(account_find(t, &first)->number, a);
	assert_true(account_is_address(account_find(t, &first)));
	assert_int_equal(account_find(t, &second)->slot, 0);
	account_close_first(t);
	assert_null(account_find(t, &first));
	assert_null(account_get(t, a));
	assert_int_equal(account_find(t, &second)->number, b);
	/* Numbers are never given again. */
	assert_int_equal(admit(2, 1), a + 3);
}

static void what_fits(void **state)
{
	const struct {
		int64_t slot;
		uint32_t n;
		bool fits;
	} cases[] = {
		{5, 9, false},                               /* slot before the newest */
		{6, 9, false},                               /* below the newest of its slot */
		{6, 10, false},                              /* known */
		{6, 11, true}, {7, 9, true}, {7, 10, false}, /* known, of another slot */
		{7, 1000003, false},                         /* a role's */
	};
	struct address alike = sample_address(10);

	(void)state;
	(void)admit(6, 10);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct address a = sample_address(cases[i].n);
		assert_int_equal(account_fits(t, cases[i].slot, &a), cases[i].fits);
	}
	/* Like a known one in the 12 characters that index it. */
	alike.text[12] = '3';
	assert_null(account_find(t, &alike));
	assert_non_null(account_find_like(t, &alike));
	assert_false(account_fits(t, 7, &alike));
	alike = sample_address(10);
	alike.text[11] = '3';
	assert_null(account_find_like(t, &alike));
	assert_true(account_fits(t, 7, &alike));
	/* Where all have gone, the slot may still not fall. */
	account_close_first(t);
	alike = sample_address(9);
	assert_false(account_fits(t, 5, &alike));
	assert_true(account_fits(t, 6, &alike));
}

/* As many as the ledger promises, beside all the roles there can be, and round the ring. */
static void the_table_takes_all_it_promises(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < ACCOUNTS_MAX; i++)
		(void)admit(0, i);
	for (uint32_t i = 0; i < ACCOUNTS_MAX; i += 4099) {
		struct address a = sample_address(i);
		assert_int_equal(account_find(t, &a)->number, ACCOUNT_FIXED_MAX + i);
	}
	for (uint32_t i = 0; i < 1000; i++) {
		account_close_first(t);
		(void)admit(1, ACCOUNTS_MAX + i);
	}
	assert_int_equal(t->next - t->first, ACCOUNTS_MAX);
	assert_null(account_get(t, ACCOUNT_FIXED_MAX + 999));
	assert_non_null(account_get(t, ACCOUNT_FIXED_MAX + 1000));
}

static void money_only_moves(void **state)
{
	uint64_t a = admit(0, 1);
	const struct account *role = account_get(t, ACCOUNT_FIRST_ROLE + 2);

	(void)state;
	account_transfer(t, ACCOUNT_ISSUER, a, 1000);
	assert_int_equal(account_get(t, ACCOUNT_ISSUER)->balance_uc, -1000);
	assert_int_equal(account_get(t, a)->balance_uc, 1000);
	account_transfer(t, a, ACCOUNT_FIRST_ROLE + 2, 1500);
	assert_int_equal(account_get(t, a)->balance_uc, -500);
	account_transfer(t, a, a, 77);
	assert_int_equal(account_get(t, a)->balance_uc, -500);
	account_transfer(t, a, ACCOUNT_WALLETS, 0);
	assert_int_equal(accounts_sum_uc(t), 0);
	account_edit(t, ACCOUNT_FIRST_ROLE + 2)->held_uc = 40;
	assert_int_equal(account_available_uc(role), 1500 + 200 - 40);
	account_transfer(t, ACCOUNT_WALLETS, a, 500);
	account_close_first(t);
	assert_int_equal(accounts_sum_uc(t), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fixed_accounts_have_names, setup, teardown),
		cmocka_unit_test_setup_teardown(absent_roles_have_none, setup, teardown),
		cmocka_unit_test_setup_teardown(addresses_come_and_go_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(what_fits, setup, teardown),
		cmocka_unit_test_setup_teardown(the_table_takes_all_it_promises, setup, teardown),
		cmocka_unit_test_setup_teardown(money_only_moves, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
