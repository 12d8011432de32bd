/* Profiles of the 17 measured homes, whose file lies beside the project. */
#include <inttypes.h>
#include <string.h>
#include "hem-client/hdg/profile.h"
#include "tests/lib/vectors.h"
#include "wire/quantity.h"

enum { HOMES = 17, HOURS_PER_DAY = 24, QUARTERS_PER_DAY = 96 };
static const char homes_file[] = "data/homes_hourly.csv";
static const char day[] = "2017-06-21";

/* Sums of a day by reading the file in the plainest way: column 2 h is the load of home h + 1. */
static void sum_day(const char *data, int64_t load_wh[HOMES], int64_t pv_wh[HOMES])
{
	int rows = 0;

	for (const char *line = strstr(data, day); line; line = strstr(line + 1, day)) {
		const char *at = line;

		rows++;
		for (int h = 0; h < HOMES; h++) {
			at = strchr(at, ',') + 1;
			load_wh[h] += strtoll(at, NULL, 10);
			at = strchr(at, ',') + 1;
			pv_wh[h] += strtoll(at, NULL, 10);
		}
	}
	assert_int_equal(rows, HOURS_PER_DAY);
}

static void a_day_of_each_home_sums_up(void **state)
{
	const char *path = vectors_path(homes_file);
	int64_t load_wh[HOMES] = {0}, pv_wh[HOMES] = {0};
	size_t len;
	char *data;

	(void)state;
	if (!path)
		return;
	data = vectors_read(path, &len);
	sum_day(data, load_wh, pv_wh);
	for (int h = 0; h < HOMES; h++) {
		const struct profile_choice choice = {h + 1, day, 1};
		char why[PROFILE_WHY_MAX] = "";
		struct profile p;
		struct slot_energy sum = {0};

		assert_int_equal(profile_load(path, &choice, &p, why), ERR_OK);
		for (int64_t slot = 0; slot < QUARTERS_PER_DAY; slot++) {
			struct slot_energy e;

			profile_energy(&p, slot * 900, 900, &e);
			sum.load_wh += e.load_wh;
			sum.pv_wh += e.pv_wh;
		}
		assert_int_equal(sum.load_wh, load_wh[h]);
		assert_int_equal(sum.pv_wh, pv_wh[h]);
		profile_release(&p);
	}
	assert_true(load_wh[0] > 0 && pv_wh[0] > 0);
	free(data);
}

static void a_year_can_be_had_whole(void **state)
{
	const struct profile_choice choice = {1, "2016-08-01", 0};
	const char *path = vectors_path(homes_file);
	char why[PROFILE_WHY_MAX] = "";
	struct profile p;

	(void)state;
	if (!path)
		return;
	assert_int_equal(profile_load(path, &choice, &p, why), ERR_OK);
	assert_int_equal(p.hour_count, 364 * HOURS_PER_DAY);
	assert_int_equal(profile_tariff_mc_per_kwh(&p, 0), 22000);
	profile_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_of_each_home_sums_up),
		cmocka_unit_test(a_year_can_be_had_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
