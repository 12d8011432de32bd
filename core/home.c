#include "core/home.h"
#include <assert.h>
#include <stddef.h>
#include <string.h>

void homes_init(struct homes *homes)
{
	index_init(&homes->by_client, homes->cells, HOMES_INDEX_BITS);
}

const struct home *home_find(const struct homes *homes, const char *client_id)
{
	for (uint64_t key = index_key_of_text(client_id);; key++) {
		uint32_t n = index_get(&homes->by_client, key);
		if (n == INDEX_NONE)
			return NULL;
		if (strcmp(homes->rows[n].terms.client_id, client_id) == 0)
			return &homes->rows[n];
	}
}

struct home *home_edit(struct homes *homes, uint32_t number)
{
	return number < homes->count ? &homes->rows[number] : NULL;
}

bool client_id_valid(const char *text)
{
	size_t n = strlen(text);

	if (n < CLIENT_ID_MIN || n > CLIENT_ID_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			return false;
	}
	return true;
}

bool meter_text_valid(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '.' || c == '_' || c == '-'))
			return false;
	}
	return n <= METER_TEXT_MAX;
}

const char *home_text_rule(const char *field)
{
	if (strcmp(field, "clientId") == 0)
		return "a clientId is 3 to 32 of a-z and 0-9";
	if (strcmp(field, "meter_type") == 0 || strcmp(field, "meter_serial") == 0)
		return "a meter's type and serial are 1 to 32 of A-Z, a-z, 0-9, '.', '_' and '-'";
	return "";
}

static bool rating_valid(int64_t w)
{
	return w >= 0 && w <= RATING_W_MAX;
}

/* The name of the first rating out of its bounds, or NULL. */
static const char *bad_rating(const struct ratings *r)
{
	if (!rating_valid(r->pv_w))
		return "pv_w";
	if (!rating_valid(r->battery_w))
		return "battery_w";
	return rating_valid(r->fuse_w) ? NULL : "fuse_w";
}

/* Whether any client but `except` has the meter of that serial; "" is none. */
static bool meter_taken(const struct homes *homes, const char *serial, uint32_t except)
{
	for (uint32_t i = 0; i < homes->count && serial[0]; i++) {
		if (i != except && strcmp(homes->rows[i].terms.meter_serial, serial) == 0)
			return true;
	}
	return false;
}

enum verdict home_add_check(
	const struct homes *homes, const struct home_terms *terms, const char **field)
{
	*field = "clientId";
	if (!client_id_valid(terms->client_id))
		return VERDICT_BAD_FIELD;
	if (home_find(homes, terms->client_id))
		return VERDICT_EXISTS;
	if (homes->count >= HOMES_MAX)
		return VERDICT_TOO_MANY;
	*field = bad_rating(&terms->ratings);
	if (*field)
		return VERDICT_OUT_OF_RANGE;
	*field = "meter_type";
	if (!meter_text_valid(terms->meter_type))
		return VERDICT_BAD_FIELD;
	*field = "meter_serial";
	if (!meter_text_valid(terms->meter_serial))
		return VERDICT_BAD_FIELD;
	if (meter_taken(homes, terms->meter_serial, HOMES_MAX))
		return VERDICT_EXISTS;
	*field = "";
	return VERDICT_OK;
}

uint32_t home_add(struct homes *homes, enum client_kind kind, const struct home_terms *terms)
{
	uint32_t n = homes->count++;
	struct home *h = &homes->rows[n];
	uint64_t key = index_key_of_text(terms->client_id);

	assert(n < HOMES_MAX);
	h->kind = kind;
	h->status = HOME_INVITED;
	home_modes_init(&h->modes, MODE_BOTH);
	h->number = n;
	h->terms = *terms;
	h->reading_ratings = terms->ratings;
	while (index_get(&homes->by_client, key) != INDEX_NONE)
		key++;
	index_add(&homes->by_client, key, n);
	return n;
}

/* The ratings as they are with the change. */
static struct ratings changed_ratings(const struct ratings *now, const struct ratings *change)
{
	struct ratings r = *now;

	if (change->pv_w != RATING_STAYS)
		r.pv_w = change->pv_w;
	if (change->battery_w != RATING_STAYS)
		r.battery_w = change->battery_w;
	if (change->fuse_w != RATING_STAYS)
		r.fuse_w = change->fuse_w;
	return r;
}

/* Its own serial may come again: the same meter with a new key, or only a new code. */
static enum verdict check_new_meter(const struct homes *homes, const struct home *h,
	const struct home_change *change, const char **field)
{
	*field = "meter_type";
	if (!change->meter_type[0] || !meter_text_valid(change->meter_type))
		return VERDICT_BAD_FIELD;
	*field = "meter_serial";
	if (!change->meter_serial[0] || !meter_text_valid(change->meter_serial))
		return VERDICT_BAD_FIELD;
	return meter_taken(homes, change->meter_serial, h->number) ? VERDICT_EXISTS : VERDICT_OK;
}

enum verdict home_change_check(
	const struct homes *homes, const struct home_change *change, const char **field)
{
	const struct home *h = home_find(homes, change->client_id);
	struct ratings r;

	*field = "clientId";
	if (!h || h->kind != CLIENT_HOME)
		return VERDICT_UNKNOWN_HOME;
	if (h->status == HOME_REVOKED)
		return VERDICT_REVOKED;
	r = changed_ratings(&h->terms.ratings, &change->ratings);
	*field = bad_rating(&r);
	if (*field)
		return VERDICT_OUT_OF_RANGE;
	return change->new_meter ? check_new_meter(homes, h, change, field) : VERDICT_OK;
}

static void raise_to(int64_t *rating_w, int64_t least_w)
{
	if (*rating_w < least_w)
		*rating_w = least_w;
}

void home_change_apply(struct home *h, const struct home_change *change)
{
	struct ratings *r = &h->terms.ratings;

	*r = changed_ratings(r, &change->ratings);
	/* What has been metered since the last reading was so under the ratings of before: judged
	 * by lower ones it would never be accepted, nor would any reading after it. */
	raise_to(&h->reading_ratings.pv_w, r->pv_w);
	raise_to(&h->reading_ratings.battery_w, r->battery_w);
	raise_to(&h->reading_ratings.fuse_w, r->fuse_w);
	if (!change->new_meter)
		return;
	memcpy(h->terms.meter_type, change->meter_type, sizeof h->terms.meter_type);
	memcpy(h->terms.meter_serial, change->meter_serial, sizeof h->terms.meter_serial);
	memcpy(h->terms.code_hash, change->code_hash, HASH_LEN);
	if (h->status == HOME_INVITED)
		return; /* it brings all its keys by that code */
	h->meter_due = true;
	meter_replace(&h->meter);
}

enum verdict home_check_reading(const struct home *h, const struct params *params,
	int64_t open_slot, int64_t now_ms, const struct reading *reading, const char **field)
{
	enum verdict v;

	if (reading->quarter != 0)
		return quarters_check(&h->quarters, &h->meter, &h->reading_ratings, params,
			open_slot, now_ms, reading, field);
	v = meter_check(&h->meter, &h->reading_ratings, params, open_slot, now_ms, reading, field);
	if (v == VERDICT_OK && !h->meter.replaced)
		v = quarters_check_end(&h->quarters, reading, field);
	return v;
}

void home_accept_reading(struct home *h, const struct reading *reading)
{
	if (reading->quarter != 0) {
		quarters_accept(&h->quarters, &h->meter, reading);
		return;
	}
	meter_accept(&h->meter, reading);
	h->reading_ratings = h->terms.ratings;
}

bool enrolled_key_equal(const struct enrolled_key *a, const struct enrolled_key *b)
{
	return a->key.len != 0 && a->alg == b->alg && a->key.len == b->key.len &&
	       memcmp(a->key.bytes, b->key.bytes, a->key.len) == 0;
}

bool home_key_known(const struct homes *homes, const struct enrolled_key *key, uint32_t except)
{
	for (uint32_t i = 0; i < homes->count; i++) {
		const struct home *h = &homes->rows[i];
		if (i != except && (enrolled_key_equal(key, &h->ems) ||
					   enrolled_key_equal(key, &h->meter_key)))
			return true;
	}
	return false;
}
