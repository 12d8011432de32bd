/* docs/protocol.md is true: its worked example verifies, its refusals are the code's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/clearing.h"
#include "core/market.h"
#include "core/verdict.h"
#include "engine/engine.h"
#include "wire/request.h"
#include "wire/text.h"

enum { DOC_MAX = 1 << 17 };

static char *doc;

static int load(void **state)
{
	FILE *file = fopen("docs/protocol.md", "r");
	size_t len;

	(void)state;
	doc = calloc(1, DOC_MAX);
	if (!file || !doc)
		return -1;
	len = fread(doc, 1, DOC_MAX - 1, file);
	(void)fclose(file);
	return len > 0 ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	free(doc);
	return 0;
}

/* The code block behind <!-- fixture: name -->, without its last line feed. */
static void fixture(const char *name, char *out, size_t size)
{
	char mark[64];
	const char *begin, *end;

	(void)snprintf(mark, sizeof mark, "<!-- fixture: %s -->\n```", name);
	begin = strstr(doc, mark);
	assert_non_null(begin);
	begin = strchr(begin + strlen(mark), '\n') + 1;
	end = strstr(begin, "\n```");
	assert_non_null(end);
	assert_true((size_t)(end - begin) < size);
	memcpy(out, begin, (size_t)(end - begin));
	out[end - begin] = '\0';
}

static void the_worked_example_verifies(void **state)
{
	static const char market[] = "demo:0123456789abcdef";
	static const char key_text[] = "p256:A0pC2Z8iWODgZp0NI0616IbF2i7bGvvQ31wi2xZrWT_N";
	struct request_workspace *w = calloc(1, sizeof *w);
	struct request_error error;
	struct public_key public;
	struct verify_key *key = NULL;
	char message[2048], input[2048], id[80], hex[80], address[ADDRESS_LEN + 1];
	uint8_t hash[HASH_LEN];
	struct request r;

	(void)state;
	fixture("signed", message, sizeof message);
	fixture("input", input, sizeof input);
	fixture("tx_id", id, sizeof id);
	assert_non_null(strstr(doc, key_text));
	assert_int_equal(
		request_read(w, market, OPERATION_BID_OFFER, message, strlen(message), &r, &error),
		VERDICT_OK);
	assert_int_equal(r.input_len, strlen(input));
	assert_memory_equal(r.input, input, r.input_len);
	assert_true(text_hex_write(r.id, HASH_LEN, hex, sizeof hex));
	assert_string_equal(hex, id);
	assert_int_equal(key_parse(key_text, strlen(key_text), &public), ERR_OK);
	key_hash(&public, hash);
	address_from_key_hash(hash, address);
	assert_string_equal(r.command.u.tx.address.text, address);
	assert_int_equal(verify_key_new(&public, &key), ERR_OK);
	assert_int_equal(verify_key_check(key, r.id, r.input, r.input_len, r.signature), VERIFY_OK);
	assert_int_equal(r.command.u.tx.u.bid.price_mc_per_kwh, 8200);
	assert_int_equal(r.command.u.tx.u.bid.quantity_wh, 10000);
	assert_int_equal(r.command.u.tx.cpf_hundredths, 72);
	verify_key_free(key);
	free(w);
}

/* The worked auction under vickrey: each row of its table is what the rule gives. */
static void the_vickrey_example_is_what_the_rule_gives(void **state)
{
	enum { N = 4 };
	const struct book_terms terms = {.side = SIDE_BUY,
		.rule = RULE_VICKREY,
		.quantity_wh = 100,
		.limit_mc_per_kwh = 10000,
		.limit_inclusive = true};
	const struct book_order orders[N] = {
		{.seq = 1, .ref = 0, .bidder = 0, .quantity_wh = 40, .price_mc_per_kwh = 3000},
		{.seq = 2, .ref = 1, .bidder = 1, .quantity_wh = 51, .price_mc_per_kwh = 5000},
		{.seq = 3, .ref = 2, .bidder = 0, .quantity_wh = 30, .price_mc_per_kwh = 6000},
		{.seq = 4, .ref = 3, .bidder = 2, .quantity_wh = 20, .price_mc_per_kwh = 7000},
	};
	struct book_order book[N];
	struct fill fills[N], of[N];
	struct clearing_result result;
	char row[160];

	(void)state;
	memset(of, 0, sizeof of);
	memcpy(book, orders, sizeof book);
	assert_int_equal(clear_book(&terms, book, N, fills, &result), BOOK_OK);
	for (size_t i = 0; i < result.fill_count; i++)
		of[fills[i].ref] = fills[i];
	for (size_t i = 0; i < N; i++) {
		(void)snprintf(row, sizeof row, "\n| %d | %c | %d | %d | %d | %lld | %lld | ",
			(int)orders[i].seq, (char)('A' + (int)orders[i].bidder),
			(int)orders[i].quantity_wh, (int)orders[i].price_mc_per_kwh,
			(int)of[i].quantity_wh, (long long)of[i].amount_uc,
			(long long)of[i].price_mc_per_kwh);
		if (!strstr(doc, row))
			print_message("missing:%s", row);
		assert_non_null(strstr(doc, row));
	}
	(void)snprintf(row, sizeof row,
		"The auction's marginal price is %lld, its cleared amount %lld.",
		(long long)result.marginal_price_mc_per_kwh, (long long)result.amount_uc);
	assert_non_null(strstr(doc, row));
}

static void every_refusal_stands_in_its_table(void **state)
{
	static const int numbers[] = {
#define X(name, number, sentence) number,
		VERDICTS(X)
#undef X
	};
	char row[512];

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		(void)snprintf(row, sizeof row, "\n| %d | `%s` | %s |\n", numbers[i],
			verdict_name((enum verdict)numbers[i]),
			verdict_text((enum verdict)numbers[i]));
		if (!strstr(doc, row))
			print_message("missing:%s", row);
		assert_non_null(strstr(doc, row));
	}
}

/* The document says this number there, with a comma before its last three digits if that many. */
static void assert_said(const char *before, int number, const char *after)
{
	char text[128];

	if (number >= 1000)
		(void)snprintf(text, sizeof text, "%s%d,%03d%s", before, number / 1000,
			number % 1000, after);
	else
		(void)snprintf(text, sizeof text, "%s%d%s", before, number, after);
	if (!strstr(doc, text))
		fail_msg("missing: %s", text);
}

static void limits_are_the_codes(void **state)
{
	(void)state;
	assert_said("One address has at most ", ACCOUNT_ORDERS_MAX, " live answers");
	assert_said("cancelled ones included, and ", ACCOUNT_AUCTIONS_MAX, " live auctions");
	assert_said("The market has at most ", ORDERS_MAX, " answers");
	assert_said("answers, ", AUCTIONS_MAX, " auctions and 10^10 Wh in its auctions");
	assert_true(AUCTIONS_WH_MAX == INT64_C(10000000000));
	assert_said("at most ", REQUEST_NODES_MAX, " values and member names");
	assert_said("at most ", JSON_MESSAGE_TEXT, " bytes (`addresses` ");
	assert_said("(`addresses` ", REQUEST_TEXT_MAX, ")");
	assert_said("at most ", PARAMS_ROLES_MAX, " roles");
	assert_said("addresses from ", ACCOUNT_FIXED_MAX, " upwards");
	assert_said("ascending by address, at most ", TX_ADMIT_KEYS_MAX, ")");
	assert_said("slots ascending, at most ", COMMAND_ADDRESSES_MAX, ",");
	assert_said("messages, at most ", SYNC_BLOCKS_MAX, " blocks");
	assert_said("and at most ", PARAMS_AHEAD_SLOTS_MAX, " above the open slot");
	assert_said("; at most ", PARAMS_SCHEDULED_MAX, " sets wait");
	assert_true(MONEY_UC_MAX == INT64_C(1000000000000000)); /* 10^15 in section 1 */
}

static void every_operation_is_described(void **state)
{
	char name[40];

	(void)state;
	for (int i = 1; i < OPERATION_COUNT; i++) {
		(void)snprintf(name, sizeof name, "`%s`", operation_name((enum operation)i));
		assert_non_null(strstr(doc, name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worked_example_verifies),
		cmocka_unit_test(the_vickrey_example_is_what_the_rule_gives),
		cmocka_unit_test(every_refusal_stands_in_its_table),
		cmocka_unit_test(limits_are_the_codes),
		cmocka_unit_test(every_operation_is_described),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
