/* The parameters of approval: there if the market has operators of its network, and only then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/approval.h"
#include "tests/lib/sample_params.h"
#include "wire/genesis.h"
#include "wire/params_form.h"
#include "wire/private_key.h"
#include "wire/tx_form.h"

static struct private_key *operator_key;

static int setup(void **state)
{
	(void)state;
	return private_key_generate(KEY_ED25519, &operator_key) == ERR_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	private_key_free(operator_key);
	return 0;
}

/* A signed genesis with one role of that name. */
static void make(struct genesis *g, const char *role)
{
	struct private_key *key = NULL;
	struct role_params *r;

	memset(g, 0, sizeof *g);
	r = &g->params.roles[0];
	memcpy(g->name, "tiny", 5);
	g->address_alg = KEY_P256;
	g->params = sample_params();
	g->params.role_count = 1;
	assert_int_equal(private_key_generate(KEY_P256, &key), ERR_OK);
	memcpy(r->name, role, strlen(role) + 1);
	r->key.len = private_key_public(key)->len;
	memcpy(r->key.bytes, private_key_public(key)->bytes, sizeof r->key.bytes);
	tx_form_key_address(&r->key, &r->address);
	private_key_free(key);
	g->operator_key = *private_key_public(operator_key);
	if (network_role_any(&g->params)) {
		g->params.approval_lead_s = 1800;
		g->params.approval_silence = SILENCE_APPROVES;
	}
	assert_int_equal(genesis_complete(g), ERR_OK);
	assert_int_equal(genesis_sign(g, operator_key), ERR_OK);
}

static void bounds(const char *role, int64_t lead_s, int silence, const char *field)
{
	struct params p = sample_params();
	const char *told = "";
	enum verdict v;

	p.role_count = 1;
	memcpy(p.roles[0].name, role, strlen(role) + 1);
	p.approval_lead_s = lead_s;
	p.approval_silence = silence;
	v = params_check(&p, &told);
	assert_int_equal(v, field[0] ? VERDICT_OUT_OF_RANGE : VERDICT_OK);
	assert_string_equal(field[0] ? told : "", field);
}

static void they_have_bounds(void **state)
{
	(void)state;
	bounds("dso", 0, SILENCE_REFUSES, "approval_lead_s");
	bounds("dso", 1, SILENCE_REFUSES, "");
	bounds("tso", 86400, SILENCE_APPROVES, "");
	bounds("tso", 86401, SILENCE_APPROVES, "approval_lead_s");
	bounds("dso", 1, 0, "approval_silence");
	bounds("dso", 1, 3, "approval_silence");
	bounds("aggregator", 0, 0, "");
	bounds("aggregator", 1, 0, "approval_lead_s");
	bounds("aggregator", 0, SILENCE_REFUSES, "approval_silence");
}

static void a_genesis_has_them_if_it_has_operators(void **state)
{
	static char text[GENESIS_TEXT_MAX];
	char why[FORM_FIELD_MAX + 64];
	struct genesis g, back;
	size_t len;

	(void)state;
	make(&g, "dso");
	len = genesis_write(&g, text, sizeof text);
	assert_non_null(strstr(text, "\"address_alg\":\"p256\",\"approval_lead_s\":1800,"
				     "\"approval_silence\":\"approve\",\"book\""));
	assert_int_equal(genesis_read(text, len, g.hash, &back, why), ERR_OK);
	assert_int_equal(back.params.approval_lead_s, 1800);
	assert_int_equal(back.params.approval_silence, SILENCE_APPROVES);
	make(&g, "aggregator");
	len = genesis_write(&g, text, sizeof text);
	assert_null(strstr(text, "approval"));
	assert_int_equal(genesis_read(text, len, g.hash, &back, why), ERR_OK);
}

/* Text with another in place of `from` is no genesis; the sentence names the member. */
static void refuses(const char *text, const char *from, const char *to, const char *member)
{
	char changed[GENESIS_TEXT_MAX], why[FORM_FIELD_MAX + 64];
	const char *at = strstr(text, from);
	struct genesis back;

	assert_non_null(at);
	(void)snprintf(
		changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	assert_int_not_equal(genesis_read(changed, strlen(changed), NULL, &back, why), ERR_OK);
	if (!strstr(why, member))
		fail_msg("%s", why);
}

static void neither_without_the_other(void **state)
{
	static char text[GENESIS_TEXT_MAX];
	struct genesis g;

	(void)state;
	make(&g, "tso");
	(void)genesis_write(&g, text, sizeof text);
	refuses(text, "\"approval_lead_s\":1800,", "", "approval_lead_s");
	refuses(text, "\"approval_silence\":\"approve\",", "", "approval_silence");
	refuses(text, ":\"approve\"", ":\"perhaps\"", "approval_silence");
	refuses(text, "\"name\":\"tso\"", "\"name\":\"grid\"", "approval");
	make(&g, "aggregator");
	(void)genesis_write(&g, text, sizeof text);
	refuses(text, "\"name\":\"aggregator\"", "\"name\":\"dso\"", "approval_lead_s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_have_bounds),
		cmocka_unit_test(a_genesis_has_them_if_it_has_operators),
		cmocka_unit_test(neither_without_the_other),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
