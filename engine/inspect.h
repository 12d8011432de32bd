/* inspect: a request from its bytes to a command with every signature verified, or a refusal. Used
 * by the broker's verifier threads, each with its own inspector, and by tools. */
#ifndef LEM_ENGINE_INSPECT_H
#define LEM_ENGINE_INSPECT_H
#include "engine/keyring.h"
#include "wire/control.h"
#include "wire/genesis.h"
#include "wire/request.h"

enum { INSPECT_KEYS_BITS = 12 }; /* verification keys kept ready, per inspector */

struct inspector;

/* A request that is form-valid and signed by whom it should be. Owns its memory. */
struct inspected {
	enum operation operation;
	char client_id[CLIENT_ID_MAX + 1];
	char req_id[REQ_ID_MAX + 1];
	uint32_t home;
	int64_t date_ms;
	uint8_t id[HASH_LEN];
	uint8_t signature[SIGNATURE_LEN];
	bool is_signed;
	bool is_observation, is_command;
	struct control_tag tag; /* how its answer is to be marked; zeros: not by $CONTROL */
	struct command command;
	uint64_t sync_from, sync_to;
	char observation[3][OBSERVATION_TEXT_MAX + 1];
	size_t body_len;
	void *borrowed; /* what command borrows: keys of `addresses`, values of `schedule` and
			   `baseline` */
	char body[];    /* canonical, NUL-terminated */
};

/* Why not. */
struct inspect_refusal {
	enum verdict verdict;
	char client_id[CLIENT_ID_MAX + 1]; /* whom to tell: the session's user */
	char req_id[REQ_ID_MAX + 1];       /* "" if it could not be read */
	char field[FORM_FIELD_MAX];
	char rule[FORM_FIELD_MAX]; /* a sentence that says more than the verdict's, or "" */
	struct control_tag tag;    /* as of struct inspected */
};

/* What an inspection hands to the market: an inspected request, a question, or a refusal. */
struct verified {
	enum operation operation;
	struct inspected *inspected; /* NULL: one of the others */
	struct control_query query;  /* CONTROL_NO_QUERY: a refusal */
	struct control_tag tag;      /* of a question */
	struct inspect_refusal refusal;
};

/* keyring and market id are borrowed. ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err inspector_new(struct keyring *keyring,
	const char *market, enum key_alg address_alg, struct inspector **ret);
void inspector_free(struct inspector *inspector);

/* Whether that user is the operator. */
bool inspector_knows_operator(const struct inspector *inspector, const char *user);

/* Inspect a message of `user` that came on the topic of `operation`. On VERDICT_OK *ret is the
 * caller's to inspected_free(); else *refusal says why. Checks in the order of docs/protocol.md,
 * section 5, up to the signature. */
enum verdict inspect(struct inspector *inspector, const char *user, enum operation operation,
	const char *text, size_t len, struct inspected **ret, struct inspect_refusal *refusal);

/* Say in *ret where a text was refused with that verdict. */
void inspect_explain(
	const struct request_error *error, enum verdict verdict, struct inspect_refusal *ret);

/* Free what inspect() made; NULL-safe. */
void inspected_free(struct inspected *inspected);

/* Free what inspections hand over; NULL-safe. */
void verified_free(struct verified *verified);

#endif
