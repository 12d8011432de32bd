/*
 * office: the market behind the broker: verifier threads and the one market thread, with bounded
 * queues between them and the broker's thread.
 *
 *   broker thread --office_submit()--> verifier --> market --> office_collect() in the tick
 *
 * The broker's thread never waits here: a full queue is an answer (BUSY).
 */
#ifndef LEM_PLUGIN_OFFICE_H
#define LEM_PLUGIN_OFFICE_H
#include "engine/engine.h"
#include "plugin/options.h"
#include "plugin/post.h"

enum { OFFICE_VERIFIED_MAX = 1024 }; /* requests waiting for the market */

struct office;

/* Open the market in options->state_dir and start the threads; the calling thread is the broker's,
 * which is woken by `wake_signal`. ERR_* with a sentence in why. */
__attribute__((warn_unused_result)) enum err office_open(const struct options *options,
	int wake_signal, struct office **ret, char why[static ENGINE_WHY_MAX]);

/* Stop the threads, commit what was taken, close. NULL-safe. */
void office_close(struct office *office);

/* What the broker's thread may read at any time. */
struct keyring *office_keyring(struct office *office);
const struct genesis *office_genesis(const struct office *office);

/* Hand in a copied message of `user`. operation NONE: an operator's document. False if
 * the queue is full. */
bool office_submit(struct office *office, const char *user, enum operation operation,
	const void *payload, size_t len);

/* Count a request that was refused without office_submit(), or by it. */
void office_count_refused(struct office *office);

/* Take up to max publications for the broker to send (each the caller's to free()), in order; *more
 * tells whether others wait. */
struct publication *office_collect(struct office *office, size_t max, bool *more);

/* Count a line that the caller does not write into the log. */
void office_leave_out(struct office *office);

/* Take the next waiting log line; false if there is none. */
bool office_log_line(struct office *office, struct post_line *ret);

#endif
