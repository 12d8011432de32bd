/* assembly: one block put together from the parts in which it is sent (docs/protocol.md, section 6:
 * `blocks`). Nothing here is verified but the form: executing the block does that. */
#ifndef LEM_HEM_ASSEMBLY_H
#define LEM_HEM_ASSEMBLY_H
#include "engine/execute.h"

enum {
	ASSEMBLY_PART_MAX = 131072,   /* bytes of one part */
	ASSEMBLY_BYTES_MAX = 1 << 25, /* of a block: 32 MiB */
	ASSEMBLY_WHY_MAX = 160,
};

/* A part as it came. */
struct assembly_part {
	struct assembly_part *next;
	size_t len;
	char text[];
};

/* The block awaited, and what has come of it. All zeros is an empty one. */
struct assembly {
	uint64_t height; /* 0: none awaited */
	uint32_t next_part;
	bool complete;
	struct stored_block block; /* once part 0 is in; hash is not set */
	struct assembly_part *first, *last;
	size_t bytes;
};

/* Drop everything and await the block of that height. */
void assembly_await(struct assembly *assembly, uint64_t height);

/* Free what has come. */
void assembly_clear(struct assembly *assembly);

/* Take a part in, if it is the next of the awaited block; a repeated or foreign one is ignored.
 * name: the market's. *ret_height is the block it is of, also if ignored. ERR_FORMAT with a
 * sentence in why; ERR_LIMIT: the block is too large for this program; ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err assembly_add(struct assembly *assembly,
	const char *name, const char *text, size_t len, uint64_t *ret_height,
	char why[static ASSEMBLY_WHY_MAX]);

/* The transactions of a complete block; borrowed. Its failures: ERR_FORMAT, ERR_NOMEM. */
struct tx_source assembly_source(const struct assembly *assembly);

#endif
