#include "core/tx.h"
#include <string.h>
#include "core/encode.h"

static const struct {
	enum tx_kind kind;
	const char *name;
} kinds[] = {
	{TX_BID_OFFER, "bid-offer"},
	{TX_CANCEL, "cancel"},
	{TX_CPF, "cpf"},
	{TX_SEAL, "seal"},
	{TX_SCHEDULE, "schedule"},
	{TX_LIMITS, "limits"},
	{TX_APPROVE, "approve"},
	{TX_TARIFF, "tariff"},
	{TX_ACTIVATE, "activate"},
	{TX_CLOCK, "clock"},
	{TX_ADMIT, "admit"},
	{TX_STANDING, "standing"},
	{TX_DELIVERY, "delivery"},
	{TX_DEPOSIT, "deposit"},
	{TX_WITHDRAWAL, "withdraw"},
	{TX_PARAMS, "params-set"},
	{TX_IMBALANCE, "imbalance"},
};

static const struct {
	enum delivery_why why;
	const char *name;
} whys[] = {
	{DELIVERY_METERED, "metered"},
	{DELIVERY_NO_READING, "no_reading"},
	{DELIVERY_NO_BASE, "no_base"},
	{DELIVERY_UNCERTIFIED, "uncertified"},
};

const char *tx_kind_name(enum tx_kind kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i].kind == kind)
			return kinds[i].name;
	}
	return NULL;
}

enum tx_kind tx_kind_from_name(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].kind;
	}
	return (enum tx_kind)0;
}

const char *delivery_why_name(enum delivery_why why)
{
	for (size_t i = 0; i < sizeof whys / sizeof *whys; i++) {
		if (whys[i].why == why)
			return whys[i].name;
	}
	return NULL;
}

enum delivery_why delivery_why_from_name(const char *name)
{
	for (size_t i = 0; i < sizeof whys / sizeof *whys; i++) {
		if (strcmp(whys[i].name, name) == 0)
			return whys[i].why;
	}
	return (enum delivery_why)0;
}

void tx_leaf(sha256_fn *sha256, const struct tx *tx, uint8_t out[HASH_LEN])
{
	struct encode e = {.len = 0};

	encode_u8(&e, 0);
	encode_bytes(&e, tx->id, HASH_LEN);
	encode_u64(&e, tx->seq);
	encode_i64(&e, tx->market_ms);
	encode_bytes(&e, tx->signature_hash, HASH_LEN);
	sha256(e.bytes, e.len, out);
}
