/* There is no other way to seed OpenSSL 3.0's generator. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "demo/year/seed.h"
#include <openssl/rand.h>
#include <stddef.h>
#include <string.h>
#include "wire/clock.h"
#include "wire/sign.h"

static uint64_t state;
static int64_t stands_at_ms = -1;
static bool checks = true;

uint64_t seed_next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

static int draw(unsigned char *out, int len)
{
	for (int at = 0; at < len; at += (int)sizeof(uint64_t)) {
		uint64_t bits = seed_next();
		size_t left = (size_t)(len - at);
		memcpy(out + at, &bits, left < sizeof bits ? left : sizeof bits);
	}
	return 1;
}

static int is_ready(void)
{
	return 1;
}

bool seed_begin(uint64_t seed, int64_t real_ms)
{
	static const RAND_METHOD dice = {.bytes = draw, .pseudorand = draw, .status = is_ready};

	state = seed;
	stands_at_ms = real_ms;
	return RAND_set_rand_method(&dice) == 1;
}

void seed_check_signatures(bool check)
{
	checks = check;
}

/* By these names the linker knows what it wraps, and what takes its place. */
int64_t machine_real_ms(void) __asm__("__real_clock_real_ms");
int64_t still_real_ms(void) __asm__("__wrap_clock_real_ms");
enum err read_key(const struct public_key *key, struct verify_key **ret_key) __asm__(
	"__real_verify_key_new");
enum err trust_new(const struct public_key *key, struct verify_key **ret_key) __asm__(
	"__wrap_verify_key_new");
void free_key(struct verify_key *key) __asm__("__real_verify_key_free");
void trust_free(struct verify_key *key) __asm__("__wrap_verify_key_free");
enum verify_result check_by_key(const struct verify_key *key, const uint8_t digest[static 32],
	const void *input, size_t input_len,
	const uint8_t sig[static SIGNATURE_LEN]) __asm__("__real_verify_key_check");
enum verify_result trust_check(const struct verify_key *key, const uint8_t digest[static 32],
	const void *input, size_t input_len,
	const uint8_t sig[static SIGNATURE_LEN]) __asm__("__wrap_verify_key_check");

int64_t still_real_ms(void)
{
	return stands_at_ms < 0 ? machine_real_ms() : stands_at_ms;
}

/* A key that nothing is checked with need not be read: that costs more than the check. */
static struct verify_key *unread(void)
{
	static char place;

	return (struct verify_key *)(void *)&place;
}

enum err trust_new(const struct public_key *key, struct verify_key **ret_key)
{
	if (checks)
		return read_key(key, ret_key);
	*ret_key = unread();
	return ERR_OK;
}

void trust_free(struct verify_key *key)
{
	if (key != unread())
		free_key(key);
}

enum verify_result trust_check(const struct verify_key *key, const uint8_t digest[static 32],
	const void *input, size_t input_len, const uint8_t sig[static SIGNATURE_LEN])
{
	if (!checks || key == unread())
		return VERIFY_OK;
	return check_by_key(key, digest, input, input_len, sig);
}
