/* street: a market with homes, made offline for tests and benches: real keys, real databases, the
 * engine's own intake. Dies with a sentence when something does not work. */
#ifndef LEM_TESTS_STREET_H
#define LEM_TESTS_STREET_H
#include "engine/engine.h"
#include "wire/message.h"

enum { STREET_HOMES_MAX = 16000, STREET_PATH_MAX = 4096, STREET_ADDRESSES_MAX = 64 };

struct street_home {
	char id[16];
	struct private_key *ems, *meter;
	struct slot_secret secrets[STREET_ADDRESSES_MAX]; /* by slot */
	struct address addresses[STREET_ADDRESSES_MAX];
};

struct street {
	char dir[STREET_PATH_MAX];
	struct genesis genesis;
	struct engine *engine; /* while it is open */
	struct inspector *inspector;
	struct private_key *operator_key, *aggregator_key;
	struct street_home *homes; /* STREET_HOMES_MAX of them */
};

/* Print a sentence and exit 1. */
_Noreturn void street_die(const char *what);

/* The market's time now. */
int64_t street_market_ms(const struct street *s);

/* Open the market that `lemctl init` made in dir. */
void street_open(struct street *s, const char *dir);

/* Open its engine again after street_shut(). */
void street_reopen(struct street *s);

/* Hand a message of `user` in, offline; answers its ledger sequence (of a private one: the next).
 */
uint64_t street_hand_in(struct street *s, const char *user, enum operation operation,
	const struct out *parameters, const struct signer *signer);

/* Enrol home i with its meter, mode, money and address keys for the slots 0..slots-1. */
void street_enrol(struct street *s, size_t i, enum mode mode, int64_t money_uc, int slots);

/* Close the engine: a broker may take over. */
void street_shut(struct street *s);

/* Free all keys. */
void street_release(struct street *s);

#endif
