#include <stdio.h>
#include <string.h>
#include "core/units.h"
#include "store/csm_db.h"
#include "store/csm_statements.h"

enum { PRUNE_EVERY = 256 };

static enum err put_key(struct csm_db *csm, uint32_t home, const char *role,
	const struct enrolled_key *key, uint64_t intake_seq)
{
	struct public_key public = {.alg = (enum key_alg)key->alg, .len = key->key.len};
	char text[KEY_TEXT_MAX + 1];
	sqlite3_stmt *s;

	if (key->key.len == 0)
		return ERR_OK;
	memcpy(public.bytes, key->key.bytes, sizeof public.bytes);
	key_print(&public, text);
	s = db_statement(&csm->db, CSM_PUT_KEY);
	db_bind_text(s, 1, role, strlen(role));
	db_bind_int(s, 2, (int64_t)home);
	db_bind_text(s, 3, text, strlen(text));
	db_bind_int(s, 4, (int64_t)intake_seq);
	return db_run(&csm->db, s);
}

static enum err put_meter(struct csm_db *csm, const struct home *h, uint64_t intake_seq)
{
	sqlite3_stmt *s;

	if (h->terms.meter_serial[0] == '\0')
		return ERR_OK;
	s = db_statement(&csm->db, CSM_PUT_METER);
	db_bind_text(s, 1, h->terms.meter_serial, strlen(h->terms.meter_serial));
	db_bind_int(s, 2, (int64_t)h->number);
	db_bind_text(s, 3, h->terms.meter_type, strlen(h->terms.meter_type));
	db_bind_int(s, 4, (int64_t)intake_seq);
	return db_run(&csm->db, s);
}

enum err csm_db_end_meter(struct csm_db *csm, uint32_t home, uint64_t intake_seq)
{
	static const enum csm_statement ends[] = {CSM_END_METER, CSM_END_METER_KEY};
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < sizeof ends / sizeof *ends; i++) {
		sqlite3_stmt *s = db_statement(&csm->db, ends[i]);
		db_bind_int(s, 1, (int64_t)home);
		db_bind_int(s, 2, (int64_t)intake_seq);
		err = db_run(&csm->db, s);
	}
	return err;
}

/* What was said last; of a home that has not registered the default. */
static const struct mode_span *last_mode(const struct home *h)
{
	return &h->modes.spans[h->modes.count > 0 ? h->modes.count - 1 : 0];
}

enum err csm_db_put_home(struct csm_db *csm, const struct home *h, uint64_t intake_seq)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_PUT_HOME);
	enum err err;

	db_bind_int(s, 1, (int64_t)h->number);
	db_bind_text(s, 2, h->terms.client_id, strlen(h->terms.client_id));
	db_bind_int(s, 3, (int64_t)h->kind);
	db_bind_int(s, 4, (int64_t)h->status);
	db_bind_int(s, 5, (int64_t)last_mode(h)->mode);
	db_bind_int(s, 6, h->terms.ratings.pv_w);
	db_bind_int(s, 7, h->terms.ratings.battery_w);
	db_bind_int(s, 8, h->terms.ratings.fuse_w);
	err = db_run(&csm->db, s);
	if (err == ERR_OK)
		err = put_meter(csm, h, intake_seq);
	if (err == ERR_OK)
		err = put_key(csm, h->number, "ems", &h->ems, intake_seq);
	if (err == ERR_OK && !h->meter_due)
		err = put_key(csm, h->number, "meter", &h->meter_key, intake_seq);
	return err;
}

enum err csm_db_add_mode(
	struct csm_db *csm, const struct home *h, int64_t open_slot, uint64_t intake_seq)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_DROP_MODES);
	enum err err;

	db_bind_int(s, 1, (int64_t)h->number);
	db_bind_int(s, 2, open_slot);
	err = db_run(&csm->db, s);
	if (err != ERR_OK)
		return err;
	s = db_statement(&csm->db, CSM_INSERT_MODE);
	db_bind_int(s, 1, (int64_t)intake_seq);
	db_bind_int(s, 2, (int64_t)h->number);
	db_bind_int(s, 3, last_mode(h)->from_slot);
	db_bind_int(s, 4, (int64_t)last_mode(h)->mode);
	return db_run(&csm->db, s);
}

enum err csm_db_add_money(struct csm_db *csm, uint64_t height, int64_t begin_ms, uint32_t home,
	const struct home_money *money, int64_t balance_uc)
{
	static const enum csm_statement both[] = {CSM_INSERT_MONEY, CSM_PUT_MONTH};
	const int64_t first[] = {(int64_t)height, begin_ms / MS_PER_S};
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < sizeof both / sizeof *both; i++) {
		sqlite3_stmt *s = db_statement(&csm->db, both[i]);
		int place = 1;
		db_bind_int(s, place++, first[i]);
		db_bind_int(s, place++, (int64_t)home);
		for (int line = 0; line < MONEY_LINES; line++)
			db_bind_int(s, place++, money->uc[line]);
		db_bind_int(s, place++, money->bought_wh);
		db_bind_int(s, place++, money->sold_wh);
		db_bind_int(s, place, balance_uc);
		err = db_run(&csm->db, s);
	}
	return err;
}

enum err csm_db_add_address(struct csm_db *csm, const struct slot_key *key, uint32_t home)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_INSERT_ADDRESS);

	db_bind_int(s, 1, key->slot);
	db_bind_int(s, 2, (int64_t)home);
	db_bind_text(s, 3, key->address.text, ADDRESS_LEN);
	return db_run(&csm->db, s);
}

enum err csm_db_add_reading(struct csm_db *csm, uint32_t home, const struct reading *reading,
	uint64_t intake_seq, int64_t market_ms, enum verdict verdict)
{
	bool good = verdict == VERDICT_OK;
	sqlite3_stmt *s = db_statement(&csm->db, good ? CSM_INSERT_READING : CSM_INSERT_REFUSED);
	const char *refused = good ? "" : verdict_name(verdict);

	db_bind_int(s, 1, reading->slot);
	db_bind_int(s, 2, (int64_t)home);
	db_bind_int(s, 3, (int64_t)intake_seq);
	db_bind_int(s, 4, market_ms);
	for (int i = 0; i < REGISTER_COUNT; i++)
		db_bind_int(s, 5 + i, reading->registers.wh[i]);
	db_bind_text(s, 5 + REGISTER_COUNT, refused, strlen(refused));
	if (!good)
		db_bind_int(s, 6 + REGISTER_COUNT, CSM_REFUSED_MAX);
	return db_run(&csm->db, s);
}

enum err csm_db_add_quarter(struct csm_db *csm, uint32_t home, const struct reading *reading,
	uint64_t intake_seq, int64_t market_ms)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_INSERT_QUARTER);

	db_bind_int(s, 1, reading->slot);
	db_bind_int(s, 2, (int64_t)home);
	db_bind_int(s, 3, reading->quarter);
	db_bind_int(s, 4, (int64_t)intake_seq);
	db_bind_int(s, 5, market_ms);
	for (int i = 0; i < REGISTER_COUNT; i++)
		db_bind_int(s, 6 + i, reading->registers.wh[i]);
	return db_run(&csm->db, s);
}

enum err csm_db_meter_key(
	struct csm_db *csm, const char *serial, uint32_t *ret_home, struct public_key *ret_key)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_GET_METER_KEY);
	const void *text;
	size_t len = 0;
	enum err err;

	db_bind_text(s, 1, serial, strlen(serial));
	err = db_row(&csm->db, s);
	if (err == ERR_OK) {
		*ret_home = (uint32_t)sqlite3_column_int64(s, 0);
		text = db_column_bytes(s, 1, &len);
		err = key_parse(text, len, ret_key);
	}
	(void)sqlite3_reset(s);
	return err;
}

enum err csm_db_add_history(struct csm_db *csm, uint32_t home, const struct reading *reading,
	const uint8_t signature[static SIGNATURE_LEN])
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_INSERT_HISTORY);

	db_bind_int(s, 1, reading->slot);
	db_bind_int(s, 2, (int64_t)home);
	db_bind_int(s, 3, reading->taken_ms);
	for (int i = 0; i < REGISTER_COUNT; i++)
		db_bind_int(s, 4 + i, reading->registers.wh[i]);
	db_bind_blob(s, 4 + REGISTER_COUNT, signature, SIGNATURE_LEN);
	return db_run(&csm->db, s);
}

enum err csm_db_nets(struct csm_db *csm, int64_t slot, int64_t slot_before,
	void (*visit)(void *context, const struct home_nets *nets), void *context)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_GET_NETS);
	enum err err;

	db_bind_int(s, 1, slot);
	db_bind_int(s, 2, slot_before);
	while ((err = db_row(&csm->db, s)) == ERR_OK) {
		/* A column that is NULL reads as 0. */
		const struct home_nets n = {.metered = sqlite3_column_type(s, 0) != SQLITE_NULL,
			.metered_before = sqlite3_column_type(s, 1) != SQLITE_NULL,
			.net_wh = sqlite3_column_int64(s, 0),
			.net_before_wh = sqlite3_column_int64(s, 1),
			.home = (uint32_t)sqlite3_column_int64(s, 2)};

		visit(context, &n);
	}
	(void)sqlite3_reset(s);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err csm_db_put_baseline(struct csm_db *csm, uint32_t home, const struct net_window *w)
{
	enum err err = ERR_OK;

	for (uint32_t i = 0; err == ERR_OK && i < w->count; i++) {
		sqlite3_stmt *s = db_statement(&csm->db, CSM_PUT_BASELINE);

		db_bind_int(s, 1, w->first_slot + i);
		db_bind_int(s, 2, (int64_t)home);
		db_bind_int(s, 3, w->net_wh[i]);
		err = db_run(&csm->db, s);
	}
	return err;
}

enum err csm_db_add_wallet(struct csm_db *csm, uint64_t height, uint32_t home, int64_t balance_uc,
	int64_t held_uc, int64_t pending_uc)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_INSERT_WALLET);

	db_bind_int(s, 1, (int64_t)height);
	db_bind_int(s, 2, (int64_t)home);
	db_bind_int(s, 3, balance_uc);
	db_bind_int(s, 4, held_uc);
	db_bind_int(s, 5, pending_uc);
	return db_run(&csm->db, s);
}

enum err csm_db_add_observation(
	struct csm_db *csm, uint32_t home, int64_t market_ms, const struct request *request)
{
	sqlite3_stmt *s = db_statement(&csm->db, CSM_INSERT_OBSERVATION);
	int64_t id;
	enum err err;

	db_bind_int(s, 1, market_ms);
	db_bind_int(s, 2, (int64_t)home);
	for (int i = 0; i < 3; i++)
		db_bind_text(s, 3 + i, request->observation[i], strlen(request->observation[i]));
	err = db_run(&csm->db, s);
	id = sqlite3_last_insert_rowid(csm->db.handle);
	if (err != ERR_OK || id % PRUNE_EVERY != 0)
		return err;
	s = db_statement(&csm->db, CSM_PRUNE_OBSERVATIONS);
	db_bind_int(s, 1, id - CSM_OBSERVATIONS_MAX);
	return db_run(&csm->db, s);
}
