/* message: what a home sends (docs/protocol.md, section 5): written in canonical form and signed.
 */
#ifndef LEM_WIRE_MESSAGE_H
#define LEM_WIRE_MESSAGE_H
#include "core/contract.h"
#include "core/meter.h"
#include "core/schedule.h"
#include "wire/slot_secret.h"
#include "wire/out.h"
#include "wire/private_key.h"
#include "wire/request.h"

/* Who signs: one of the two is set. Borrowed. */
struct signer {
	const struct private_key *key;
	const struct slot_secret *secret;
};

/* A message ready to be sent; text is its owner's to message_release(). */
struct message {
	enum operation operation;
	char req_id[REQ_ID_MAX + 1];
	uint8_t tx_id[HASH_LEN];
	char *text; /* NUL-terminated */
	size_t len;
};

/* A key to be enrolled, with the proof of its possession. */
struct message_key {
	int64_t slot; /* of an address key; else the role counts */
	const char *role;
	struct public_key key;
	uint8_t proof[SIGNATURE_LEN];
};

/* Terms of a bid-offer; an opening takes the market's defaults. cpf_hundredths 0: none. */
struct message_bid {
	const char *address;
	enum side side;
	int64_t energy_wh;
	int64_t price_mc_per_kwh;
	uint64_t auction; /* 0: open one */
	int cpf_hundredths;
	uint64_t activation; /* that an opening answers; 0: none */
	bool names_slot;     /* a role's opening names its delivery slot */
	int64_t slot;
	enum measure measure; /* of an opening; 0: the market's */
};

/* Draw an id of 128 random bits as 22 characters. ERR_CRYPTO. */
__attribute__((warn_unused_result)) enum err message_draw_id(char out[static REQ_ID_MAX + 1]);

/* Sign with whichever key the signer has; errors as sign_input(). */
__attribute__((warn_unused_result)) enum err signer_sign(const struct signer *signer,
	const void *input, size_t input_len, uint8_t sig[static SIGNATURE_LEN]);

/* Put a message together under a new reqId. parameters: the canonical JSON of that member.
 * ERR_CRYPTO, ERR_NOMEM, ERR_LIMIT (longer than the operation allows); *ret is then untouched. */
__attribute__((warn_unused_result)) enum err message_make(enum operation operation,
	const char *client_id, const char *market, int64_t date_ms, const struct out *parameters,
	const struct signer *signer, struct message *ret);

/* Free the text; an empty message is allowed. */
void message_release(struct message *message);

/* Write the canonical parameters of each operation. What does not fit makes out->full. */
void message_write_bid(struct out *out, const struct message_bid *bid);
void message_write_cancel(struct out *out, const char *address, uint64_t order);
void message_write_cpf(struct out *out, const char *address, int cpf_hundredths);
void message_write_seal(struct out *out, const char *address, uint64_t height,
	const uint8_t header_hash[static HASH_LEN]);
void message_write_schedule(struct out *out, const char *address, const struct net_window *window);
void message_write_baseline(
	struct out *out, const char *client_id, const struct net_window *window);
void message_write_register(struct out *out, const char *code, enum mode mode,
	const struct message_key *keys, size_t n);
void message_write_addresses(struct out *out, const struct message_key *keys, size_t n);
void message_write_preference(struct out *out, const struct mode_span *span);
void message_write_sync(struct out *out, uint64_t from, uint64_t to);

/* Write a reading with the meter's signature over it. Errors as sign_input(). */
__attribute__((warn_unused_result)) enum err message_write_reading(struct out *out,
	const char *market, const char *meter_serial, const struct reading *reading,
	const struct private_key *meter_key);

/* Prove possession of a key to be enrolled: sets key->proof. subject: role name or slot. */
__attribute__((warn_unused_result)) enum err message_prove(const char *client_id,
	const char *market, const char *subject, const struct signer *signer,
	struct message_key *key);

#endif
