/* encode: the byte forms that are hashed. Integers are big-endian, negative ones in two's
 * complement; texts are padded with NUL to their fixed length (docs/protocol.md, "Leaves"). */
#ifndef LEM_CORE_ENCODE_H
#define LEM_CORE_ENCODE_H
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include "core/hash.h"

enum { ENCODE_MAX = 256 };

/* A leaf preimage under construction, in the caller's memory. */
struct encode {
	uint8_t bytes[ENCODE_MAX];
	size_t len;
};

/* Append len bytes. The whole must stay within ENCODE_MAX: the callers' layouts are constants. */
static inline void encode_bytes(struct encode *e, const void *data, size_t len)
{
	assert(len <= ENCODE_MAX - e->len);
	memcpy(e->bytes + e->len, data, len);
	e->len += len;
}

/* Append one byte. */
static inline void encode_u8(struct encode *e, unsigned value)
{
	uint8_t b = (uint8_t)value;

	encode_bytes(e, &b, 1);
}

/* Append eight bytes, most significant first. */
static inline void encode_u64(struct encode *e, uint64_t value)
{
	uint8_t b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (uint8_t)(value >> (56 - 8 * i));
	encode_bytes(e, b, sizeof b);
}

/* Append a signed integer as eight bytes in two's complement. */
static inline void encode_i64(struct encode *e, int64_t value)
{
	encode_u64(e, (uint64_t)value);
}

#endif
