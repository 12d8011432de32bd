/* seed: a year that can be lived again: the same dice and the same moment for every run, so that
 * keys, message ids, signatures, and with them the elections' ties, come out the same. Keys made
 * so are worth nothing: this is for simulations alone.
 *
 * The program is linked with --wrap for the two functions of wire/ that seed.c takes the place of.
 */
#ifndef LEM_DEMO_YEAR_SEED_H
#define LEM_DEMO_YEAR_SEED_H
#include <stdbool.h>
#include <stdint.h>

/* Draw all random numbers of this process, OpenSSL's too, from this seed from now on, and let the
 * real clock stand at that time (Unix ms). False: OpenSSL does not allow it. */
__attribute__((warn_unused_result)) bool seed_begin(uint64_t seed, int64_t real_ms);

/* The next 64 bits (splitmix64). */
uint64_t seed_next(void);

/* Whether signatures are checked where they arrive; false: they are all made, and believed. At
 * first they are checked. */
void seed_check_signatures(bool check);

#endif
