/* checked: int64_t arithmetic that says so instead of overflowing. */
#ifndef LEM_CORE_CHECKED_H
#define LEM_CORE_CHECKED_H
#include <stdbool.h>
#include <stdint.h>

/*
 * Each stores a + b, a - b or a * b in *ret and answers true; if the true result does not fit in 63
 * bits and a sign it answers false and leaves *ret as it was. ret may point at a or b's variable.
 */
__attribute__((warn_unused_result)) static inline bool checked_add(
	int64_t a, int64_t b, int64_t *ret)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return false;
	*ret = sum;
	return true;
}

/* a - b, as checked_add(). */
__attribute__((warn_unused_result)) static inline bool checked_sub(
	int64_t a, int64_t b, int64_t *ret)
{
	int64_t difference;

	if (__builtin_sub_overflow(a, b, &difference))
		return false;
	*ret = difference;
	return true;
}

/* a * b, as checked_add(). */
__attribute__((warn_unused_result)) static inline bool checked_mul(
	int64_t a, int64_t b, int64_t *ret)
{
	int64_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return false;
	*ret = product;
	return true;
}

#endif
