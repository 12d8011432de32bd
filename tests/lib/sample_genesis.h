/* sample_genesis: a market's beginning with fresh keys, for tests. */
#ifndef LEM_TESTS_SAMPLE_GENESIS_H
#define LEM_TESTS_SAMPLE_GENESIS_H
#include <string.h>
#include "tests/lib/sample_params.h"
#include "wire/genesis.h"
#include "wire/private_key.h"
#include "wire/tx_form.h"

/* Add a role of that name and key. */
static inline void sample_role(
	struct genesis *g, const char *name, const struct public_key *key, int64_t credit_uc)
{
	struct role_params *r = &g->params.roles[g->params.role_count++];

	memcpy(r->name, name, strlen(name) + 1);
	r->credit_limit_uc = credit_uc;
	r->key.len = key->len;
	memcpy(r->key.bytes, key->bytes, sizeof r->key.bytes);
	tx_form_key_address(&r->key, &r->address);
}

/* A signed genesis with one role, "aggregator". */
static inline void sample_genesis(struct genesis *g, const struct private_key *operator_key,
	const struct private_key *aggregator_key)
{
	*g = (struct genesis){.name = "sample",
		.params = sample_params(),
		.address_alg = private_key_public(aggregator_key)->alg,
		.operator_key = *private_key_public(operator_key)};
	sample_role(g, "aggregator", private_key_public(aggregator_key), 1000000000);
	assert_int_equal(genesis_complete(g), ERR_OK);
	assert_int_equal(genesis_sign(g, operator_key), ERR_OK);
}

#endif
