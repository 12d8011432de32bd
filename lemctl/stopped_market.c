#include "lemctl/stopped_market.h"
#include <stdio.h>
#include <stdlib.h>
#include "engine/inspect_control.h"
#include "wire/clock.h"

enum { PATH_LEN = 4096 };

struct stopped_market {
	struct engine engine;
	const struct private_key *operator_key;
	struct inspector *inspector;
	struct control_reader reader;
	bool asks;    /* the errand at hand is a question */
	enum err err; /* of the commands handed in */
};

static int64_t now_ms(const struct stopped_market *m)
{
	/* At the time of its last command the market has nothing to do. */
	return m->asks ? m->engine.now_ms
		       : params_market_ms(&m->engine.genesis.params, clock_real_ms());
}

enum err stopped_market_open(const char *dir, const struct genesis *genesis,
	const struct private_key *operator_key, struct stopped_market **ret,
	char why[static ENGINE_WHY_MAX])
{
	char csm[PATH_LEN], ledger[PATH_LEN];
	struct stopped_market *m = calloc(1, sizeof *m);
	enum err err;

	(void)snprintf(why, ENGINE_WHY_MAX, "%s", err_text(ERR_NOMEM));
	if (!m)
		return ERR_NOMEM;
	m->operator_key = operator_key;
	(void)snprintf(csm, sizeof csm, "%.4000s/csm.db", dir);
	(void)snprintf(ledger, sizeof ledger, "%.4000s/ledger.db", dir);
	err = engine_open(&m->engine, csm, ledger, operator_key);
	if (err != ERR_OK)
		(void)snprintf(why, ENGINE_WHY_MAX, "%.500s", m->engine.why);
	else
		err = inspector_new(
			m->engine.keyring, genesis->market, genesis->address_alg, &m->inspector);
	if (err != ERR_OK) {
		stopped_market_close(m);
		return err;
	}
	*ret = m;
	return ERR_OK;
}

void stopped_market_close(struct stopped_market *m)
{
	if (!m)
		return;
	inspector_free(m->inspector);
	engine_close(&m->engine);
	free(m);
}

/* Close the blocks of the time that the broker was away; nobody listens to what is published. */
static enum err catch_up(struct stopped_market *m)
{
	struct engine *e = &m->engine;
	enum err err;

	do {
		err = engine_clock(e, now_ms(m));
		if (err == ERR_OK)
			err = engine_commit(e);
		outbox_clear(&e->outbox);
	} while (err == ERR_OK && engine_is_behind(e));
	if (err == ERR_OK && e->clock_unbelieved) {
		(void)snprintf(e->why, sizeof e->why,
			"the clock is more than %d slots ahead of the last block: is it right? The "
			"broker takes it with a larger plugin_opt_catch_up_slots",
			ENGINE_CATCH_UP_SLOTS);
		err = ERR_LIMIT;
	}
	return err;
}

static void hand_in(void *context, struct verified *verified)
{
	struct stopped_market *m = context;

	if (m->err == ERR_OK)
		m->err = engine_hand(&m->engine, verified, now_ms(m));
	verified_free(verified);
}

enum err stopped_market_run(
	struct stopped_market *m, struct errand *x, char why[static ENGINE_WHY_MAX])
{
	struct engine *e = &m->engine;
	struct publication *p;
	enum err err;

	m->asks = x->operation == OPERATION_NONE;
	m->err = ERR_OK;
	err = m->asks ? ERR_OK : catch_up(m);
	if (err == ERR_OK)
		err = errand_write(x, &e->genesis, m->operator_key, now_ms(m));
	if (err == ERR_OK)
		err = inspect_control(
			m->inspector, &m->reader, "operator", x->document, x->len, hand_in, m);
	if (err == ERR_OK)
		err = m->err;
	if (err == ERR_OK)
		err = engine_commit(e);
	while (err == ERR_OK && (p = outbox_take(&e->outbox))) {
		errand_hear(x, p->topic, p->payload, p->len);
		free(p);
	}
	if (err != ERR_OK)
		(void)snprintf(why, ENGINE_WHY_MAX, "%.500s", e->why[0] ? e->why : err_text(err));
	return err;
}
