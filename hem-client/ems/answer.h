/* answer: what the market tells a home beside receipts and blocks (docs/protocol.md, section 6),
 * read strictly. */
#ifndef LEM_HEM_ANSWER_H
#define LEM_HEM_ANSWER_H
#include "core/auction.h"
#include "core/market.h"
#include "store/ledger_db.h"
#include "wire/form.h"
#include "wire/request.h"
#include "wire/sign.h"

enum {
	ANSWER_TEXT_MAX = 65536,
	ANSWER_WHY_MAX = 160,
	REJECT_RULE_MAX = 128,
	STATEMENT_DELIVERIES_MAX = 256,
};

/* Why a message was not accepted. */
struct reject {
	char req_id[REQ_ID_MAX + 1]; /* "": it could not be read */
	int number;                  /* enum verdict, perhaps one that this program does not know */
	char code[32];
	char rule[REJECT_RULE_MAX];
	char field[FORM_FIELD_MAX];
	int64_t market_ms;
	int64_t retry_after_ms; /* 0: not told */
};

/* What became of an order when its gate closed. Unsigned: a block proves it later. */
struct award {
	uint64_t order, auction;
	struct address address;
	int64_t slot;
	enum order_status outcome; /* ORDER_AWARDED, ORDER_LOST, ORDER_VOID */
	int64_t quantity_wh, price_mc_per_kwh, amount_uc, marginal_mc_per_kwh;
	int64_t cut_wh;           /* of the auction, by a limit of the network's; 0: none */
	enum network_role cut_by; /* whose */
};

/* An auction that opens or ends. */
struct auction_event {
	uint64_t auction;
	bool opened; /* else the rest is not set */
	struct contract contract;
	struct address opener;
};

/* A home's money as the operator signs it. */
struct wallet_answer {
	char req_id[REQ_ID_MAX + 1];
	struct wallet wallet;
	uint64_t height; /* of the last closed block */
	int64_t market_ms;
};

/* What the home is scheduled to draw; signature verified. */
struct baseline_answer {
	struct net_window window; /* borrows net_wh of the same */
	uint64_t intake_seq;      /* of what was said of a slot the greatest counts */
	int32_t net_wh[SCHEDULE_SLOTS_MAX];
};

/* What the market attested of one award. */
struct statement_delivery {
	uint64_t order;
	int64_t wh;
	enum delivery_why why;
};

/* How the operator sees this home at the close of a block; signature verified. */
struct statement {
	uint64_t height;
	uint8_t header_hash[HASH_LEN];
	int64_t slot; /* the settled one */
	bool metered;
	int64_t production_wh, consumption_wh;
	int cpf_hundredths;     /* 0: none */
	struct address address; /* under which a CPF was announced; empty: none */
	bool eligible;
	struct home_modes modes;
	struct home_money money; /* of this block */
	struct wallet wallet;
	size_t delivery_count;
	struct statement_delivery deliveries[STATEMENT_DELIVERIES_MAX];
};

/* The newest header as announced; the signature is not checked here: the block's is. */
struct head {
	struct stored_block block;
	uint64_t sealed_height;
};

/* Read one of them. ERR_FORMAT with a sentence in why: the form is wrong or, of what is signed
 * (wallet, statement), the signature; ERR_CRYPTO, ERR_NOMEM. *ret is then worthless. */
__attribute__((warn_unused_result)) enum err reject_read(
	const char *text, size_t len, struct reject *ret, char why[static ANSWER_WHY_MAX]);
__attribute__((warn_unused_result)) enum err award_read(
	const char *text, size_t len, struct award *ret, char why[static ANSWER_WHY_MAX]);
__attribute__((warn_unused_result)) enum err auction_event_read(
	const char *text, size_t len, struct auction_event *ret, char why[static ANSWER_WHY_MAX]);
__attribute__((warn_unused_result)) enum err head_read(const char *text, size_t len,
	const char *name, struct head *ret, char why[static ANSWER_WHY_MAX]);
__attribute__((warn_unused_result)) enum err wallet_answer_read(const char *text, size_t len,
	const struct verify_key *operator_key, const char *market, struct wallet_answer *ret,
	char why[static ANSWER_WHY_MAX]);
__attribute__((warn_unused_result)) enum err baseline_answer_read(const char *text, size_t len,
	const struct verify_key *operator_key, const char *market, const char *client_id,
	struct baseline_answer *ret, char why[static ANSWER_WHY_MAX]);
__attribute__((warn_unused_result)) enum err statement_read(const char *text, size_t len,
	const struct verify_key *operator_key, const char *market, struct statement *ret,
	char why[static ANSWER_WHY_MAX]);

#endif
