/* assembly: one block put together from the parts in which it is sent (docs/protocol.md, section 6:
 * `blocks`), in a file without a name, so that a block of any size costs a home's memory one part.
 * Nothing here is verified but the form: executing the block does that. */
#ifndef LEM_HEM_ASSEMBLY_H
#define LEM_HEM_ASSEMBLY_H
#include "engine/execute.h"

enum { ASSEMBLY_PART_MAX = 131072, ASSEMBLY_WHY_MAX = 160 }; /* bytes of one part */

/* Of a block: beyond what a market's largest could be. */
#define ASSEMBLY_BYTES_MAX (UINT64_C(1) << 31)

/* The block awaited, and what has come of it. */
struct assembly {
	int fd;          /* -1: not open */
	char *part;      /* ASSEMBLY_PART_MAX, one part while it is read */
	uint64_t height; /* 0: none awaited */
	uint32_t next_part;
	bool complete;
	struct stored_block block; /* once part 0 is in; hash is not set */
	uint64_t bytes;            /* in the file: each part's length, then its text */
};

/* Open an empty one, its file in `folder`. ERR_IO, ERR_NOMEM; assembly_close() in any case. */
__attribute__((warn_unused_result)) enum err assembly_open(
	struct assembly *assembly, const char *folder);

/* Close; the file is gone. Also one of all zeros, or that could not be opened. */
void assembly_close(struct assembly *assembly);

/* Drop everything and await the block of that height. */
void assembly_await(struct assembly *assembly, uint64_t height);

/* Take a part in, if it is the next of the awaited block; a repeated or foreign one is ignored.
 * name: the market's. *ret_height is the block it is of, also if ignored. ERR_FORMAT with a
 * sentence in why; ERR_LIMIT: no block is that large; ERR_IO: the disk is full or failing;
 * ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err assembly_add(struct assembly *assembly,
	const char *name, const char *text, size_t len, uint64_t *ret_height,
	char why[static ASSEMBLY_WHY_MAX]);

/* The transactions of a complete block; borrowed. Its failures: ERR_FORMAT,
 * ERR_IO, ERR_NOMEM. */
struct tx_source assembly_source(const struct assembly *assembly);

#endif
