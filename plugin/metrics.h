/* metrics: the market's counters, for Prometheus as a text file and for MQTT under $SYS/broker/lem.
 */
#ifndef LEM_PLUGIN_METRICS_H
#define LEM_PLUGIN_METRICS_H
#include "engine/engine.h"
#include "wire/out.h"

enum { METRICS_TEXT_MAX = 16384, METRICS_EVERY_MS = 10000 };

/* What is known at one moment; filled by metrics_take(). */
struct metrics {
	const char *market; /* its bare name; borrowed */
	struct engine_counts counts;
	uint64_t refused_unread; /* by the broker's thread: RATE_LIMITED, TOO_LARGE, BUSY */
	uint64_t height, sealed_height;
	uint64_t homes, addresses, auctions, orders;
	uint64_t post_bytes; /* publications that wait for the broker's thread */
	bool clock_unbelieved;
};

/* Read them off. */
void metrics_take(struct metrics *ret, const struct engine *engine, uint64_t refused_unread,
	uint64_t post_bytes);

/* Write all in the text format of Prometheus (version 0.0.4), each with HELP and TYPE. */
void metrics_write(const struct metrics *metrics, struct out *out);

/* Replace the file at path in one step. ERR_IO: it is as it was. */
__attribute__((warn_unused_result)) enum err metrics_save(
	const struct metrics *metrics, const char *path);

/* Put the counters into the outbox as retained decimal numbers, $SYS/broker/lem/height and so on.
 */
void metrics_publish(const struct metrics *metrics, struct outbox *outbox);

#endif
