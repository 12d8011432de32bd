/* request: what clients send (docs/protocol.md, section 5), read strictly into a command of the
 * market, with everything that a signature check needs. Nothing here verifies a signature. */
#ifndef LEM_WIRE_REQUEST_H
#define LEM_WIRE_REQUEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/command.h"
#include "wire/form.h"
#include "wire/key.h"
#include "wire/sign.h"
#include "wire/signing.h"
#include "wire/tx_form.h"

/* X(NAME, "name on the wire", longest text in bytes, who: see enum operation_class) */
#define OPERATIONS(X)                                                                              \
	X(BID_OFFER, "bid-offer", 2048, ADDRESS)                                                   \
	X(CANCEL, "cancel", 2048, ADDRESS)                                                         \
	X(CPF, "cpf", 2048, ADDRESS)                                                               \
	X(SEAL, "seal", 2048, ADDRESS)                                                             \
	X(SCHEDULE, "schedule", 2048, ADDRESS)                                                     \
	X(LIMITS, "limits", 4096, ADDRESS)                                                         \
	X(APPROVE, "approve", 2048, ADDRESS)                                                       \
	X(TARIFF, "tariff", 4096, ADDRESS)                                                         \
	X(ACTIVATE, "activate", 2048, ADDRESS)                                                     \
	X(STATE, "state", 2048, IDENTITY)                                                          \
	X(REGISTER, "register", 2048, IDENTITY)                                                    \
	X(ADDRESSES, "addresses", 16384, IDENTITY)                                                 \
	X(WALLET, "wallet", 2048, IDENTITY)                                                        \
	X(SYNC, "sync", 2048, IDENTITY)                                                            \
	X(BASELINE, "baseline", 2048, IDENTITY)                                                    \
	X(PREFERENCE, "preference", 2048, IDENTITY)                                                \
	X(HOME_ADD, "home-add", 2048, OPERATOR)                                                    \
	X(HOME_CHANGE, "home-change", 2048, OPERATOR)                                              \
	X(HOME_REVOKE, "home-revoke", 2048, OPERATOR)                                              \
	X(DEPOSIT, "deposit", 2048, OPERATOR)                                                      \
	X(WITHDRAW, "withdraw", 2048, OPERATOR)                                                    \
	X(PARAMS_SET, "params-set", 2048, OPERATOR)

/* OPERATION_BID_OFFER, ...: the constants of the list. */
enum operation {
	OPERATION_NONE = 0,
#define X(name, text, max, who) OPERATION_##name,
	OPERATIONS(X)
#undef X
		OPERATION_COUNT,
};

/* Whose key signs it, and where it may be sent. */
enum operation_class { OPERATION_BY_ADDRESS, OPERATION_BY_IDENTITY, OPERATION_BY_OPERATOR };

enum {
	REQUEST_TEXT_MAX = 16384,
	REQUEST_INPUT_MAX = TX_BODY_MAX + SIGNING_PREFIX_MAX, /* the longer of both */
	REQUEST_NODES_MAX = 1024,
	REQ_ID_MIN = 8,
	REQ_ID_MAX = 64,
	OBSERVATION_TEXT_MAX = 64,
};

/* A key that comes with the proof that its sender has it. */
struct key_proof {
	char subject[24]; /* role name or slot in decimal, as in the signing input of kind pop */
	struct public_key key;
	uint8_t proof[SIGNATURE_LEN];
};

/* A request as read. What it points to lives in its workspace until the next reading. */
struct request {
	enum operation operation;
	char client_id[CLIENT_ID_MAX + 1];
	char req_id[REQ_ID_MAX + 1];
	int64_t date_ms;
	bool is_signed;
	uint8_t signature[SIGNATURE_LEN];
	uint8_t signature_hash[HASH_LEN];
	const char *input; /* signing input; the canonical body is its end */
	size_t input_len;
	const char *body;
	size_t body_len;
	uint8_t id[HASH_LEN];
	bool is_observation;    /* a state of another item than registers: no command */
	bool is_command;        /* `command` is to be decided; wallet and sync are not */
	struct command command; /* home, intake_seq and market_ms are not set */
	const struct key_proof *proofs;
	size_t proof_count;
	uint8_t meter_signature[SIGNATURE_LEN]; /* of a registers reading */
	const char *reading_input;
	size_t reading_input_len;
	uint8_t reading_digest[HASH_LEN];
	uint64_t sync_from, sync_to;
	char observation[3][OBSERVATION_TEXT_MAX + 1]; /* item, name, value */
};

/* Memory for one reading at a time; about 80 KiB. */
struct request_workspace {
	struct json_node nodes[REQUEST_NODES_MAX];
	char input[REQUEST_INPUT_MAX];
	char reading_input[2048 + SIGNING_PREFIX_MAX];
	struct key_proof proofs[COMMAND_ADDRESSES_MAX];
	struct slot_key slot_keys[COMMAND_ADDRESSES_MAX];
	int32_t values[NET_VALUES_MAX];
};

/* Why a request was not read. field: of the message ("parameters.bid.energy.value"), or "" ; for
 * BAD_JSON the reader's rule and place. */
struct request_error {
	char field[FORM_FIELD_MAX];
	struct json_error json;
};

_Static_assert((int)TX_BODY_MAX >= (int)REQUEST_TEXT_MAX, "the workspace holds either");

/* The operation of that name, or OPERATION_NONE; its name, NULL for NONE; the longest text; its
 * class. */
enum operation operation_from_name(const char *name);
const char *operation_name(enum operation operation);
size_t operation_text_max(enum operation operation);
enum operation_class operation_class_of(enum operation operation);

/* The operation that a message names, whatever else is wrong with it; NONE if it names none. */
enum operation request_operation(const char *text, size_t len);

/* Read a request that came in on the topic of `operation` in the market named `market`
 * ("name:16hex"). VERDICT_OK, or TOO_LARGE, BAD_JSON, BAD_FIELD, OUT_OF_RANGE, UNKNOWN_OPERATION
 * (the message names another), KEY_WEAK never: keys are only read. On refusal client_id and req_id
 * are set if they could be read, else "". */
enum verdict request_read(struct request_workspace *workspace, const char *market,
	enum operation operation, const char *text, size_t len, struct request *ret,
	struct request_error *error);

/* Read a body as it is stored: the canonical form of a request without clientId and signature. As
 * request_read(), but refuses (BAD_JSON) what is not in canonical form; signature and
 * signature_hash are the caller's to set. */
enum verdict request_read_body(struct request_workspace *workspace, const char *market,
	enum operation operation, const char *body, size_t len, struct request *ret,
	struct request_error *error);

/* The reqId of a message that is refused unread (too long, too many): where its text names one, so
 * that the sender knows which. It is told back and nothing else: the message is not even JSON for
 * sure. False: there is none. */
bool request_peek_req_id(const char *text, size_t len, char out[static REQ_ID_MAX + 1]);

#endif
