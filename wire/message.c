#include "wire/message.h"
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire/date.h"
#include "wire/digest.h"
#include "wire/quantity.h"
#include "wire/text.h"

enum { REQ_ID_BYTES = 16, ENVELOPE_MAX = 512 };

enum err message_draw_id(char out[static REQ_ID_MAX + 1])
{
	uint8_t bytes[REQ_ID_BYTES];

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return ERR_CRYPTO;
	return text_base64url_write(bytes, sizeof bytes, out, REQ_ID_MAX + 1) ? ERR_OK
									      : ERR_INTERNAL;
}

enum err signer_sign(const struct signer *signer, const void *input, size_t input_len,
	uint8_t sig[static SIGNATURE_LEN])
{
	uint8_t digest[HASH_LEN];

	digest_sha256(input, input_len, digest);
	return signer->key ? sign_input(signer->key, digest, input, input_len, sig)
			   : slot_secret_sign(signer->secret, digest, input, input_len, sig);
}

void message_release(struct message *m)
{
	free(m->text);
	memset(m, 0, sizeof *m);
}

/* The signing input; the body is what follows the prefix of it. */
static void write_input(struct out *out, const struct message *m, const char *market,
	int64_t date_ms, const struct out *parameters)
{
	char prefix[SIGNING_PREFIX_MAX], date[DATE_LEN + 1];

	date_write(date_ms, date);
	out_bytes(out, prefix, signing_prefix("request", market, prefix));
	out_printf(out, "{\"date\":\"%s\",\"operation\":\"%s\",\"parameters\":", date,
		operation_name(m->operation));
	out_bytes(out, parameters->text, parameters->len);
	out_printf(out, ",\"reqId\":\"%s\"}", m->req_id);
}

/* The message itself: the members of the body with clientId in front and signature behind. */
static void write_text(struct out *out, const char *body, size_t len, const char *client_id,
	const uint8_t sig[static SIGNATURE_LEN])
{
	out_printf(out, "{\"clientId\":\"%s\",", client_id);
	out_bytes(out, body + 1, len - 2);
	out_printf(out, ",\"signature\":");
	out_base64url(out, sig, SIGNATURE_LEN);
	out_printf(out, "}");
}

enum err message_make(enum operation operation, const char *client_id, const char *market,
	int64_t date_ms, const struct out *parameters, const struct signer *signer,
	struct message *ret)
{
	struct message m = {.operation = operation};
	size_t size = parameters->len + ENVELOPE_MAX;
	size_t prefix_len;
	char prefix[SIGNING_PREFIX_MAX];
	char *input = malloc(size);
	uint8_t sig[SIGNATURE_LEN];
	struct out in, out;
	enum err err = message_draw_id(m.req_id);

	m.text = malloc(size);
	if (err == ERR_OK && (!input || !m.text))
		err = ERR_NOMEM;
	if (err != ERR_OK)
		goto out;
	out_init(&in, input, size);
	write_input(&in, &m, market, date_ms, parameters);
	err = parameters->full || out_end(&in) == 0 ? ERR_LIMIT : ERR_OK;
	if (err == ERR_OK)
		err = signer_sign(signer, input, in.len, sig);
	if (err != ERR_OK)
		goto out;
	digest_sha256(input, in.len, m.tx_id);
	prefix_len = signing_prefix("request", market, prefix);
	out_init(&out, m.text, size);
	write_text(&out, input + prefix_len, in.len - prefix_len, client_id, sig);
	m.len = out_end(&out);
	if (m.len == 0 || m.len > operation_text_max(operation))
		err = ERR_LIMIT;
out:
	if (err == ERR_OK) {
		*ret = m;
		m.text = NULL;
	}
	free(input);
	free(m.text);
	return err;
}

/* The terms that an opening names. */
static void write_terms(struct out *out, const struct message_bid *b)
{
	const char *comma = "";

	if (!b->names_slot && !b->measure && !b->activation)
		return;
	out_printf(out, ",\"contract\":{");
	if (b->activation)
		out_printf(out, "\"activation\":%llu", (unsigned long long)b->activation);
	comma = b->activation ? "," : "";
	if (b->measure)
		out_printf(out, "%s\"measure\":\"%s\"", comma, measure_name(b->measure));
	comma = b->activation || b->measure ? "," : "";
	if (b->names_slot)
		out_printf(out, "%s\"slot\":%lld", comma, (long long)b->slot);
	out_printf(out, "}");
}

void message_write_bid(struct out *out, const struct message_bid *b)
{
	char energy[QUANTITY_TEXT_MAX], price[QUANTITY_TEXT_MAX];

	decimal_write(b->energy_wh, 0, energy);
	decimal_write(b->price_mc_per_kwh, 3, price);
	out_printf(out, "{\"address\":\"%s\"", b->address);
	if (b->auction)
		out_printf(out, ",\"auction\":%llu", (unsigned long long)b->auction);
	out_printf(out,
		",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"%s\"}"
		",\"price\":{\"unit\":\"cents/kWh\",\"value\":\"%s\"},\"type\":\"%s\"}",
		energy, price, b->side == SIDE_BUY ? "buy" : "sell");
	write_terms(out, b);
	if (b->cpf_hundredths) {
		out_printf(out, ",\"cpf\":");
		out_cpf(out, b->cpf_hundredths);
	}
	out_printf(out, "}");
}

void message_write_cancel(struct out *out, const char *address, uint64_t order)
{
	out_printf(out, "{\"address\":\"%s\",\"order\":%llu}", address, (unsigned long long)order);
}

void message_write_cpf(struct out *out, const char *address, int cpf_hundredths)
{
	out_printf(out, "{\"address\":\"%s\",\"cpf\":", address);
	out_cpf(out, cpf_hundredths);
	out_printf(out, "}");
}

void message_write_seal(struct out *out, const char *address, uint64_t height,
	const uint8_t header_hash[static HASH_LEN])
{
	out_printf(out, "{\"address\":\"%s\",\"header_hash\":", address);
	out_hex(out, header_hash, HASH_LEN);
	out_printf(out, ",\"height\":%llu}", (unsigned long long)height);
}

static void write_window(struct out *out, const struct net_window *window)
{
	out_printf(out, "\"first_slot\":%lld,\"net_wh\":[", (long long)window->first_slot);
	for (uint32_t i = 0; i < window->count; i++)
		out_printf(out, "%s%d", i > 0 ? "," : "", (int)window->net_wh[i]);
	out_printf(out, "]}");
}

void message_write_schedule(struct out *out, const char *address, const struct net_window *window)
{
	out_printf(out, "{\"address\":\"%s\",", address);
	write_window(out, window);
}

void message_write_baseline(struct out *out, const char *client_id, const struct net_window *window)
{
	out_printf(out, "{\"clientId\":\"%s\",", client_id);
	write_window(out, window);
}

static void write_keys(struct out *out, const struct message_key *keys, size_t n)
{
	char text[KEY_TEXT_MAX + 1];

	out_printf(out, "\"keys\":[");
	for (size_t i = 0; i < n; i++) {
		key_print(&keys[i].key, text);
		out_printf(out, "%s{\"key\":\"%s\",\"pop\":", i ? "," : "", text);
		out_base64url(out, keys[i].proof, SIGNATURE_LEN);
		if (keys[i].role)
			out_printf(out, ",\"role\":\"%s\"}", keys[i].role);
		else
			out_printf(out, ",\"slot\":%lld}", (long long)keys[i].slot);
	}
	out_printf(out, "]");
}

void message_write_register(
	struct out *out, const char *code, enum mode mode, const struct message_key *keys, size_t n)
{
	out_printf(out, "{\"code\":");
	out_string(out, code);
	out_printf(out, ",");
	write_keys(out, keys, n);
	out_printf(out, ",\"mode\":\"%s\"}", mode_name(mode));
}

void message_write_addresses(struct out *out, const struct message_key *keys, size_t n)
{
	out_printf(out, "{");
	write_keys(out, keys, n);
	out_printf(out, "}");
}

void message_write_preference(struct out *out, const struct mode_span *span)
{
	out_printf(out, "{\"from_slot\":%lld,\"mode\":\"%s\"}", (long long)span->from_slot,
		mode_name(span->mode));
}

void message_write_sync(struct out *out, uint64_t from, uint64_t to)
{
	out_printf(out, "{\"from\":%llu,\"to\":%llu}", (unsigned long long)from,
		(unsigned long long)to);
}

/* Members in alphabetical order; sig NULL: what the meter signs. */
static void write_reading(
	struct out *out, const char *meter_serial, const struct reading *r, const uint8_t *sig)
{
	const int64_t *wh = r->registers.wh;
	char taken[DATE_LEN + 1];

	date_write(r->taken_ms, taken);
	out_printf(out, "{\"charge_wh\":%lld,\"discharge_wh\":%lld,\"export_wh\":%lld",
		(long long)wh[REGISTER_CHARGE], (long long)wh[REGISTER_DISCHARGE],
		(long long)wh[REGISTER_EXPORT]);
	out_printf(out, ",\"import_wh\":%lld,\"item\":\"registers\",\"meter\":\"%s\"",
		(long long)wh[REGISTER_IMPORT], meter_serial);
	if (sig) {
		out_printf(out, ",\"meter_signature\":");
		out_base64url(out, sig, SIGNATURE_LEN);
	}
	out_printf(out, ",\"pv_wh\":%lld", (long long)wh[REGISTER_PV]);
	if (r->quarter != 0)
		out_printf(out, ",\"quarter\":%d", r->quarter);
	out_printf(out, ",\"slot\":%lld,\"taken\":\"%s\"}", (long long)r->slot, taken);
}

enum err message_write_reading(struct out *out, const char *market, const char *meter_serial,
	const struct reading *reading, const struct private_key *meter_key)
{
	char text[JSON_MESSAGE_TEXT];
	uint8_t sig[SIGNATURE_LEN];
	struct out unsigned_out;
	enum err err;

	out_init(&unsigned_out, text, sizeof text);
	write_reading(&unsigned_out, meter_serial, reading, NULL);
	if (out_end(&unsigned_out) == 0)
		return ERR_LIMIT;
	err = signing_sign(meter_key, "reading", market, text, unsigned_out.len, sig);
	if (err == ERR_OK)
		write_reading(out, meter_serial, reading, sig);
	return err;
}

enum err message_prove(const char *client_id, const char *market, const char *subject,
	const struct signer *signer, struct message_key *key)
{
	char input[SIGNING_PREFIX_MAX + 160];
	size_t prefix = signing_prefix("pop", market, input);
	size_t len = signing_pop_object(
		client_id, subject, &key->key, input + prefix, sizeof input - prefix);

	return len == 0 ? ERR_LIMIT : signer_sign(signer, input, prefix + len, key->proof);
}
