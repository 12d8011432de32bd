#include "wire/date.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "core/units.h"

/* Days since 1970-01-01 of a civil date: the year begins in March, so leap days come last. */
static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
	int64_t year = y - (m <= 2);
	int64_t era = year / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool digits(const char *text, int n, int64_t *ret)
{
	int64_t value = 0;

	for (int i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (text[i] - '0');
	}
	*ret = value;
	return true;
}

static bool day_exists(int64_t y, int64_t m, int64_t d)
{
	int64_t next_y = m == 12 ? y + 1 : y;
	int64_t next_m = m == 12 ? 1 : m + 1;

	return m >= 1 && m <= 12 && d >= 1 && d <= days_of(next_y, next_m, 1) - days_of(y, m, 1);
}

bool date_read(const char *text, int64_t *ret_ms)
{
	int64_t y, m, d, h, min, s;

	if (strlen(text) != DATE_LEN || text[4] != '-' || text[7] != '-' || text[10] != ' ' ||
		text[13] != ':' || text[16] != ':')
		return false;
	if (!digits(text, 4, &y) || !digits(text + 5, 2, &m) || !digits(text + 8, 2, &d) ||
		!digits(text + 11, 2, &h) || !digits(text + 14, 2, &min) ||
		!digits(text + 17, 2, &s))
		return false;
	if (y < 1970 || !day_exists(y, m, d) || h > 23 || min > 59 || s > 59)
		return false;
	*ret_ms = ((days_of(y, m, d) * 24 + h) * 3600 + min * 60 + s) * 1000;
	return true;
}

bool date_first_slot(const char *text, const struct params *p, int64_t *ret_slot)
{
	char date[DATE_LEN + 1];
	int64_t ms, slot;

	(void)snprintf(date, sizeof date, "%s%s", text,
		strlen(text) == strlen("YYYY-MM-DD") ? " 00:00:00" : "");
	if (strlen(text) > DATE_LEN || !date_read(date, &ms))
		return false;
	slot = params_slot_at(p, ms);
	*ret_slot = slot + (params_slot_start_ms(p, slot) < ms);
	return true;
}

void date_write(int64_t ms, char out[static DATE_LEN + 1])
{
	int64_t s = ms / 1000;
	int64_t z = s / S_PER_DAY + 719468;
	int64_t era = z / 146097;
	int64_t of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t mp = (5 * of_year + 2) / 153;
	int64_t m = mp + (mp < 10 ? 3 : -9);
	int64_t y = year + era * 400 + (m <= 2);
	char text[64];

	assert(ms >= 0);
	snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d", (int)(y % 10000), (int)m,
		(int)(of_year - (153 * mp + 2) / 5 + 1), (int)(s / 3600 % 24), (int)(s / 60 % 60),
		(int)(s % 60));
	memcpy(out, text, DATE_LEN + 1);
}
