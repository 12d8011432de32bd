#include "core/result.h"
#include <assert.h>
#include <stddef.h>
#include "core/encode.h"

static void encode_order(struct encode *e, const struct result *r)
{
	const struct order *o = r->u.order.order;

	encode_u64(e, o->seq);
	if (r->kind == RESULT_AWARD) {
		encode_i64(e, o->awarded_wh);
		encode_i64(e, o->award_mc_per_kwh);
		encode_i64(e, o->award_uc);
	} else {
		encode_i64(e, o->delivered_wh);
		encode_u8(e, (unsigned)o->why);
	}
}

void result_leaf(sha256_fn *sha256, const struct result *r, uint8_t out[HASH_LEN])
{
	struct encode e = {.len = 0};

	assert(r->kind <= RESULT_TRANSFER);
	encode_u8(&e, 0);
	encode_u8(&e, (unsigned)r->kind);
	if (r->kind == RESULT_TRANSFER) {
		encode_bytes(&e, r->u.transfer.from_address->text, ADDRESS_LEN);
		encode_bytes(&e, r->u.transfer.to_address->text, ADDRESS_LEN);
		encode_i64(&e, r->u.transfer.amount_uc);
		encode_u64(&e, r->u.transfer.order);
		encode_u8(&e, (unsigned)r->u.transfer.why);
	} else {
		encode_order(&e, r);
	}
	sha256(e.bytes, e.len, out);
}

const char *transfer_why_name(enum transfer_why why)
{
	switch (why) {
	case TRANSFER_DEPOSIT:
		return "deposit";
	case TRANSFER_PAYMENT:
		return "payment";
	case TRANSFER_PENALTY:
		return "penalty";
	case TRANSFER_REWARD:
		return "reward";
	case TRANSFER_CLOSE:
		return "close";
	case TRANSFER_WITHDRAWAL:
		return "withdrawal";
	case TRANSFER_FEE:
		return "fee";
	case TRANSFER_IMBALANCE:
		return "imbalance";
	case TRANSFER_REGULATION:
		return "regulation";
	}
	return NULL;
}
