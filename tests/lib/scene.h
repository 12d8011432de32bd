/* scene: clients of a street's market on a real broker, who send one message at a time and are
 * told. */
#ifndef LEM_TESTS_SCENE_H
#define LEM_TESTS_SCENE_H
#include <sys/types.h>
#include "lemctl/link.h"
#include "tests/lib/street.h"

enum { USERS = 8, TEXT_MAX = 4096, ANSWER_MS = 4000, POUR_MS = 600, FLOOD = 400 };

struct user {
	char id[40];
	const struct private_key *key;
	struct link *link;
};

struct scene {
	struct street street;
	struct user users[USERS];
	size_t user_count;
	int port;
	char cafile[STREET_PATH_MAX];
	char awaited[REQ_ID_MAX + 1]; /* "" : any reject */
	char code[64];                /* of the answer: a verdict's name */
	uint64_t seq;
	bool limited; /* RATE_LIMITED has been told */
	char last[TEXT_MAX];
	unsigned passed, failed;
};

/* The client of that id, who has joined. */
struct user *scene_user(struct scene *s, const char *id);

/* Log a client in, by its key or a code. */
void scene_join(
	struct scene *s, const char *id, const struct private_key *key, const char *password);

/* Publish text as `id` and wait for the answer to s->awaited; s->code has it. */
void scene_exchange(
	struct scene *s, const char *id, const char *topic, const char *text, size_t len);

/* Wait for the answer to s->awaited that `id` is given; s->code has it. */
void scene_await(struct scene *s, const char *id);

/* Count whether the answer is `want`; print what is wrong, or that this code was answered. */
void scene_expect(struct scene *s, const char *want, const char *what);

/* One signed request with these parameters, dated now plus off_ms. */
void scene_request(struct scene *s, const char *id, enum operation operation,
	const struct signer *signer, int64_t off_ms, const char *parameters, const char *want);

/* Send n such requests at once; they have come to the broker. Any reject is awaited. */
void scene_pour(struct scene *s, const char *id, enum operation operation,
	const struct signer *signer, const char *parameters, int n);

/* Send a message of `id` again with `to` in place of `from`, as long, and signed anew. */
void scene_alter(struct scene *s, const char *id, const struct message *m,
	const struct signer *signer, const char *from, const char *to);

/* Keep the market from writing csm.db, for less than DB_BUSY_MS; and let it go on. */
struct sqlite3 *scene_hold(struct scene *s);
void scene_let_go(struct sqlite3 *file);

/* A bid-offer of home h under its address of `slot`; tail: further parameters, from a comma on. */
void scene_bid(struct scene *s, int h, int slot, const char *type, const char *wh,
	const char *cents, const char *tail, const char *want);

/* An auction of the aggregator with these members of `contract`. */
void scene_open(struct scene *s, const char *type, const char *wh, const char *cents,
	const char *contract, const char *want);

/* An operation of home h's address of `slot` with these further parameters. */
void scene_simple(
	struct scene *s, int h, int slot, enum operation op, const char *rest, const char *want);

/* Who signs. */
struct signer by_address(const struct scene *s, int home, int slot);
struct signer by_key(const struct private_key *key);

/* Start the market's broker; its process. */
pid_t scene_start_broker(struct scene *s);

/* Let time pass until a little after a slot's begin. */
void scene_wait_for_slot(struct scene *s, int64_t slot);

/* A reading of `slot` taken off_ms beside its end; the meter's signature is spoilt if bad. */
void scene_reading(struct scene *s, int h, int64_t slot, int64_t off_ms, const int64_t *wh,
	const char *serial, bool bad, const char *want);

/* The addresses ranked for block 1, and its hash. */
void scene_ranking(struct scene *s, char ranked[3][ADDRESS_LEN + 1], char hash[80]);

#endif
