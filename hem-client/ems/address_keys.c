#include "hem-client/ems/address_keys.h"
#include <string.h>
#include "wire/text.h"

enum err address_keys_add(struct hem_db *db, int64_t slot, const struct public_key *key,
	const struct slot_secret *secret, const char *req_id)
{
	char address[ADDRESS_LEN + 1];
	uint8_t hash[HASH_LEN];
	enum err err = hem_db_begin(db);
	sqlite3_stmt *s;

	if (err != ERR_OK)
		return err;
	key_hash(key, hash);
	address_from_key_hash(hash, address);
	s = db_statement(&db->db, KEY_INSERT);
	db_bind_int(s, 1, slot);
	db_bind_text(s, 2, address, ADDRESS_LEN);
	db_bind_blob(s, 3, secret->bytes, SLOT_SECRET_LEN);
	db_bind_text(s, 4, req_id, strlen(req_id));
	return hem_db_end(db, db_run(&db->db, s));
}

enum err address_keys_get(
	struct hem_db *db, int64_t slot, enum key_alg alg, struct address_key_pair *ret)
{
	sqlite3_stmt *s = db_statement(&db->db, KEY_GET);
	size_t address_len = 0, secret_len = 0;
	const void *address, *secret;
	enum err err;

	db_bind_int(s, 1, slot);
	err = db_row(&db->db, s);
	if (err == ERR_OK) {
		address = db_column_bytes(s, 0, &address_len);
		secret = db_column_bytes(s, 1, &secret_len);
		if (address_len != ADDRESS_LEN || secret_len != SLOT_SECRET_LEN) {
			err = ERR_DB_FOREIGN;
		} else {
			*ret = (struct address_key_pair){.slot = slot, .secret = {.alg = alg}};
			memcpy(ret->address.text, address, ADDRESS_LEN);
			memcpy(ret->secret.bytes, secret, SLOT_SECRET_LEN);
			ret->enrolled = sqlite3_column_type(s, 2) != SQLITE_NULL;
		}
	}
	(void)sqlite3_reset(s);
	return err;
}

static enum err get_slot(struct hem_db *db, sqlite3_stmt *s, int64_t *ret_slot)
{
	enum err err = db_row(&db->db, s);

	if (err == ERR_OK)
		*ret_slot = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return err;
}

enum err address_keys_find(struct hem_db *db, const struct address *address, int64_t *ret_slot)
{
	sqlite3_stmt *s = db_statement(&db->db, KEY_FIND);

	db_bind_text(s, 1, address->text, strlen(address->text));
	return get_slot(db, s, ret_slot);
}

enum err address_keys_last(struct hem_db *db, int64_t *ret_slot)
{
	return get_slot(db, db_statement(&db->db, KEY_LAST), ret_slot);
}

enum err address_keys_enrolled(struct hem_db *db, const char *req_id, int64_t market_ms)
{
	return hem_db_run(db, KEY_ENROLLED, req_id, market_ms);
}

enum err address_keys_refused(struct hem_db *db, const char *req_id)
{
	return hem_db_run(db, KEY_DROP, req_id, 0);
}

enum err address_keys_prune(struct hem_db *db, int64_t slot)
{
	return hem_db_run(db, KEY_PRUNE, NULL, slot - ADDRESS_KEYS_KEEP_SLOTS);
}
