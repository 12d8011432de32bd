#include "wire/header_form.h"
#include <string.h>
#include "wire/out.h"

static void hash_member(struct out *out, const char *name, const uint8_t *hash)
{
	out_printf(out, ",\"%s\":", name);
	out_hex(out, hash, HASH_LEN);
}

size_t header_write(const struct header *h, const char *name, char text[static HEADER_TEXT_MAX])
{
	struct out out;

	out_init(&out, text, HEADER_TEXT_MAX);
	out_printf(&out, "{\"flags\":%u,\"height\":%llu", h->flags, (unsigned long long)h->height);
	hash_member(&out, "log_root", h->log_root);
	out_printf(&out, ",\"market\":\"%s\"", name);
	hash_member(&out, "prev_hash", h->prev_hash);
	hash_member(&out, "ranking_root", h->ranking_root);
	hash_member(&out, "results_root", h->results_root);
	hash_member(&out, "rules_hash", h->rules_hash);
	hash_member(&out, "state_root", h->state_root);
	out_printf(&out, ",\"time_ms\":%lld,\"tx_count\":%llu", (long long)h->time_ms,
		(unsigned long long)h->tx_count);
	hash_member(&out, "tx_root", h->tx_root);
	out_printf(&out, ",\"version\":%d", HEADER_VERSION);
	hash_member(&out, "wallets_root", h->wallets_root);
	out_printf(&out, "}");
	return out_end(&out);
}

void header_read(
	struct form *f, uint32_t node, const char *path, const char *name, struct header *ret)
{
	struct form_object o = form_enter(f, node, path);
	struct header h = {.height = 0};
	int64_t flags = 0, height = 0, version = 0, tx_count = 0;
	char market[MARKET_NAME_MAX + 1];

	form_int(f, &o, "flags", 0, HEADER_OUTAGE, &flags);
	form_int(f, &o, "height", 0, INT32_MAX, &height);
	form_hash(f, &o, "log_root", h.log_root);
	form_string(f, &o, "market", market, sizeof market);
	form_hash(f, &o, "prev_hash", h.prev_hash);
	form_hash(f, &o, "ranking_root", h.ranking_root);
	form_hash(f, &o, "results_root", h.results_root);
	form_hash(f, &o, "rules_hash", h.rules_hash);
	form_hash(f, &o, "state_root", h.state_root);
	form_int(f, &o, "time_ms", 0, INT64_C(1) << 53, &h.time_ms);
	form_int(f, &o, "tx_count", 0, INT32_MAX, &tx_count);
	form_hash(f, &o, "tx_root", h.tx_root);
	form_int(f, &o, "version", HEADER_VERSION, HEADER_VERSION, &version);
	form_hash(f, &o, "wallets_root", h.wallets_root);
	form_leave(f, &o);
	if (f->verdict == VERDICT_OK && strcmp(market, name) != 0)
		form_fail(f, path, "market", VERDICT_BAD_FIELD);
	if (f->verdict != VERDICT_OK)
		return;
	h.flags = (uint32_t)flags;
	h.height = (uint64_t)height;
	h.tx_count = (uint64_t)tx_count;
	*ret = h;
}

static const char *name_of(const char *market, char name[static MARKET_NAME_MAX + 1])
{
	size_t n = strcspn(market, ":");

	memcpy(name, market, n < MARKET_NAME_MAX ? n : MARKET_NAME_MAX);
	name[n < MARKET_NAME_MAX ? n : MARKET_NAME_MAX] = '\0';
	return name;
}

enum err header_hash(const struct header *header, const char *market, uint8_t out[static HASH_LEN])
{
	char text[HEADER_TEXT_MAX], name[MARKET_NAME_MAX + 1];
	size_t len = header_write(header, name_of(market, name), text);

	return signing_digest("header", market, text, len, out);
}

enum err header_sign(const struct private_key *key, const struct header *header, const char *market,
	uint8_t sig[static SIGNATURE_LEN])
{
	char text[HEADER_TEXT_MAX], name[MARKET_NAME_MAX + 1];
	size_t len = header_write(header, name_of(market, name), text);

	return signing_sign(key, "header", market, text, len, sig);
}

enum verify_result header_check(const struct verify_key *key, const struct header *header,
	const char *market, const uint8_t sig[static SIGNATURE_LEN])
{
	char text[HEADER_TEXT_MAX], name[MARKET_NAME_MAX + 1];
	size_t len = header_write(header, name_of(market, name), text);

	return signing_check(key, "header", market, text, len, sig);
}
