/* ledger_ear: transactions of the ledger out of what the market tells everyone - `offers`, blocks,
 * and blocks that were asked for - each with its signature verified. What of them it hears comes in
 * no order and more than once. */
#ifndef LEM_LEMCTL_LEDGER_EAR_H
#define LEM_LEMCTL_LEDGER_EAR_H
#include "wire/genesis.h"
#include "wire/json.h"
#include "wire/ledger_tx.h"
#include "wire/sign.h"

enum { LEDGER_EAR_TEXT_MAX = 131072, LEDGER_EAR_NODES_MAX = 65536 };

/* One that listens to some roles of a market. Zeros before ledger_ear_open(). */
struct ledger_ear {
	const struct genesis *genesis;
	void (*take)(void *context, const struct tx *tx);
	void *context;
	struct verify_key *keys[PARAMS_ROLES_MAX]; /* of the roles */
	struct json_node *nodes;
	struct ledger_tx_workspace *workspace;
};

/* Give what schedules, limits and answers it hears to take(). ERR_NOMEM; errors as
 * verify_key_new(). ledger_ear_close() in any case. */
__attribute__((warn_unused_result)) enum err ledger_ear_open(struct ledger_ear *ear,
	const struct genesis *genesis, void (*take)(void *context, const struct tx *tx),
	void *context);
void ledger_ear_close(struct ledger_ear *ear);

/* Take in a message: of `offers`, or a part of a block. *ret_height: of a block's last part its
 * height, else 0. What cannot be read, or is not signed by its role, is passed over. */
void ledger_ear_hear(struct ledger_ear *ear, const char *text, size_t len, uint64_t *ret_height);

#endif
