#include "wire/quantity.h"
#include <stdio.h>
#include <string.h>

#define DECIMAL_MAX INT64_C(100000000000000000) /* 10^17 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool decimal_read(const char *text, unsigned decimals, int64_t *ret)
{
	const char *c = text;
	int64_t value = 0;
	unsigned behind = 0;

	if (!is_digit(*c) || (c[0] == '0' && is_digit(c[1])))
		return false;
	for (; is_digit(*c) && value <= DECIMAL_MAX; c++)
		value = value * 10 + (*c - '0');
	if (*c == '.') {
		for (c++; is_digit(*c) && behind < decimals && value <= DECIMAL_MAX; c++, behind++)
			value = value * 10 + (*c - '0');
		if (behind == 0)
			return false;
	}
	for (; behind < decimals && value <= DECIMAL_MAX; behind++)
		value *= 10;
	if (*c != '\0' || value > DECIMAL_MAX)
		return false;
	*ret = value;
	return true;
}

void decimal_write(int64_t value, unsigned decimals, char out[static QUANTITY_TEXT_MAX])
{
	int64_t scale = 1;
	size_t len;

	for (unsigned i = 0; i < decimals; i++)
		scale *= 10;
	snprintf(out, QUANTITY_TEXT_MAX, "%lld", (long long)(value / scale));
	if (value % scale == 0)
		return;
	len = strlen(out);
	snprintf(out + len, QUANTITY_TEXT_MAX - len, ".%0*lld", (int)decimals,
		(long long)(value % scale));
	for (len = strlen(out); out[len - 1] == '0'; len--)
		out[len - 1] = '\0';
}

bool energy_read(const char *unit, const char *value, int64_t *ret_wh)
{
	if (strcmp(unit, "Wh") == 0)
		return decimal_read(value, 0, ret_wh);
	if (strcmp(unit, "kWh") == 0)
		return decimal_read(value, 3, ret_wh);
	return false;
}

bool price_read(const char *unit, const char *value, enum side side, int64_t quantity_wh,
	int64_t *ret_mc_per_kwh)
{
	int64_t total_uc;

	if (strcmp(unit, "cents/kWh") == 0)
		return decimal_read(value, 3, ret_mc_per_kwh);
	if (strcmp(unit, "cents") != 0 || quantity_wh <= 0 || !decimal_read(value, 6, &total_uc))
		return false;
	if (side == SIDE_SELL)
		total_uc += quantity_wh - 1;
	*ret_mc_per_kwh = total_uc / quantity_wh;
	return true;
}
