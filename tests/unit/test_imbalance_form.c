/* The ledger's `imbalance`, there and back, and both sides of each bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "wire/tx_form.h"

static struct json_node nodes[64];
static struct json_doc doc;
static struct form f;
static struct tx_room room;

static enum verdict read(const char *parameters, struct tx *tx)
{
	static const struct json_limits limits = {JSON_PROFILE_MESSAGE, 4096, 4};

	doc = (struct json_doc){.nodes = nodes, .node_max = 64};
	assert_int_equal(json_read(&doc, parameters, strlen(parameters), &limits, NULL), JSON_OK);
	form_init(&f, &doc);
	*tx = (struct tx){.kind = TX_IMBALANCE};
	tx_form_read(&f, 0, tx, &room, NULL);
	return f.verdict;
}

static void there_and_back(void **state)
{
	struct tx tx = {.kind = TX_IMBALANCE, .seq = 9, .u.imbalance = {4, -1200, 17, 3}}, back;
	char text[256];
	const char *parameters;

	(void)state;
	assert_true(tx_form_write(&tx, NULL, text, sizeof text) > 0);
	assert_string_equal(text, "{\"operation\":\"imbalance\",\"parameters\":{\"homes\":17,"
				  "\"missing\":3,\"net_wh\":-1200,\"slot\":4},\"seq\":9}");
	parameters = strstr(text, "{\"homes\"");
	*strchr(parameters, '}') = '\0';
	(void)strcat(text, "}");
	assert_int_equal(read(parameters, &back), VERDICT_OK);
	assert_memory_equal(&tx.u.imbalance, &back.u.imbalance, sizeof tx.u.imbalance);
	assert_int_equal(tx_kind_from_name("imbalance"), TX_IMBALANCE);
}

static void each_has_its_bounds(void **state)
{
	static const struct {
		const char *parameters, *field;
		enum verdict verdict;
	} cases[] = {
		{"{\"homes\":5,\"missing\":0,\"net_wh\":-1000000000,\"slot\":0}", "", VERDICT_OK},
		{"{\"homes\":1048576,\"missing\":1048576,\"net_wh\":1000000000,\"slot\":"
		 "2147483647}",
			"", VERDICT_OK},
		{"{\"homes\":4,\"missing\":0,\"net_wh\":0,\"slot\":0}", "parameters.homes",
			VERDICT_OUT_OF_RANGE},
		{"{\"homes\":1048577,\"missing\":0,\"net_wh\":0,\"slot\":0}", "parameters.homes",
			VERDICT_OUT_OF_RANGE},
		{"{\"homes\":5,\"missing\":-1,\"net_wh\":0,\"slot\":0}", "parameters.missing",
			VERDICT_OUT_OF_RANGE},
		{"{\"homes\":5,\"missing\":0,\"net_wh\":1000000001,\"slot\":0}",
			"parameters.net_wh", VERDICT_OUT_OF_RANGE},
		{"{\"homes\":5,\"missing\":0,\"net_wh\":0,\"slot\":-1}", "parameters.slot",
			VERDICT_OUT_OF_RANGE},
		{"{\"homes\":5,\"missing\":0,\"net_wh\":0}", "parameters.slot", VERDICT_BAD_FIELD},
		{"{\"homes\":5,\"missing\":0,\"net_wh\":0,\"slot\":0,\"wh\":1}", "parameters.wh",
			VERDICT_BAD_FIELD},
	};
	struct tx tx;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum verdict v = read(cases[i].parameters, &tx);
		if (v != cases[i].verdict || strcmp(f.field, cases[i].field) != 0)
			fail_msg("%zu: %s %s", i, verdict_name(v), f.field);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(each_has_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
