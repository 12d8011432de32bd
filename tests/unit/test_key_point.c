#include <string.h>
#include "tests/lib/vectors.h"
#include "wire/key_point.h"
#include "wire/text.h"

/* y as a key, counted up from 0, or down from 2^256 - 1 if below 0. */
static enum err check_y(int y, uint8_t sign)
{
	uint8_t key[KEY_ED25519_LEN];

	memset(key, y < 0 ? 0xFF : 0, sizeof key);
	key[0] = (uint8_t)y;
	key[31] = (uint8_t)((key[31] & 0x7F) | sign << 7);
	return key_point_check_ed25519(key);
}

static bool is_among(int n, const int *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == n)
			return true;
	return false;
}

static void ed25519_points_lie_on_the_curve(void **state)
{
	static const int on_curve[] = {
		3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 19, 21, 23, 24, 25, 26, 27, 28, 29, 30};

	(void)state;
	for (int y = 2; y <= 31; y++)
		for (uint8_t sign = 0; sign <= 1; sign++)
			assert_int_equal(check_y(y, sign),
				is_among(y, on_curve, sizeof on_curve / sizeof *on_curve)
					? ERR_OK
					: ERR_FORMAT);
}

static void ed25519_y_is_below_p(void **state)
{
	/* p - k is on the curve for the k above; 2^255 - 19 - k is the byte 0xED - k. */
	static const int on_curve[] = {3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 19};

	(void)state;
	for (int k = 2; k <= 19; k++)
		for (uint8_t sign = 0; sign <= 1; sign++)
			assert_int_equal(check_y(0xED - 256 - k, sign),
				is_among(k, on_curve, sizeof on_curve / sizeof *on_curve)
					? ERR_OK
					: ERR_FORMAT);
	for (int y = 0xED - 256; y < 0; y++) {
		assert_int_equal(check_y(y, 0), ERR_FORMAT);
		assert_int_equal(check_y(y, 1), ERR_FORMAT);
	}
}

static enum err check_hex(const char *hex)
{
	uint8_t key[KEY_ED25519_LEN];
	size_t len = 0;

	assert_true(text_hex_read(hex, 64, key, sizeof key, &len));
	assert_int_equal(len, sizeof key);
	return key_point_check_ed25519(key);
}

static void ed25519_points_of_low_order_are_refused(void **state)
{
	/* The order of the point: 1, 2, 4 and 8. */
	static const char *const low[] = {
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	};

	(void)state;
	for (size_t i = 0; i < sizeof low / sizeof *low; i++)
		assert_int_equal(check_hex(low[i]), ERR_FORMAT);
	/* The base point, and its sum with the fifth above: of a great order both. */
	assert_int_equal(
		check_hex("5866666666666666666666666666666666666666666666666666666666666666"),
		ERR_OK);
	assert_int_equal(
		check_hex("da99e28ba529cdde35a25fba9059e78ecaee239f99755b9b1aa4f65df00803e2"),
		ERR_OK);
}

static void foreign_list_of_keys_to_refuse(void **state)
{
	size_t len;
	char *text = vectors_read(vectors_path("vectors/ed25519_reject_keys.txt"), &len);
	unsigned refused = 0;

	(void)state;
	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strspn(line, "0123456789abcdef") < 64)
			continue;
		assert_int_equal(check_hex(line), ERR_FORMAT);
		refused++;
	}
	assert_int_equal(refused, 14);
	free(text);
}

/* x as a key, counted up from 0, or as p - k if k is given. */
static enum err check_x(uint8_t first, uint8_t x, uint8_t k)
{
	uint8_t key[KEY_P256_LEN] = {0};

	if (k > 0) {
		memset(key + 1, 0xFF, 4);
		key[8] = 1;
		memset(key + 21, 0xFF, 12);
		key[32] = (uint8_t)(0xFF - k + x);
	} else {
		key[32] = x;
	}
	key[0] = first;
	return key_point_check_p256(key);
}

static void p256_points_lie_on_the_curve(void **state)
{
	static const int low[] = {0, 5, 6, 8, 9, 12, 13, 17};
	static const int high[] = {3, 4, 5, 6, 7};

	(void)state;
	for (int x = 0; x < 20; x++) {
		enum err want = is_among(x, low, 8) ? ERR_OK : ERR_FORMAT;

		assert_int_equal(check_x(2, (uint8_t)x, 0), want);
		assert_int_equal(check_x(3, (uint8_t)x, 0), want);
	}
	for (int k = 1; k < 10; k++)
		assert_int_equal(
			check_x(2, 0, (uint8_t)k), is_among(k, high, 5) ? ERR_OK : ERR_FORMAT);
}

static void p256_x_is_below_p(void **state)
{
	uint8_t key[KEY_P256_LEN];

	(void)state;
	/* p itself, whose residue 0 is on the curve. */
	assert_int_equal(check_x(2, 1, 1), ERR_FORMAT);
	assert_int_equal(check_x(2, 0, 0), ERR_OK);
	memset(key, 0xFF, sizeof key);
	key[0] = 2;
	assert_int_equal(key_point_check_p256(key), ERR_FORMAT);
}

static void p256_points_are_compressed(void **state)
{
	(void)state;
	for (int first = 0; first < 256; first++)
		assert_int_equal(check_x((uint8_t)first, 5, 0),
			first == 2 || first == 3 ? ERR_OK : ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ed25519_points_lie_on_the_curve),
		cmocka_unit_test(ed25519_y_is_below_p),
		cmocka_unit_test(ed25519_points_of_low_order_are_refused),
		cmocka_unit_test(foreign_list_of_keys_to_refuse),
		cmocka_unit_test(p256_points_lie_on_the_curve),
		cmocka_unit_test(p256_x_is_below_p),
		cmocka_unit_test(p256_points_are_compressed),
	};

	return cmocka_run_group_tests_name("key_point", tests, NULL, NULL);
}
