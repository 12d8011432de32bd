/* key_cache: public keys made ready for verification, the recent ones, for one thread. Making a key
 * ready costs about as much as a verification; no result of a verification is ever kept. */
#ifndef LEM_ENGINE_KEY_CACHE_H
#define LEM_ENGINE_KEY_CACHE_H
#include <stdbool.h>
#include "wire/sign.h"

struct key_cache;

/* A cache of 2^bits keys. ERR_NOMEM. */
__attribute__((warn_unused_result)) enum err key_cache_new(unsigned bits, struct key_cache **ret);
void key_cache_free(struct key_cache *cache);

/* The key made ready; borrowed until the next call. NULL if it is weak or memory is short. */
const struct verify_key *key_cache_get(struct key_cache *cache, const struct public_key *key);

#endif
