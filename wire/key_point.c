#include "wire/key_point.h"
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <stdbool.h>
#include <string.h>

enum err key_point_check_p256(const uint8_t bytes[static KEY_P256_LEN])
{
	EC_GROUP *group = NULL;
	EC_POINT *point = NULL;
	enum err err = ERR_FORMAT;

	if (bytes[0] != POINT_CONVERSION_COMPRESSED && bytes[0] != POINT_CONVERSION_COMPRESSED + 1)
		return ERR_FORMAT;
	group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	point = group ? EC_POINT_new(group) : NULL;
	if (!point) {
		err = ERR_NOMEM;
		goto out;
	}
	/* Refuses x not below p and x of no point. */
	if (EC_POINT_oct2point(group, point, bytes, KEY_P256_LEN, NULL) == 1)
		err = ERR_OK;
	else if (ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE)
		err = ERR_NOMEM;
out:
	EC_POINT_free(point);
	EC_GROUP_free(group);
	ERR_clear_error();
	return err;
}

/* The curve -x^2 + y^2 = 1 + d x^2 y^2 over the integers modulo p = 2^255 - 19. */
struct edwards {
	BN_CTX *ctx;
	BIGNUM *p, *d, *one, *y2, *x2, *num, *den;
};

static bool edwards_init(struct edwards *e)
{
	static const char d[] = "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3";
	static const char p[] = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";

	e->ctx = BN_CTX_new();
	if (!e->ctx)
		return false;
	BN_CTX_start(e->ctx);
	e->p = BN_CTX_get(e->ctx);
	e->d = BN_CTX_get(e->ctx);
	e->one = BN_CTX_get(e->ctx);
	e->y2 = BN_CTX_get(e->ctx);
	e->x2 = BN_CTX_get(e->ctx);
	e->num = BN_CTX_get(e->ctx);
	e->den = BN_CTX_get(e->ctx); /* NULL if any before it is */
	return e->den && BN_hex2bn(&e->p, p) && BN_hex2bn(&e->d, d) && BN_one(e->one);
}

static void edwards_release(struct edwards *e)
{
	if (e->ctx)
		BN_CTX_end(e->ctx);
	BN_CTX_free(e->ctx);
}

/* x^2 and y^2 from y: x^2 = (y^2 - 1) / (d y^2 + 1), whose denominator is never 0, since -1/d is no
 * square. */
static bool edwards_squares(struct edwards *e, const BIGNUM *y)
{
	return BN_mod_sqr(e->y2, y, e->p, e->ctx) &&
	       BN_mod_sub(e->num, e->y2, e->one, e->p, e->ctx) &&
	       BN_mod_mul(e->den, e->d, e->y2, e->p, e->ctx) &&
	       BN_mod_add(e->den, e->den, e->one, e->p, e->ctx) &&
	       BN_mod_inverse(e->den, e->den, e->p, e->ctx) &&
	       BN_mod_mul(e->x2, e->num, e->den, e->p, e->ctx);
}

/* y of twice the point: (y^2 + x^2) / (1 - d x^2 y^2), and by the curve's equation the denominator
 * is 2 + x^2 - y^2, which is never 0 on it. */
static bool edwards_double(struct edwards *e, BIGNUM *y)
{
	return edwards_squares(e, y) && BN_mod_add(e->num, e->y2, e->x2, e->p, e->ctx) &&
	       BN_mod_sub(e->den, e->x2, e->y2, e->p, e->ctx) &&
	       BN_mod_add(e->den, e->den, e->one, e->p, e->ctx) &&
	       BN_mod_add(e->den, e->den, e->one, e->p, e->ctx) &&
	       BN_mod_inverse(e->den, e->den, e->p, e->ctx) &&
	       BN_mod_mul(y, e->num, e->den, e->p, e->ctx);
}

static enum err check_y(struct edwards *e, BIGNUM *y)
{
	int square;

	if (BN_cmp(y, e->p) >= 0)
		return ERR_FORMAT;
	if (!edwards_squares(e, y))
		return ERR_NOMEM;
	square = BN_kronecker(e->x2, e->p, e->ctx); /* 0, 1: x exists; -1: no point */
	if (square == -2)
		return ERR_NOMEM;
	if (square == -1)
		return ERR_FORMAT;
	for (int i = 0; i < 3; i++)
		if (!edwards_double(e, y))
			return ERR_NOMEM;
	/* Only the neutral point has y = 1. */
	return BN_is_one(y) ? ERR_FORMAT : ERR_OK;
}

enum err key_point_check_ed25519(const uint8_t bytes[static KEY_ED25519_LEN])
{
	struct edwards e = {0};
	uint8_t y_bytes[KEY_ED25519_LEN];
	BIGNUM *y = NULL;
	enum err err = ERR_NOMEM;

	memcpy(y_bytes, bytes, sizeof y_bytes);
	y_bytes[KEY_ED25519_LEN - 1] &= 0x7F; /* the top bit is the sign of x */
	y = BN_lebin2bn(y_bytes, sizeof y_bytes, NULL);
	if (y && edwards_init(&e))
		err = check_y(&e, y);
	BN_free(y);
	edwards_release(&e);
	ERR_clear_error();
	return err;
}
