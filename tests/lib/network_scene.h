/* network_scene: a small ledger whose roles are the aggregator and the network's operators. */
#ifndef LEM_TESTS_NETWORK_SCENE_H
#define LEM_TESTS_NETWORK_SCENE_H
#include "tests/lib/small_ledger.h"

enum { SCENE_DSO = SMALL_ROLE + 1, SCENE_TSO = SMALL_ROLE + 2, SCENE_LEAD_S = 900 };

/* A market of those roles: "aggregator" is the small ledger's first. NULL ends them. */
static inline void network_open(struct small_ledger *s, const char *first, const char *second)
{
	const char *names[] = {AGGREGATOR_ROLE, first, second};
	const uint8_t zero[HASH_LEN] = {0};

	small_open(s);
	small_free(s);
	s->params.role_count = 0;
	for (int i = 0; i < 3 && names[i]; i++) {
		struct role_params *r = &s->params.roles[s->params.role_count++];
		uint32_t n = (uint32_t)SMALL_ROLE + (uint32_t)i;

		*r = (struct role_params){.address = sample_address(n),
			.key = sample_key(n),
			.credit_limit_uc = 1000000000};
		memcpy(r->name, names[i], strlen(names[i]) + 1);
	}
	if (first) {
		s->params.approval_lead_s = SCENE_LEAD_S;
		s->params.approval_silence = SILENCE_REFUSES;
	}
	s->l = calloc(1, sizeof *s->l);
	assert_non_null(s->l);
	ledger_init(s->l, &s->params, digest_sha256, zero, zero);
}

static inline struct tx network_limits_tx(const struct small_ledger *s, uint32_t role,
	int64_t first_slot, uint32_t count, const int32_t *import_wh, const int32_t *export_wh)
{
	struct tx tx = small_tx(s, TX_LIMITS);

	tx.address = sample_address(role);
	tx.u.limits = (struct limits_window){.first_slot = first_slot,
		.count = count,
		.export_wh = export_wh,
		.import_wh = import_wh};
	return tx;
}

/* Limits of one slot. */
static inline void network_post(
	struct small_ledger *s, uint32_t role, int64_t slot, int32_t import_wh, int32_t export_wh)
{
	struct tx tx = network_limits_tx(s, role, slot, 1, &import_wh, &export_wh);

	small_do(s, &tx);
}

/* A schedule of the same net in some slots; its sequence. */
static inline uint64_t network_schedule(
	struct small_ledger *s, int64_t first_slot, uint32_t count, int32_t net_wh)
{
	int32_t net[SCHEDULE_SLOTS_MAX];
	struct tx tx = small_tx(s, TX_SCHEDULE);

	for (uint32_t i = 0; i < count; i++)
		net[i] = net_wh;
	tx.address = sample_address(SMALL_ROLE);
	tx.u.schedule =
		(struct net_window){.first_slot = first_slot, .count = count, .net_wh = net};
	small_do(s, &tx);
	return tx.seq;
}

/* What a role says of the schedule of that sequence. */
static inline struct tx network_answer_tx(
	const struct small_ledger *s, uint32_t role, uint64_t seq, enum approval_verdict verdict)
{
	struct tx tx = small_tx(s, TX_APPROVE);

	tx.address = sample_address(role);
	digest_sha256(&seq, sizeof seq, tx.u.approve.schedule);
	tx.u.approve.verdict = verdict;
	return tx;
}

static inline void network_answer(
	struct small_ledger *s, uint32_t role, uint64_t seq, enum approval_verdict verdict)
{
	struct tx tx = network_answer_tx(s, role, seq, verdict);

	small_do(s, &tx);
}

/* What the ledger says of a transaction. */
static inline void network_expect(
	const struct small_ledger *s, const struct tx *tx, enum verdict verdict, const char *field)
{
	const char *told = NULL;
	enum verdict v = ledger_check(s->l, tx, &told);

	if (v != verdict || strcmp(told, field) != 0)
		fail_msg("%s %s, not %s %s", verdict_name(v), told, verdict_name(verdict), field);
}

#endif
