/* audit: what this home alone can check of a block (docs/protocol.md, section 9): that its receipts
 * were kept, and that the operator's statement fits the ledger and its own meter. */
#ifndef LEM_HEM_AUDIT_H
#define LEM_HEM_AUDIT_H
#include "core/home.h"
#include "engine/execute.h"
#include "hem-client/ems/answer.h"
#include "hem-client/ems/hem_db.h"
#include "hem-client/replica/replica.h"

enum { AUDIT_BLOCKS_MAX = 4, AUDIT_STATEMENTS_MAX = 8 };

/* What a verified block says of this home. */
struct block_facts {
	uint64_t height; /* 0: none */
	uint8_t hash[HASH_LEN];
	struct address announced; /* address of this home that announced a CPF; empty: none */
	int announced_cpf;
	bool stands;                /* the operator attested it */
	unsigned rank;              /* among the validators; 0: not elected */
	struct address elected;     /* if it is */
	int64_t poe_floor_w;        /* in force in it */
	int64_t sold_wh, bought_wh; /* delivered, in its own auctions too */
	struct home_money money;    /* moved to and from its addresses; no energy */
	bool knows_addresses;       /* of all slots whose addresses may have moved money */
	size_t delivery_count;
	struct statement_delivery deliveries[STATEMENT_DELIVERIES_MAX];
};

/* The audit of one home; filled as blocks and statements come. */
struct audit {
	const struct genesis *genesis; /* borrowed, as all of these */
	struct hem_db *db;
	const struct ledger *const *ledger; /* where the replica's stands; NULL: no replica */
	enum err err;                       /* of the block under execution */
	struct block_facts now;             /* of it */
	struct block_facts blocks[AUDIT_BLOCKS_MAX];       /* by height modulo */
	struct statement statements[AUDIT_STATEMENTS_MAX]; /* not checked yet; height 0: free */
	uint64_t sealed_height;
	struct block_fault fault; /* the first contradiction found */
};

/* Begin. ledger: NULL without a replica. */
void audit_init(struct audit *audit, const struct genesis *genesis, struct hem_db *db,
	const struct ledger *const *ledger);

/* What follows the replica's blocks. */
struct replica_follower audit_follower(struct audit *audit);

/* The facts of a verified block, or NULL if they are gone. */
const struct block_facts *audit_block(const struct audit *audit, uint64_t height);

/* Keep a statement until its block has been verified; without a replica check it at once. */
__attribute__((warn_unused_result)) enum err audit_statement(
	struct audit *audit, const struct statement *statement);

/* Check the statements that wait for this block, now verified. Contradictions go to audit->fault.
 */
__attribute__((warn_unused_result)) enum err audit_check(struct audit *audit, uint64_t height);

#endif
