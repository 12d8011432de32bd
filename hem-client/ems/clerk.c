#include "hem-client/ems/clerk.h"
#include <stdio.h>
#include <string.h>
#include "hem-client/ems/address_keys.h"
#include "hem-client/ems/orders.h"
#include "hem-client/ems/readings.h"

static enum err keep_receipt(
	struct hem_db *db, const struct receipt *r, const char *text, size_t len)
{
	sqlite3_stmt *s = db_statement(&db->db, RECEIPT_PUT);

	db_bind_blob(s, 1, r->tx_id, HASH_LEN);
	db_bind_int(s, 2, (int64_t)r->height);
	db_bind_int(s, 3, (int64_t)r->seq);
	db_bind_text(s, 4, text, len);
	return db_run(&db->db, s);
}

enum err clerk_registered(struct hem_db *db)
{
	enum err err = readings_forget(db);

	return err == ERR_OK ? hem_db_put_note(db, "registered", "yes") : err;
}

/* What a receipt means for what the message was about. */
static enum err note_receipt(
	struct hem_db *db, const struct receipt *r, const char *text, size_t len)
{
	enum err err = spool_remove(db, r->req_id);

	if (err == ERR_OK && r->promise == PROMISE_LEDGER)
		err = keep_receipt(db, r, text, len);
	if (err != ERR_OK)
		return err;
	if (r->operation == OPERATION_ADDRESSES)
		return address_keys_enrolled(db, r->req_id, r->market_ms);
	if (r->operation == OPERATION_STATE)
		return readings_receipted(db, r->req_id, r->market_ms);
	if (r->operation == OPERATION_BID_OFFER)
		return orders_receipted(db, r->req_id, r->seq);
	if (r->operation == OPERATION_REGISTER)
		return clerk_registered(db);
	return ERR_OK;
}

enum err clerk_receipt(struct hem_db *db, const struct verify_key *operator_key, const char *market,
	const char *text, size_t len, struct receipt *ret, char why[static CLERK_WHY_MAX])
{
	char detail[RECEIPT_WHY_MAX];
	struct spooled message;
	enum err err = receipt_read(text, len, operator_key, market, ret, detail);

	if (err != ERR_OK) {
		snprintf(why, CLERK_WHY_MAX, "a receipt is not believed: %s", detail);
		return err;
	}
	err = spool_get(db, ret->req_id, &message);
	if (err != ERR_OK)
		return err;
	if (message.operation != ret->operation ||
		memcmp(message.tx_id, ret->tx_id, HASH_LEN) != 0) {
		snprintf(why, CLERK_WHY_MAX,
			"the receipt of %.64s is for something else than what was sent",
			ret->req_id);
		return ERR_FORMAT;
	}
	err = hem_db_begin(db);
	return err == ERR_OK ? hem_db_end(db, note_receipt(db, ret, text, len)) : err;
}

/* A message leaves without a receipt. */
static enum err forget(struct hem_db *db, const struct spooled *m)
{
	enum err err = spool_remove(db, m->req_id);

	if (err == ERR_OK && m->operation == OPERATION_ADDRESSES)
		err = address_keys_refused(db, m->req_id);
	if (err == ERR_OK && m->operation == OPERATION_BID_OFFER)
		err = orders_rejected(db, m->req_id);
	return err;
}

enum err clerk_drop(struct hem_db *db, const struct spooled *message)
{
	enum err err = hem_db_begin(db);

	return err == ERR_OK ? hem_db_end(db, forget(db, message)) : err;
}

enum err clerk_reject(struct hem_db *db, const struct reject *r, enum clerk_refusal *ret,
	struct spooled *ret_message)
{
	enum err err = r->req_id[0] ? spool_get(db, r->req_id, ret_message) : ERR_NOT_FOUND;

	*ret = REFUSAL_FOREIGN;
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	*ret = REFUSAL_LATER;
	if (r->number == VERDICT_BUSY || r->number == VERDICT_RATE_LIMITED)
		return ERR_OK;
	*ret = REFUSAL_FINAL;
	return clerk_drop(db, ret_message);
}
