/* Who may write, read and subscribe to what: the table of docs/protocol.md, section 3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "plugin/access.h"

enum who { HOME, INVITED, REVOKED, ROLE, OPERATOR, STRANGER, WHO };

static const struct keyring_client clients[WHO] = {
	[HOME] = {.kind = CLIENT_HOME, .status = HOME_REGISTERED},
	[INVITED] = {.kind = CLIENT_HOME, .status = HOME_INVITED},
	[REVOKED] = {.kind = CLIENT_HOME, .status = HOME_REVOKED},
	[ROLE] = {.kind = CLIENT_ROLE, .status = HOME_REGISTERED},
	[OPERATOR] = {.kind = CLIENT_OPERATOR, .status = HOME_REGISTERED},
};

static char answer_of(enum who who, enum access_kind kind, const char *topic, bool retain)
{
	switch (access_decide(
		"demo", who == STRANGER ? NULL : &clients[who], "home0001", kind, topic, retain)) {
	case ACCESS_ALLOWED:
		return 'a';
	case ACCESS_DENIED:
		return '-';
	case ACCESS_FOREIGN:
		return 'f';
	}
	return '?';
}

/* Six letters: home, invited, revoked, role, operator, stranger. a: allowed, -: denied, f: none of
 * the market's business. */
static const struct {
	const char *topic;
	const char *write, *read, *subscribe;
} table[] = {
	{"lem/demo/in/bid-offer", "a--aa-", "------", "------"},
	{"lem/demo/in/register", "aa-aa-", "------", "------"},
	{"lem/demo/in/state", "a--aa-", "------", "------"},
	{"lem/demo/in/home-add", "------", "------", "------"},
	{"lem/demo/in/deposit", "------", "------", "------"},
	{"lem/demo/in/withdraw", "------", "------", "------"},
	{"lem/demo/in/params-set", "------", "------", "------"},
	{"lem/demo/in/other", "------", "------", "------"},
	{"lem/demo/in/", "------", "------", "------"},
	{"lem/demo/in", "------", "------", "------"},
	{"lem/demo/in/cpf/x", "------", "------", "------"},
	{"lem/demo/in/#", "------", "------", "------"},
	{"lem/demo/to/home0001/receipt", "------", "aa-aa-", "aa-aa-"},
	{"lem/demo/to/home0001/reject", "------", "aa-aa-", "aa-aa-"},
	{"lem/demo/to/home0001/award", "------", "aa-aa-", "aa-aa-"},
	{"lem/demo/to/home0001/wallet", "------", "aa-aa-", "aa-aa-"},
	{"lem/demo/to/home0001/statement", "------", "aa-aa-", "aa-aa-"},
	{"lem/demo/to/home0001/baseline", "------", "aa-aa-", "aa-aa-"},
	{"lem/demo/to/home0001/block", "------", "aa-aa-", "aa-aa-"},
	{"lem/demo/to/home0001/#", "------", "------", "aa-aa-"},
	{"lem/demo/to/home0001/+", "------", "------", "------"},
	{"lem/demo/to/home0001/", "------", "------", "------"},
	{"lem/demo/to/home0001/receipts", "------", "------", "------"},
	{"lem/demo/to/home0001/receipt/", "------", "------", "------"},
	{"lem/demo/to/home0001/receipt/#", "------", "------", "------"},
	{"lem/demo/to/home0001/1/a/a", "------", "------", "------"},
	{"lem/demo/to/home0001", "------", "------", "------"},
	{"lem/demo/to/home0002/receipt", "------", "------", "------"},
	{"lem/demo/to/home00011/receipt", "------", "------", "------"},
	{"lem/demo/to/home000/receipt", "------", "------", "------"},
	{"lem/demo/to/+/receipt", "------", "------", "------"},
	{"lem/demo/to/#", "------", "------", "------"},
	{"lem/demo/market", "------", "aa-aa-", "aa-aa-"},
	{"lem/demo/offers", "------", "a--aa-", "a--aa-"},
	{"lem/demo/blocks", "------", "a--aa-", "a--aa-"},
	{"lem/demo/head", "------", "a--aa-", "a--aa-"},
	{"lem/demo/auctions/12", "------", "a--aa-", "------"},
	{"lem/demo/auctions/+", "------", "------", "a--aa-"},
	{"lem/demo/auctions/#", "------", "------", "------"},
	{"lem/demo/auctions/", "------", "------", "------"},
	{"lem/demo/auctions/12/a/a/a", "------", "------", "------"},
	{"lem/demo/auctions/+/+", "------", "------", "------"},
	{"lem/demo/auctions/12a", "------", "------", "------"},
	{"lem/demo/auctions", "------", "------", "------"},
	{"lem/demo/head/#", "------", "------", "------"},
	{"lem/demo/heads", "------", "------", "------"},
	{"lem/demo/+", "------", "------", "------"},
	{"lem/demo/#", "------", "------", "------"},
	{"lem/demo", "------", "------", "------"},
	{"lem/demo2/head", "------", "------", "------"},
	{"lem/dem/head", "------", "------", "------"},
	{"lem/+/head", "------", "------", "------"},
	{"lem/#", "------", "------", "------"},
	{"lem", "------", "------", "------"},
	{"$share/g/lem/demo/offers", "------", "------", "------"},
	{"$share/g/lem/#", "------", "------", "------"},
	{"$share/g/other", "ffffff", "ffffff", "ffffff"},
	{"$share/lem", "ffffff", "ffffff", "ffffff"},
	{"$CONTROL/lem/v1", "----a-", "------", "------"},
	{"$CONTROL/lem/v1/response", "------", "----a-", "----a-"},
	{"$CONTROL/lem/v1/respons", "------", "------", "------"},
	{"$CONTROL/lem/v2", "------", "------", "------"},
	{"$CONTROL/lem/#", "------", "------", "------"},
	{"$CONTROL/dynamic-security/v1", "ffffff", "ffffff", "ffffff"},
	{"lemon/demo/head", "ffffff", "ffffff", "ffffff"},
	{"Lem/demo/head", "ffffff", "ffffff", "ffffff"},
	{"home/temperature", "ffffff", "ffffff", "ffffff"},
	{"#", "ffffff", "ffffff", "ffffff"},
	{"+/demo/head", "ffffff", "ffffff", "ffffff"},
	{"", "ffffff", "ffffff", "ffffff"},
};

static void the_table_holds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const char *want[] = {[ACCESS_READ] = table[i].read,
			[ACCESS_WRITE] = table[i].write,
			[ACCESS_SUBSCRIBE] = table[i].subscribe};
		for (int kind = ACCESS_READ; kind <= ACCESS_SUBSCRIBE; kind++) {
			char got[WHO + 1] = "";
			for (int who = 0; who < WHO; who++)
				got[who] = answer_of((enum who)who, (enum access_kind)kind,
					table[i].topic, false);
			if (strcmp(got, want[kind]) != 0)
				fail_msg("%s, kind %d: %s", table[i].topic, kind, got);
		}
	}
}

/* A retained message in the market's tree would outlive its sender's rights. */
static void nothing_is_retained(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		for (int who = 0; who < WHO; who++) {
			char got = answer_of((enum who)who, ACCESS_WRITE, table[i].topic, true);
			assert_int_equal(got, table[i].write[0] == 'f' ? 'f' : '-');
		}
	}
}

static void topics_name_operations(void **state)
{
	char topic[64];

	(void)state;
	for (int o = 1; o < OPERATION_COUNT; o++) {
		(void)snprintf(
			topic, sizeof topic, "lem/demo/in/%s", operation_name((enum operation)o));
		assert_int_equal(access_operation("demo", topic), o);
		assert_int_equal(access_operation("demos", topic), OPERATION_NONE);
		assert_int_equal(access_operation("dem", topic), OPERATION_NONE);
	}
	assert_int_equal(access_operation("demo", "lem/demo/in/"), OPERATION_NONE);
	assert_int_equal(access_operation("demo", "lem/demo/to/cpf"), OPERATION_NONE);
	assert_int_equal(access_operation("demo", "lem/demo"), OPERATION_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_holds),
		cmocka_unit_test(nothing_is_retained),
		cmocka_unit_test(topics_name_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
