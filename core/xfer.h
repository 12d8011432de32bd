/* xfer: one description of a state serves to write it and to read it back, so the two cannot drift
 * apart. Little is assumed: integers are 8 or 4 bytes little-endian, so a snapshot moves between
 * machines. */
#ifndef LEM_CORE_XFER_H
#define LEM_CORE_XFER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Writing: bytes may be NULL or too small; len then still counts what is needed. Reading: bad is
 * set when the bytes end early or a value is out of its bounds, and everything read after that is
 * 0. */
struct xfer {
	uint8_t *bytes;
	size_t size, len;
	bool reading;
	bool bad;
};

/* Transfer n raw bytes. */
static inline void xfer_bytes(struct xfer *x, void *data, size_t n)
{
	bool fits = x->len <= x->size && n <= x->size - x->len;

	if (x->reading && (!fits || x->bad)) {
		x->bad = true;
		memset(data, 0, n);
		return;
	}
	if (fits && x->reading)
		memcpy(data, x->bytes + x->len, n);
	else if (fits)
		memcpy(x->bytes + x->len, data, n);
	x->len += n;
}

/* Transfer an integer. */
static inline void xfer_u64(struct xfer *x, uint64_t *value)
{
	uint8_t b[8];

	for (int i = 0; i < 8; i++)
		b[i] = (uint8_t)(*value >> (8 * i));
	xfer_bytes(x, b, sizeof b);
	*value = 0;
	for (int i = 0; i < 8; i++)
		*value |= (uint64_t)b[i] << (8 * i);
}

/* Transfer a signed integer. */
static inline void xfer_i64(struct xfer *x, int64_t *value)
{
	uint64_t u = (uint64_t)*value;

	xfer_u64(x, &u);
	*value = (int64_t)u;
}

/* Transfer a signed integer of 32 bits as four bytes. */
static inline void xfer_i32(struct xfer *x, int32_t *value)
{
	uint32_t u = (uint32_t)*value;
	uint8_t b[4];

	for (int i = 0; i < 4; i++)
		b[i] = (uint8_t)(u >> (8 * i));
	xfer_bytes(x, b, sizeof b);
	u = 0;
	for (int i = 0; i < 4; i++)
		u |= (uint32_t)b[i] << (8 * i);
	*value = (int32_t)u;
}

/* Transfer a count that must not exceed max. */
static inline void xfer_count(struct xfer *x, uint32_t *value, uint32_t max)
{
	uint64_t u = *value;

	xfer_u64(x, &u);
	if (x->reading && u > max) {
		x->bad = true;
		u = 0;
	}
	*value = (uint32_t)u;
}

/* Transfer an int, enum or bool through an int64_t: XFER_INT(x, lvalue). */
#define XFER_INT(x, place)                                                                         \
	do {                                                                                       \
		int64_t xfer_value_ = (int64_t)(place);                                            \
		xfer_i64((x), &xfer_value_);                                                       \
		(place) = (__typeof__(place))xfer_value_;                                          \
	} while (0)

#endif
