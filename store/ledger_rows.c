#include "store/ledger_rows.h"
#include <string.h>
#include "wire/header_form.h"

void ledger_row_put(struct ledger_db *l, sqlite3_stmt *s)
{
	if (l->err == ERR_OK && !l->muted)
		l->err = db_run(&l->db, s);
}

void ledger_row_account(struct ledger_db *l, const struct account *a, uint64_t height)
{
	sqlite3_stmt *s = db_statement(&l->db, INSERT_ACCOUNT);

	db_bind_int(s, 1, (int64_t)a->number);
	db_bind_text(s, 2, a->address.text, strlen(a->address.text));
	db_bind_int(s, 3, a->slot);
	db_bind_blob(s, 4, a->key.bytes, a->key.len);
	db_bind_int(s, 5, (int64_t)height);
	ledger_row_put(l, s);
}

static void add_auction(struct ledger_db *l, const struct auction *a)
{
	sqlite3_stmt *s = db_statement(&l->db, INSERT_AUCTION);
	const struct contract *c = &a->contract;

	db_bind_int(s, 1, (int64_t)a->seq);
	db_bind_int(s, 2, (int64_t)a->opener);
	db_bind_int(s, 3, (int64_t)c->side);
	db_bind_int(s, 4, (int64_t)c->rule);
	db_bind_int(s, 5, (int64_t)c->measure);
	db_bind_int(s, 6, (int64_t)c->book);
	db_bind_int(s, 7, c->quantity_wh);
	db_bind_int(s, 8, c->limit_mc_per_kwh);
	db_bind_int(s, 9, c->limit_inclusive);
	db_bind_int(s, 10, c->min_quantity_wh);
	db_bind_int(s, 11, c->penalty_mc_per_kwh);
	db_bind_int(s, 12, c->gate_ms);
	db_bind_int(s, 13, c->slot);
	ledger_row_put(l, s);
}

static void add_auction_end(struct ledger_db *l, const struct result *r)
{
	sqlite3_stmt *s = db_statement(&l->db, INSERT_AUCTION_END);
	const struct auction *a = r->u.auction.auction;

	db_bind_int(s, 1, (int64_t)a->seq);
	db_bind_int(s, 2, (int64_t)r->height);
	db_bind_int(s, 3, (int64_t)a->status);
	db_bind_int(s, 4, a->cleared_wh);
	db_bind_int(s, 5, a->cleared_uc);
	db_bind_int(s, 6, a->marginal_mc_per_kwh);
	db_bind_int(s, 7, r->u.auction.best_losing_mc_per_kwh);
	ledger_row_put(l, s);
	if (a->cut_wh == 0)
		return;
	s = db_statement(&l->db, INSERT_AUCTION_CUT);
	db_bind_int(s, 1, (int64_t)a->seq);
	db_bind_int(s, 2, (int64_t)r->height);
	db_bind_int(s, 3, a->cut_wh);
	db_bind_int(s, 4, a->cut_by);
	db_bind_int(s, 5, !a->cut_unscheduled);
	ledger_row_put(l, s);
}

static void add_order(struct ledger_db *l, const struct result *r)
{
	sqlite3_stmt *s = db_statement(&l->db, INSERT_ORDER);
	const struct order *o = r->u.order.order;

	db_bind_int(s, 1, (int64_t)o->seq);
	db_bind_int(s, 2, (int64_t)r->u.order.auction->seq);
	db_bind_int(s, 3, (int64_t)o->account);
	db_bind_int(s, 4, o->quantity_wh);
	db_bind_int(s, 5, o->price_mc_per_kwh);
	db_bind_int(s, 6, o->all_or_nothing);
	ledger_row_put(l, s);
}

static void add_order_row(struct ledger_db *l, enum ledger_statement which, const struct result *r,
	const int64_t *values, int count)
{
	sqlite3_stmt *s = db_statement(&l->db, which);

	db_bind_int(s, 1, (int64_t)r->u.order.order->seq);
	db_bind_int(s, 2, (int64_t)r->height);
	for (int i = 0; i < count; i++)
		db_bind_int(s, 3 + i, values[i]);
	ledger_row_put(l, s);
}

static void add_transfer(struct ledger_db *l, const struct result *r)
{
	sqlite3_stmt *s;

	if (l->height != r->height) {
		l->height = r->height;
		l->transfers = 0;
	}
	s = db_statement(&l->db, INSERT_TRANSFER);
	db_bind_int(s, 1, (int64_t)r->height);
	db_bind_int(s, 2, (int64_t)++l->transfers);
	db_bind_int(s, 3, (int64_t)r->u.transfer.from);
	db_bind_int(s, 4, (int64_t)r->u.transfer.to);
	db_bind_int(s, 5, r->u.transfer.amount_uc);
	db_bind_int(s, 6, (int64_t)r->u.transfer.order);
	db_bind_int(s, 7, (int64_t)r->u.transfer.why);
	ledger_row_put(l, s);
}

static void add_validator(struct ledger_db *l, const struct result *r)
{
	bool seal = r->kind == RESULT_VALIDATED;
	sqlite3_stmt *s = db_statement(&l->db, seal ? INSERT_SEAL : INSERT_RANKING);
	int at = 1;

	db_bind_int(s, at++, (int64_t)r->u.validator.height);
	if (seal)
		db_bind_int(s, at++, (int64_t)r->u.validator.account->number);
	db_bind_int(s, at++, (int64_t)r->u.validator.rank);
	if (!seal)
		db_bind_int(s, at++, (int64_t)r->u.validator.account->number);
	db_bind_int(s, at++, r->u.validator.cpf_hundredths);
	db_bind_int(s, at++, r->u.validator.rewarded);
	if (seal)
		db_bind_int(s, at, (int64_t)l->seq);
	ledger_row_put(l, s);
}

static void add_closing(struct ledger_db *l, const struct result *r)
{
	sqlite3_stmt *s = db_statement(&l->db, INSERT_CLOSING);

	db_bind_int(s, 1, (int64_t)r->u.account->number);
	db_bind_int(s, 2, (int64_t)r->height);
	ledger_row_put(l, s);
}

static void add_schedule(struct ledger_db *l, const struct schedule *schedule)
{
	if (schedule->approvals.silence) {
		sqlite3_stmt *s = db_statement(&l->db, INSERT_SCHEDULE_TERMS);

		db_bind_int(s, 1, (int64_t)schedule->seq);
		db_bind_int(s, 2, schedule->approvals.deadline_ms);
		db_bind_int(s, 3, (int64_t)schedule->approvals.silence);
		ledger_row_put(l, s);
	}
	for (uint32_t i = 0; i < schedule->count; i++) {
		sqlite3_stmt *s = db_statement(&l->db, INSERT_SCHEDULE);

		db_bind_int(s, 1, (int64_t)schedule->seq);
		db_bind_int(s, 2, schedule->first_slot + i);
		db_bind_int(s, 3, schedule->net_wh[i]);
		ledger_row_put(l, s);
	}
}

static void add_limits(struct ledger_db *l, uint64_t seq, const struct limits_window *w)
{
	for (uint32_t i = 0; i < w->count; i++) {
		sqlite3_stmt *s = db_statement(&l->db, INSERT_LIMIT);

		db_bind_int(s, 1, (int64_t)seq);
		db_bind_int(s, 2, w->first_slot + i);
		db_bind_int(s, 3, w->import_wh[i]);
		db_bind_int(s, 4, w->export_wh[i]);
		ledger_row_put(l, s);
	}
}

static void add_approval(struct ledger_db *l, const struct result *r)
{
	sqlite3_stmt *s = db_statement(&l->db, INSERT_APPROVAL);

	db_bind_int(s, 1, (int64_t)r->u.answer.seq);
	db_bind_int(s, 2, (int64_t)r->u.answer.schedule);
	db_bind_int(s, 3, (int64_t)r->u.answer.role);
	db_bind_int(s, 4, (int64_t)r->u.answer.verdict);
	ledger_row_put(l, s);
}

static void emit(void *context, const struct result *r)
{
	struct ledger_db *l = context;
	const struct order *o = r->u.order.order;

	switch (r->kind) {
	case RESULT_AWARD:
		add_order_row(l, INSERT_AWARD, r,
			(const int64_t[]){o->awarded_wh, o->award_mc_per_kwh, o->award_uc}, 3);
		break;
	case RESULT_DELIVERY:
		add_order_row(l, INSERT_DELIVERY, r, (const int64_t[]){o->delivered_wh, o->why}, 2);
		break;
	case RESULT_TRANSFER:
		add_transfer(l, r);
		break;
	case RESULT_ACCOUNT_OPENED:
		ledger_row_account(l, r->u.account, r->height);
		break;
	case RESULT_ACCOUNT_CLOSED:
		add_closing(l, r);
		break;
	case RESULT_AUCTION_OPENED:
		add_auction(l, r->u.auction.auction);
		break;
	case RESULT_AUCTION_ENDED:
		add_auction_end(l, r);
		break;
	case RESULT_ORDER_ADDED:
		add_order(l, r);
		break;
	case RESULT_ORDER_ENDED:
		add_order_row(l, INSERT_ORDER_END, r, (const int64_t[]){(int64_t)o->status}, 1);
		break;
	case RESULT_RANKED:
	case RESULT_VALIDATED:
		add_validator(l, r);
		break;
	case RESULT_SCHEDULED:
		add_schedule(l, r->u.schedule);
		break;
	case RESULT_LIMITED:
		add_limits(l, r->u.limits.seq, r->u.limits.window);
		break;
	case RESULT_ANSWERED:
		add_approval(l, r);
		break;
	}
}

struct result_sink ledger_db_sink(struct ledger_db *l)
{
	return (struct result_sink){.emit = emit, .context = l};
}

void ledger_db_add_tx(struct ledger_db *l, const struct tx *tx, uint64_t account, uint64_t height,
	const struct stored_tx *stored)
{
	sqlite3_stmt *s = db_statement(&l->db, INSERT_TX);

	l->seq = tx->seq;
	db_bind_int(s, 1, (int64_t)tx->seq);
	db_bind_int(s, 2, (int64_t)height);
	db_bind_int(s, 3, (int64_t)tx->kind);
	db_bind_int(s, 4, tx->market_ms);
	if (account)
		db_bind_int(s, 5, (int64_t)account);
	db_bind_blob(s, 6, tx->id, HASH_LEN);
	db_bind_text(s, 7, stored->body, stored->body_len);
	db_bind_blob(s, 8, stored->signature, stored->is_signed ? SIGNATURE_LEN : 0);
	ledger_row_put(l, s);
}

void ledger_db_add_block(struct ledger_db *l, const struct stored_block *b, const char *name)
{
	sqlite3_stmt *s = db_statement(&l->db, INSERT_BLOCK);
	char header[HEADER_TEXT_MAX];
	size_t len = header_write(&b->header, name, header);

	db_bind_int(s, 1, (int64_t)b->header.height);
	db_bind_int(s, 2, b->header.time_ms);
	db_bind_int(s, 3, b->header.flags);
	db_bind_int(s, 4, (int64_t)b->header.tx_count);
	db_bind_text(s, 5, header, len);
	db_bind_blob(s, 6, b->hash, HASH_LEN);
	db_bind_blob(s, 7, b->operator_signature, SIGNATURE_LEN);
	ledger_row_put(l, s);
}

void ledger_db_set_applied(struct ledger_db *l, uint64_t applied_seq)
{
	sqlite3_stmt *s = db_statement(&l->db, SET_APPLIED);

	db_bind_int(s, 1, (int64_t)applied_seq);
	ledger_row_put(l, s);
}
