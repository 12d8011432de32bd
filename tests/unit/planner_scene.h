/* planner_scene: a planner over a little market's files, whose homes have been metered for some
 * days before it began. */
#ifndef LEM_TESTS_PLANNER_SCENE_H
#define LEM_TESTS_PLANNER_SCENE_H
#include "core/vpp/class_profile.h"
#include "engine/planner.h"
#include "tests/unit/little_market.h"

enum { DAY = 24, LEAD = 2, DAYS_BEFORE = 9 };

static struct little_market m;
static struct planner *planner;
static char why[PLANNER_WHY_MAX];
static int64_t every_hour_wh; /* what each home draws more in each hour */
static int64_t odd_days_wh;   /* and in those of every other day */

static inline int setup(void **state)
{
	(void)state;
	little_open(&m);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	every_hour_wh = odd_days_wh = 0;
	planner_close(planner);
	planner = NULL;
	little_close(&m);
	return 0;
}

static inline void open_planner(void)
{
	planner_close(planner);
	planner = NULL;
	if (planner_open(m.folder, &m.genesis, LEAD, &planner, why) != ERR_OK)
		fail_msg("%s", why);
}

static inline uint32_t number_of(int n)
{
	return home_find(&m.engine.market->homes, m.homes[n].id)->number;
}

/* What home n draws in a slot: more by day, and on every other day. */
static inline int64_t draws(int n, int64_t slot)
{
	int64_t hour = (slot % DAY + DAY) % DAY;
	bool odd = (slot + 2 * DAY * DAYS_BEFORE) / DAY % 2 != 0;

	return 100 * (n + 1) + every_hour_wh + (hour >= 8 ? 50 : 0) + (odd ? odd_days_wh : 0);
}

/* A home's meter from slot `first` to the market's start: the last reading is the market's. */
static inline void live(int n, int64_t first)
{
	const uint8_t no_signature[SIGNATURE_LEN] = {0};
	struct reading r = {.slot = first - 1};

	for (; r.slot < -1; r.slot++) {
		if (r.slot >= first)
			r.registers.wh[REGISTER_IMPORT] += draws(n, r.slot);
		assert_int_equal(
			csm_db_add_history(&m.engine.csm, number_of(n), &r, no_signature), ERR_OK);
	}
	m.homes[n].registers = r.registers;
	if (m.now_ms < little_slot_ms(0))
		little_advance(&m, little_slot_ms(0) + 1000);
	little_reading(&m, n, -1, 0, draws(n, -1), 0);
}

static inline int64_t planned(int64_t slot)
{
	int64_t wh = INT64_MIN;

	assert_true(planner_planned(planner, slot, &wh));
	return wh;
}

static inline int64_t planned_home(int n, int64_t slot)
{
	int64_t wh = INT64_MIN;

	assert_true(planner_planned_home(planner, number_of(n), slot, &wh));
	return wh;
}

static inline int64_t class_wh(int64_t slot)
{
	int64_t s = little_slot_ms(slot) / 1000 % 86400;

	return class_profile_net_wh(8000, (uint32_t)(s / 3600), DAY);
}

static inline void follow(int64_t slot)
{
	if (planner_follow(planner, slot, NULL) != ERR_OK)
		fail_msg("%s", planner_why(planner));
}

static inline void near(int64_t expected, int64_t actual, int64_t most)
{
	if (llabs(expected - actual) > most)
		fail_msg("%lld, expected %lld", (long long)actual, (long long)expected);
}

/* The market of slots 0 and on: home n is metered in them but for `silent`. */
static inline void live_on(int64_t first, int64_t last, int silent, int64_t late_slot)
{
	for (int64_t slot = first; slot <= last; slot++) {
		little_advance(&m, little_slot_ms(slot + 1) + 1000);
		for (int n = 0; n < LITTLE_HOMES; n++) {
			if (n == silent && slot >= late_slot)
				continue;
			little_reading(&m, n, slot, 0, draws(n, slot), 0);
		}
	}
}

#endif
