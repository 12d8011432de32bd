#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "engine/invoice.h"

static struct invoice v;
static char text[4096];

static int setup(void **state)
{
	(void)state;
	v = (struct invoice){.client_id = "home0001",
		.month = "2026-07",
		.opening_uc = -1500000,
		.money = {.bought_wh = 3000, .sold_wh = 600}};
	v.money.uc[MONEY_SOLD] = 4920001;
	v.money.uc[MONEY_BOUGHT] = 30000000;
	v.money.uc[MONEY_PENALTIES_PAID] = 20;
	v.money.uc[MONEY_REWARDS] = 9900000;
	v.closing_uc = v.opening_uc + home_money_change_uc(&v.money);
	return 0;
}

static const char *written(enum invoice_style style)
{
	struct out out;

	out_init(&out, text, sizeof text);
	invoice_write_head(&out, style);
	invoice_write(&out, &v, style);
	assert_true(out_end(&out) > 0);
	return text;
}

static void months(void **state)
{
	(void)state;
	assert_true(invoice_month_valid("2026-07") && invoice_month_valid("1970-01"));
	assert_false(invoice_month_valid("2026-13") || invoice_month_valid("2026-7"));
	assert_false(invoice_month_valid("2026-07-01") || invoice_month_valid(""));
	assert_false(invoice_month_valid("2026-00") || invoice_month_valid("20260-7"));
}

/* Every amount with all its digits: who adds them up comes to the closing balance. */
static void a_person_can_add_it_up(void **state)
{
	(void)state;
	(void)written(INVOICE_TEXT);
	assert_non_null(strstr(text, "home0001, 2026-07\n"));
	assert_non_null(strstr(text, "0.600 kWh at 8.200 cents/kWh"));
	assert_non_null(strstr(text, " 4.920001 cents\n"));
	assert_non_null(strstr(text, "3.000 kWh at 10.000 cents/kWh"));
	assert_non_null(strstr(text, " -30.000000 cents\n"));
	assert_non_null(strstr(text, " -0.000020 cents\n"));
	assert_non_null(strstr(text, "rewards "));
	assert_non_null(strstr(text, " -1.500000 cents\n"));
	assert_non_null(strstr(text, " -16.680019 cents\n"));
	assert_null(strstr(text, "not explained"));
	v.unexplained_uc = 1;
	assert_non_null(strstr(written(INVOICE_TEXT), "not explained"));
}

static void a_program_can_read_it(void **state)
{
	(void)state;
	assert_string_equal(written(INVOICE_JSON),
		"{\"clientId\":\"home0001\",\"month\":\"2026-07\",\"opening_uc\":-1500000,"
		"\"bought_uc\":30000000,\"deposited_uc\":0,\"fees_uc\":0,\"penalties_paid_uc\":20,"
		"\"penalties_received_uc\":0,\"rewards_uc\":9900000,\"sold_uc\":4920001,"
		"\"withdrawn_uc\":0,\"bought_wh\":3000,\"sold_wh\":600,\"unexplained_uc\":0,"
		"\"closing_uc\":-16680019}\n");
	assert_string_equal(written(INVOICE_CSV),
		"clientId,month,opening_uc,bought_uc,deposited_uc,fees_uc,penalties_paid_uc,"
		"penalties_received_uc,rewards_uc,sold_uc,withdrawn_uc,bought_wh,sold_wh,"
		"unexplained_uc,closing_uc\n"
		"home0001,2026-07,-1500000,30000000,0,0,20,0,9900000,4920001,0,3000,600,0,"
		"-16680019\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(months, setup),
		cmocka_unit_test_setup(a_person_can_add_it_up, setup),
		cmocka_unit_test_setup(a_program_can_read_it, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
