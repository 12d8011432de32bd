/* ledger_rows: the results of execution as rows of ledger.db. */
#ifndef LEM_STORE_LEDGER_ROWS_H
#define LEM_STORE_LEDGER_ROWS_H
#include "store/ledger_db.h"

/* The statements of ledger.db; their texts stand in ledger_db.c. */
enum ledger_statement {
	INSERT_GENESIS,
	INSERT_ACCOUNT,
	INSERT_CLOSING,
	INSERT_TX,
	INSERT_AUCTION,
	INSERT_AUCTION_END,
	INSERT_ORDER,
	INSERT_ORDER_END,
	INSERT_AWARD,
	INSERT_DELIVERY,
	INSERT_TRANSFER,
	INSERT_RANKING,
	INSERT_SEAL,
	INSERT_SCHEDULE,
	INSERT_SCHEDULE_TERMS,
	INSERT_LIMIT,
	INSERT_APPROVAL,
	INSERT_AUCTION_CUT,
	INSERT_BLOCK,
	SET_APPLIED,
	GET_APPLIED,
	GET_GENESIS,
	GET_HEIGHT,
	GET_BLOCK,
	GET_TXS,
	GET_SEALED,
	LEDGER_STATEMENT_COUNT,
};

/* Run an insert, unless an earlier one failed or the rows are there already. */
void ledger_row_put(struct ledger_db *ledger_db, sqlite3_stmt *statement);

/* Write an account's row. */
void ledger_row_account(
	struct ledger_db *ledger_db, const struct account *account, uint64_t height);

#endif
