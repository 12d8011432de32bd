/* block: the end of a slot: settlement, reward, closing of addresses, election, roots. */
#ifndef LEM_CORE_BLOCK_H
#define LEM_CORE_BLOCK_H
#include "core/header.h"
#include "core/ledger.h"

/* Whether the open block may be closed. OUT_OF_PHASE: the clock has not struck its end;
 * ATTESTATION_MISSING: the delivery of order *seq has not been attested; BAD_SEQ: sequence *seq has
 * been missing for longer than any gate can be away. */
enum verdict block_close_check(const struct ledger *ledger, uint64_t *seq);

/* Close the open block, in this order: payments and penalties of the last slot's deliveries, by
 * order sequence; the reward for the last block's seal; the closing of the last slot's addresses;
 * the election of this block's validators; the roots. Fills *header. It cannot fail. */
void block_close(struct ledger *ledger, const struct result_sink *sink, struct header *header);

/* The closed block's header has this hash: the next block is open. */
void block_chain(struct ledger *ledger, const uint8_t header_hash[HASH_LEN]);

#endif
