/* ridge: a linear regression that learns sample by sample and forgets, in integers, so that it
 * comes to the same on every machine. Least squares with a ridge relative to each feature's own
 * size (Hoerl and Kennard 1970), solved by Cholesky's factors of the correlations in fixed point.
 */
#ifndef LEM_VPP_RIDGE_H
#define LEM_VPP_RIDGE_H
#include <stdbool.h>
#include <stdint.h>

/* Sums of products of three integers, and what is made of them. */
__extension__ typedef __int128 ridge_sum;

enum {
	RIDGE_FEATURES_MAX = 16,
	RIDGE_VALUE_BITS = 36, /* features and targets are within +-2^36 */
	RIDGE_WEIGHT_BITS = 32,
};

/* Weighted sums of products of features, x' W x, and with the target, x' W y. */
struct ridge {
	uint32_t count;                                       /* features */
	ridge_sum xx[RIDGE_FEATURES_MAX][RIDGE_FEATURES_MAX]; /* its lower triangle */
	ridge_sum xy[RIDGE_FEATURES_MAX], yy;
	int64_t coefficients_q32[RIDGE_FEATURES_MAX]; /* of the last ridge_solve(), x 2^32 */
};

/* An empty one of `count` features, 1..RIDGE_FEATURES_MAX. */
void ridge_init(struct ridge *ridge, uint32_t count);

/* Everything learnt so far counts `keep` / 65536 of what it did, 0..65536. What is remembered must
 * weigh less than 2^18 samples of full weight. */
void ridge_forget(struct ridge *ridge, uint32_t keep);

/* Learn one sample of that weight, 0..2^RIDGE_WEIGHT_BITS. */
void ridge_add(struct ridge *ridge, const int64_t *features, int64_t target, uint64_t weight);

/* Find the coefficients, with a ridge of `permille` thousandths, 1..1000, of each feature's own sum
 * of squares. A feature that was never anything but 0 gets 0. */
void ridge_solve(struct ridge *ridge, int permille);

/* The target for those features by the last coefficients. */
int64_t ridge_predict(const struct ridge *ridge, const int64_t *features);

#endif
