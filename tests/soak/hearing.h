/* hearing: what a home of a soak is told, and what is measured by it. */
#ifndef LEM_SOAK_HEARING_H
#define LEM_SOAK_HEARING_H
#include "tests/soak/prosumer.h"

/* A message has come for that home. Receipts are verified, counted and kept; heads and blocks give
 * the lateness of their slot; awards will be delivered; open auctions are considered. Dies of a
 * message that cannot be read. */
void hearing_take(struct prosumer *prosumer, const char *topic, size_t topic_len,
	const char *payload, size_t len);

#endif
