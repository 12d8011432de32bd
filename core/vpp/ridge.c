#include "core/vpp/ridge.h"
#include <assert.h>
#include <stddef.h>

enum { UNIT_BITS = 30, Q_BITS = 32, KEEP_BITS = 16, SUM_BITS = 124, COEFFICIENT_BITS = 48 };

#define UNIT (INT64_C(1) << UNIT_BITS)

/* The normal equations in correlations, x 2^UNIT_BITS. */
struct system {
	uint32_t count;
	int64_t factor[RIDGE_FEATURES_MAX][RIDGE_FEATURES_MAX]; /* at last the lower factor */
	int64_t right[RIDGE_FEATURES_MAX];                      /* at last the solution */
	/* Roots of the sums of squares. */
	ridge_sum size[RIDGE_FEATURES_MAX], target_size;
};

void ridge_init(struct ridge *r, uint32_t count)
{
	assert(count > 0 && count <= RIDGE_FEATURES_MAX);
	*r = (struct ridge){.count = count};
}

static ridge_sum kept(ridge_sum sum, uint32_t keep)
{
	/* In two parts, so that the product stays within the sum's bits. */
	ridge_sum high = sum / (1 << KEEP_BITS);
	ridge_sum low = sum % (1 << KEEP_BITS);

	return high * keep + low * keep / (1 << KEEP_BITS);
}

void ridge_forget(struct ridge *r, uint32_t keep)
{
	assert(keep <= 1u << KEEP_BITS);
	for (uint32_t i = 0; i < r->count; i++) {
		for (uint32_t j = 0; j <= i; j++)
			r->xx[i][j] = kept(r->xx[i][j], keep);
		r->xy[i] = kept(r->xy[i], keep);
	}
	r->yy = kept(r->yy, keep);
}

void ridge_add(struct ridge *r, const int64_t *x, int64_t y, uint64_t weight)
{
	assert(weight <= UINT64_C(1) << RIDGE_WEIGHT_BITS);
	for (uint32_t i = 0; i < r->count; i++) {
		ridge_sum wx = (ridge_sum)x[i] * (int64_t)weight;

		for (uint32_t j = 0; j <= i; j++)
			r->xx[i][j] += wx * x[j];
		r->xy[i] += wx * y;
	}
	r->yy += (ridge_sum)y * y * (int64_t)weight;
}

/* The whole root of a sum that is not negative (Newton's method from above). */
static ridge_sum root(ridge_sum v)
{
	ridge_sum x = 1;

	if (v < 2)
		return v;
	while (x <= v / x)
		x *= 2;
	for (;;) {
		ridge_sum next = (x + v / x) / 2;

		if (next >= x)
			return x;
		x = next;
	}
}

/* a x 2^UNIT_BITS / b, for |a| at most a little more than b. */
static int64_t ratio(ridge_sum a, ridge_sum b)
{
	/* Both are brought down until the shift fits; what is lost is far below 2^-UNIT_BITS. */
	while (b > (ridge_sum)1 << (SUM_BITS - UNIT_BITS)) {
		a /= 2;
		b /= 2;
	}
	return b > 0 ? (int64_t)(a * UNIT / b) : 0;
}

static void correlate(const struct ridge *r, struct system *s, int permille)
{
	s->count = r->count;
	s->target_size = root(r->yy);
	for (uint32_t i = 0; i < r->count; i++)
		s->size[i] = root(r->xx[i][i]);
	for (uint32_t i = 0; i < r->count; i++) {
		for (uint32_t j = 0; j < i; j++)
			s->factor[i][j] = ratio(r->xx[i][j], s->size[i] * s->size[j]);
		s->factor[i][i] = UNIT / 1000 * (1000 + permille);
		s->right[i] = ratio(r->xy[i], s->size[i] * s->target_size);
	}
}

/* One element of a factor or a solution: (left - sum of a[k] x b[k x step]) / pivot. */
static ridge_sum less_products(
	int64_t left, const int64_t *a, const int64_t *b, uint32_t step, uint32_t count)
{
	ridge_sum sum = (ridge_sum)left * UNIT;

	for (uint32_t k = 0; k < count; k++)
		sum -= (ridge_sum)a[k] * b[(size_t)k * step];
	return sum;
}

/* factor x factor' = correlations, in place. */
static void factorise(struct system *s)
{
	for (uint32_t j = 0; j < s->count; j++) {
		int64_t *row = s->factor[j];
		ridge_sum d = less_products(row[j], row, row, 1, j);

		/* The ridge keeps it well above 0, but for rounding. */
		row[j] = d > 0 ? (int64_t)root(d) : 1;
		for (uint32_t i = j + 1; i < s->count; i++) {
			int64_t *below = s->factor[i];

			below[j] = (int64_t)(less_products(below[j], below, row, 1, j) / row[j]);
		}
	}
}

/* Forwards through the factor, then backwards through its transpose. */
static void substitute(struct system *s)
{
	int64_t *z = s->right;

	for (uint32_t i = 0; i < s->count; i++)
		z[i] = (int64_t)(less_products(z[i], s->factor[i], z, 1, i) / s->factor[i][i]);
	for (uint32_t i = s->count; i-- > 0;) {
		uint32_t after = s->count - 1 - i;
		const int64_t *column = after > 0 ? &s->factor[i + 1][i] : NULL;

		z[i] = (int64_t)(less_products(z[i], &z[i + 1], column, RIDGE_FEATURES_MAX, after) /
				 s->factor[i][i]);
	}
}

void ridge_solve(struct ridge *r, int permille)
{
	struct system s = {.count = 0};

	assert(permille >= 1 && permille <= 1000);
	correlate(r, &s, permille);
	factorise(&s);
	substitute(&s);
	for (uint32_t i = 0; i < r->count; i++) {
		const ridge_sum most = (ridge_sum)1 << COEFFICIENT_BITS;
		ridge_sum c = s.size[i] == 0 ? 0
					     : s.right[i] * s.target_size *
						       (1 << (Q_BITS - UNIT_BITS)) / s.size[i];

		r->coefficients_q32[i] = (int64_t)(c > most ? most : c < -most ? -most : c);
	}
}

int64_t ridge_predict(const struct ridge *r, const int64_t *x)
{
	ridge_sum sum = 0;

	for (uint32_t i = 0; i < r->count; i++)
		sum += (ridge_sum)r->coefficients_q32[i] * x[i];
	return (int64_t)(sum / (INT64_C(1) << Q_BITS));
}
