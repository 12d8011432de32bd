/* bucket: token buckets, in real time: so many at once, so many a second in the long run. */
#ifndef LEM_PLUGIN_BUCKET_H
#define LEM_PLUGIN_BUCKET_H
#include <stdbool.h>
#include <stdint.h>

/* All zeros is a full bucket that was never used. Milli-tokens, so slow rates keep their rests. */
struct bucket {
	int64_t spent_mt; /* below burst: what is missing to a full bucket */
	int64_t last_ms;
};

/* Take one token at monotonic time now_ms; false if there is none. */
static inline bool bucket_take(struct bucket *b, int64_t rate_per_s, int64_t burst, int64_t now_ms)
{
	int64_t refill_mt = (now_ms - b->last_ms) * rate_per_s;

	b->spent_mt = refill_mt >= b->spent_mt ? 0 : b->spent_mt - refill_mt;
	b->last_ms = now_ms;
	if (b->spent_mt + 1000 > burst * 1000)
		return false;
	b->spent_mt += 1000;
	return true;
}

#endif
