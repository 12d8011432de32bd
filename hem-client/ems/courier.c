#include "hem-client/ems/courier.h"
#include <openssl/rand.h>
#include <string.h>
#include "hem-client/ems/clerk.h"

void courier_init(struct courier *c, struct hem_db *db, struct session *session, int64_t rate,
	void (*dropped)(void *context, const struct spooled *message), void *context)
{
	memset(c, 0, sizeof *c);
	c->db = db;
	c->session = session;
	c->hurry = rate < 1 ? 1 : rate > SESSION_HURRY_MAX ? SESSION_HURRY_MAX : rate;
	c->dropped = dropped;
	c->context = context;
}

void courier_wake(struct courier *c, bool all)
{
	c->scan_ms = 0;
	for (size_t i = 0; i < SPOOL_MAX && all; i++)
		c->entries[i].next_ms = 0;
}

static struct courier_entry *find(struct courier *c, int64_t id)
{
	for (size_t i = 0; i < SPOOL_MAX; i++) {
		if (c->entries[i].id == id)
			return &c->entries[i];
	}
	return NULL;
}

void courier_put_off(struct courier *c, int64_t id, int64_t real_ms, int64_t pause_ms)
{
	struct courier_entry *e = find(c, id);

	if (e)
		e->next_ms = real_ms + pause_ms;
}

/* The pause after so many sendings: between half and the whole of a doubling time. */
static int64_t pause_ms(const struct courier *c, unsigned tries)
{
	int64_t ms = (int64_t)SPOOL_RESEND_MIN_MS << (tries < 8 ? tries : 8);
	uint32_t random = 0;

	if (ms > SPOOL_RESEND_MAX_MS)
		ms = SPOOL_RESEND_MAX_MS;
	ms = ms / c->hurry + 1;
	(void)RAND_bytes((unsigned char *)&random, sizeof random);
	return ms / 2 + random % (ms / 2 + 1);
}

/* One walk through the spool. */
struct round {
	struct courier *courier;
	int64_t market_ms, real_ms;
	int64_t next_ms; /* of the real clock */
	bool has_dead;
	struct spooled dead; /* a worthless one, to be dropped after the walk */
};

/* Whether the market may have it, and what was promised by it may still matter. */
static bool may_be_taken(const struct courier_entry *e, const struct spooled *m, int64_t market_ms)
{
	return e && (e->tries > 0 || e->is_old) && market_ms - m->until_ms < COURIER_ASK_MS;
}

static bool visit(void *context, const struct spooled *m)
{
	struct round *r = context;
	struct courier *c = r->courier;
	struct courier_entry *e = find(c, m->id);

	if (!e && !c->began) {
		e = find(c, 0);
		if (e)
			*e = (struct courier_entry){.id = m->id, .is_old = true};
	}
	if (m->until_ms <= r->market_ms && !may_be_taken(e, m, r->market_ms)) {
		r->dead = *m;
		r->dead.text = NULL;
		r->has_dead = true;
		return false;
	}
	if (!e) {
		e = find(c, 0);
		if (!e)
			return true; /* SPOOL_MAX of them: never */
		*e = (struct courier_entry){.id = m->id};
	}
	e->seen = true;
	if (e->next_ms <= r->real_ms && session_is_up(c->session)) {
		if (session_send(c->session, m->operation, m->text, m->len) == ERR_OK)
			e->next_ms = r->real_ms + pause_ms(c, e->tries++);
	}
	if (e->next_ms > r->real_ms && e->next_ms < r->next_ms)
		r->next_ms = e->next_ms;
	return true;
}

static enum err walk(struct round *r)
{
	struct courier *c = r->courier;
	enum err err;

	for (size_t i = 0; i < SPOOL_MAX; i++)
		c->entries[i].seen = false;
	r->has_dead = false;
	err = spool_each(c->db, visit, r);
	c->began = c->began || (err == ERR_OK && !r->has_dead);
	for (size_t i = 0; i < SPOOL_MAX && err == ERR_OK && !r->has_dead; i++) {
		if (!c->entries[i].seen)
			c->entries[i].id = 0;
	}
	if (err != ERR_OK || !r->has_dead)
		return err;
	err = clerk_drop(c->db, &r->dead);
	if (err == ERR_OK)
		c->dropped(c->context, &r->dead);
	return err;
}

int64_t courier_run(struct courier *c, int64_t market_ms, int64_t real_ms, enum err *ret_err)
{
	struct round r = {.courier = c,
		.market_ms = market_ms,
		.real_ms = real_ms,
		.next_ms = real_ms + COURIER_SCAN_MS};

	*ret_err = ERR_OK;
	if (real_ms < c->scan_ms)
		return c->scan_ms;
	do {
		*ret_err = walk(&r);
	} while (*ret_err == ERR_OK && r.has_dead);
	c->scan_ms = r.next_ms;
	return c->scan_ms;
}
