/* tx_form: the parameters of ledger transactions, from JSON into struct tx and back. */
#ifndef LEM_WIRE_TX_FORM_H
#define LEM_WIRE_TX_FORM_H
#include <stdbool.h>
#include <stddef.h>
#include "core/tx.h"
#include "wire/form.h"
#include "wire/genesis.h"
#include "wire/key.h"
#include "wire/net_form.h"

/* Room for what struct tx borrows: the address keys of one TX_ADMIT, the set of one TX_PARAMS. */
struct tx_room {
	struct address addresses[TX_ADMIT_KEYS_MAX];
	struct address_key keys[TX_ADMIT_KEYS_MAX];
	const struct genesis *genesis; /* of the market: TX_PARAMS is of no market without it */
	struct genesis changed;
};

/* The longest body of an operator's transaction: an admit of TX_ADMIT_KEYS_MAX keys. */
enum { TX_BODY_MAX = 128 + TX_ADMIT_KEYS_MAX * 48 };

/* How deep a body is nested: that of TX_PARAMS, by a role. */
enum { TX_BODY_DEPTH = 5 };

/* Read the `parameters` of a transaction of tx->kind into *tx. Kinds of the operator only where
 * room is given, and signed ones where values is, which schedules and limits borrow; the other may
 * be NULL.
 * Failures are the form's. */
void tx_form_read(struct form *form, uint32_t parameters, struct tx *tx, struct tx_room *room,
	int32_t values[NET_VALUES_MAX]);

/* Read a member that is an address: 26 characters of base32. */
void tx_form_address(
	struct form *form, struct form_object *object, const char *name, struct address *out);

/* Read {"unit":...,"value":...} of energy, 1..ENERGY_WH_MAX Wh (0 too if zero_allowed). */
void tx_form_energy(struct form *form, struct form_object *object, const char *path,
	const char *name, bool zero_allowed, int64_t *out_wh);

/* The address of a key. */
void tx_form_key_address(const struct address_key *key, struct address *out);

/* Write the canonical body of an operator's transaction, with a final NUL; returns its length, or 0
 * if it does not fit. genesis: the market's, of which TX_PARAMS keeps what is fixed; else it may be
 * NULL. */
size_t tx_form_write(const struct tx *tx, const struct genesis *genesis, char *out, size_t size);

#endif
