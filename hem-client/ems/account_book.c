#include "hem-client/ems/account_book.h"
#include <string.h>
#include "core/units.h"

enum err account_book_put(struct hem_db *db, const struct statement *s, int64_t begin_ms)
{
	sqlite3_stmt *put = db_statement(&db->db, MONEY_PUT);
	enum err err = hem_db_begin(db);
	int place = 1;

	if (err != ERR_OK)
		return err;
	db_bind_int(put, place++, (int64_t)s->height);
	db_bind_int(put, place++, begin_ms / MS_PER_S);
	for (int line = 0; line < MONEY_LINES; line++)
		db_bind_int(put, place++, s->money.uc[line]);
	db_bind_int(put, place++, s->money.bought_wh);
	db_bind_int(put, place++, s->money.sold_wh);
	db_bind_int(put, place++, s->wallet.balance_uc);
	db_bind_int(put, place, !home_money_is_still(&s->money));
	err = db_run(&db->db, put);
	if (err == ERR_OK)
		err = hem_db_run(db, MONEY_PRUNE, NULL,
			begin_ms / MS_PER_S - (int64_t)ACCOUNT_BOOK_DAYS * S_PER_DAY);
	return hem_db_end(db, err);
}

enum err account_book_month(struct hem_db *db, const char *month, struct invoice *ret)
{
	sqlite3_stmt *s = db_statement(&db->db, MONEY_MONTH);
	enum err err;

	db_bind_text(s, 1, month, strlen(month));
	err = db_row(&db->db, s);
	if (err == ERR_OK)
		invoice_read(s, ret);
	(void)sqlite3_reset(s);
	return err;
}
