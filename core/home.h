/* home: one client of the market: a home with its certified meter, a role, or the operator. All of
 * it is private. */
#ifndef LEM_CORE_HOME_H
#define LEM_CORE_HOME_H
#include <stdbool.h>
#include <stdint.h>
#include "core/address.h"
#include "core/hash.h"
#include "core/home_baseline.h"
#include "core/home_mode.h"
#include "core/home_money.h"
#include "core/index.h"
#include "core/meter.h"
#include "core/quarters.h"
#include "core/params.h"
#include "core/shares.h"

enum {
	CLIENT_ID_MIN = 3,
	CLIENT_ID_MAX = 32,  /* [a-z0-9] */
	METER_TEXT_MAX = 32, /* type and serial: [A-Za-z0-9._-] */
	RATING_W_MAX = 10000000,
	HOMES_MAX = 16384, /* roles and the operator included */
	HOMES_INDEX_BITS = 15,
	HOME_ACCOUNTS_MAX = 20, /* live addresses of one home: horizon + 3 at most */
	HOME_ENROLLED_MAX = 96, /* addresses of one home waiting for their slot */
	RATING_STAYS = -1,      /* in a change: this rating stays as it is */
	PREFERENCES_MAX = 4,    /* of one home in one open slot */
};
_Static_assert(HOMES_MAX * 2 <= 1 << HOMES_INDEX_BITS, "the index stays half empty");

/* What a client is; it never changes. The numbers are stored in csm.db. */
enum client_kind { CLIENT_HOME = 1, CLIENT_ROLE = 2, CLIENT_OPERATOR = 3 };

/* Enrolled by the operator, with keys on record, or shut out for good. Stored in csm.db. */
enum home_status { HOME_INVITED = 1, HOME_REGISTERED = 2, HOME_REVOKED = 3 };

/* What the operator says when enrolling a home. */
struct home_terms {
	char client_id[CLIENT_ID_MAX + 1];
	char meter_type[METER_TEXT_MAX + 1];
	char meter_serial[METER_TEXT_MAX + 1];
	struct ratings ratings;
	uint8_t code_hash[HASH_LEN]; /* SHA-256 of the one-time code */
};

/* What the operator corrects of it. */
struct home_change {
	char client_id[CLIENT_ID_MAX + 1];
	struct ratings ratings; /* RATING_STAYS where one stays */
	bool new_meter;         /* the rest counts: another meter, whose key comes with a code */
	char meter_type[METER_TEXT_MAX + 1];
	char meter_serial[METER_TEXT_MAX + 1];
	uint8_t code_hash[HASH_LEN];
	struct mode_span mode; /* mode 0: it stays */
};

/* A key as enrolled; alg as in wire/key.h, opaque here. */
struct enrolled_key {
	int alg;
	struct address_key key;
};

/* One client: what the operator fixed, its keys, its meter, its money, its addresses. */
struct home {
	enum client_kind kind;
	enum home_status status;
	struct home_modes modes;
	/* How often it said its mode in that open slot; not kept in snapshots: nothing at their
	 * edge, where a slot opens. */
	int64_t preferences_slot;
	uint32_t preferences;
	uint32_t number;       /* its place in the table, for ever */
	uint64_t role_account; /* of a role */
	struct home_terms terms;
	struct enrolled_key ems; /* the identity key */
	struct enrolled_key meter_key;
	/* Its meter has been replaced: meter_key is the old one's and counts no more, kept so that
	 * it is not brought again. Until the new one's key comes. */
	bool meter_due;
	struct meter meter;
	struct home_quarters quarters;
	/* By which its next reading is judged: the most that counted since meter.base. */
	struct ratings reading_ratings;
	int64_t wallet_uc; /* money not in an address's account; may be below zero by penalties */
	/* That money, or what a role's account has, at the close of the last block, and of the last
	 * sealed one; less what was withdrawn since. */
	int64_t wallet_closed_uc;
	int64_t wallet_sealed_uc;
	int64_t shut_held_uc;      /* promised in answers to sealed books */
	uint64_t announced_height; /* open block in which a CPF was announced; 0: none */
	uint64_t announced_account;
	uint64_t accounts[HOME_ACCOUNTS_MAX]; /* live addresses, oldest first */
	uint32_t account_count;
	uint32_t enrolled_count;
	struct home_baseline baseline;
	struct shares shares; /* while closing: what is not given to an award yet */
	struct home_money
		money; /* of the open block; not kept in snapshots: nothing at their edge */
};

/* The table of clients; a row's place is the client's number for ever. */
struct homes {
	struct home rows[HOMES_MAX];
	uint32_t count;
	struct index by_client;
	struct index_cell cells[INDEX_CELLS(HOMES_INDEX_BITS)];
};

/* An empty table. *homes must be all zeros. */
void homes_init(struct homes *homes);

/* The client of that id, or NULL. */
const struct home *home_find(const struct homes *homes, const char *client_id);
struct home *home_edit(struct homes *homes, uint32_t number);

/* Whether one more client of that id (and, if serial is not "", that meter) could be added: OK,
 * BAD_FIELD (form of an id or a meter's text), OUT_OF_RANGE (a rating), EXISTS, TOO_MANY; *field
 * says which. */
enum verdict home_add_check(
	const struct homes *homes, const struct home_terms *terms, const char **field);

/* What `clientId`, `meter_type` and `meter_serial` may hold, as a sentence; "" for other fields. */
const char *home_text_rule(const char *field);

/* Add a client that home_add_check() lets in; returns its number. */
uint32_t home_add(struct homes *homes, enum client_kind kind, const struct home_terms *terms);

/* Whether a client of that table may be changed so: OK, UNKNOWN_HOME (none, or no home), REVOKED,
 * OUT_OF_RANGE (a rating), BAD_FIELD (form of a meter's text), EXISTS (another home's meter);
 * *field says which. */
enum verdict home_change_check(
	const struct homes *homes, const struct home_change *change, const char **field);

/* Make a change that home_change_check() lets in. */
void home_change_apply(struct home *home, const struct home_change *change);

/* Whether a reading of the home's meter is accepted, of a slot's end or within it: as meter_check()
 * and quarters_check(). */
enum verdict home_check_reading(const struct home *home, const struct params *params,
	int64_t open_slot, int64_t now_ms, const struct reading *reading, const char **field);

/* Take in a reading that home_check_reading() accepts: after the end of a slot the next is judged
 * by the ratings in force. */
void home_accept_reading(struct home *home, const struct reading *reading);

/* Whether both are the same key; one of length 0 is none, and equals nothing. */
bool enrolled_key_equal(const struct enrolled_key *a, const struct enrolled_key *b);

/* Whether any client but `except` has this key enrolled in any place. */
bool home_key_known(const struct homes *homes, const struct enrolled_key *key, uint32_t except);

/* Whether text is 3..32 of [a-z0-9]. */
bool client_id_valid(const char *text);

/* Whether text is at most METER_TEXT_MAX of [A-Za-z0-9._-]; "" is: of a client without a meter. */
bool meter_text_valid(const char *text);

#endif
