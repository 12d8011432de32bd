/* verifier: a thread that checks what clients send: form, keys, signatures. */
#ifndef LEM_PLUGIN_VERIFIER_H
#define LEM_PLUGIN_VERIFIER_H
#include <pthread.h>
#include <stdatomic.h>
#include "engine/inspect_control.h"
#include "plugin/queue.h"

/* What may wait for one verifier: messages, and their bytes. */
enum { VERIFIER_QUEUE_MAX = 4096, VERIFIER_BYTES_MAX = 8 << 20 };

/* One verifier. All zeros: not started. */
struct verifier {
	pthread_t thread;
	bool started;
	struct queue queue;
	atomic_size_t waiting_bytes;
	struct queue *verified; /* borrowed: where it hands on */
	struct inspector *inspector;
	struct control_reader *reader; /* of the operator's documents */
};

/* Start the thread. ERR_NOMEM, ERR_LIMIT; verifier_stop() in any case. */
__attribute__((warn_unused_result)) enum err verifier_start(struct verifier *verifier,
	struct keyring *keyring, const struct genesis *genesis, struct queue *verified);

/* Take no more: the thread ends with what it has in hand. */
void verifier_close(struct verifier *verifier);

/* After verifier_close(), and with `verified` closed: wait for its end, free what is left. */
void verifier_stop(struct verifier *verifier);

/* Hand in a copied message of `user`. operation NONE: an operator's document. False if
 * it would be more than may wait. */
bool verifier_submit(struct verifier *verifier, const char *user, enum operation operation,
	const void *payload, size_t len);

#endif
