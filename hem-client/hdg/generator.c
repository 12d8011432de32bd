#include "hem-client/hdg/generator.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "core/units.h"
#include "wire/date.h"

enum { CELL_S = 300, HOURS_PER_DAY = 24, DAYS_PER_WEEK = 7, MWH_PER_WH = 1000 };
static const char last_millennium = '2';
#define PI 3.14159265358979323846
#define RADIANS (PI / 180)

/* What a random number is for: no two purposes share one. */
enum purpose {
	DRAW_PV = 1,
	DRAW_PV_SIZE,
	DRAW_BASE,
	DRAW_MORNING,
	DRAW_EVENING,
	DRAW_NOON,
	DRAW_SHIFT,
	DRAW_CLOUDY,
	DRAW_CLEARNESS,
	DRAW_DAY,
	DRAW_CELL,
};

/* The step and the output function of splitmix64. */
static uint64_t mix(uint64_t state)
{
	uint64_t z = state + UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* A number of [least, most), always the same for the same four. */
static double draw(
	uint64_t seed, enum purpose purpose, int64_t a, int64_t b, double least, double most)
{
	uint64_t bits = mix(mix(mix(mix(seed) ^ (uint64_t)purpose) ^ (uint64_t)a) ^ (uint64_t)b);

	return least + (most - least) * ((double)(bits >> 11) * 0x1p-53);
}

static bool day_read(const char *day, int64_t *ret_day)
{
	char text[DATE_LEN + 1];
	int64_t ms;

	(void)snprintf(text, sizeof text, "%.10s 00:00:00", day);
	if (strlen(day) != strlen("YYYY-MM-DD") || !date_read(text, &ms) || *day > last_millennium)
		return false;
	*ret_day = ms / MS_PER_S / S_PER_DAY;
	return true;
}

bool generator_init(struct generator *ret, uint64_t seed, int64_t home, const char *day,
	double latitude_deg, double pv_w)
{
	struct generator g = {
		.seed = seed,
		.home = home,
		.latitude_deg = latitude_deg,
		.pv_w = pv_w,
		.base_w = draw(seed, DRAW_BASE, home, 0, 70, 220),
		.morning_w = draw(seed, DRAW_MORNING, home, 0, 200, 900),
		.evening_w = draw(seed, DRAW_EVENING, home, 0, 500, 1800),
		.noon_w = draw(seed, DRAW_NOON, home, 0, 100, 700),
		.shift_h = draw(seed, DRAW_SHIFT, home, 0, -1.5, 1.5),
	};

	if (!day_read(day, &g.start_day) || !(latitude_deg >= -90 && latitude_deg <= 90))
		return false;
	if (pv_w == GENERATOR_PV_DRAWN)
		g.pv_w = draw(seed, DRAW_PV, home, 0, 0, 1) < 0.3
				 ? 0
				 : floor(draw(seed, DRAW_PV_SIZE, home, 0, 2000, 8000));
	else if (!(pv_w >= 0 && pv_w <= GENERATOR_PV_W_MAX))
		return false;
	*ret = g;
	return true;
}

/* A bell of height 1 around the hour `peak`, on a clock that goes round. */
static double bell(double hour, double peak, double width)
{
	double away = fabs(hour - peak);

	if (2 * away > HOURS_PER_DAY)
		away = HOURS_PER_DAY - away;
	return exp(-away * away / (2 * width * width));
}

/* The middle of the cell that holds a second of the day, in hours. */
static double cell_hour(int64_t second)
{
	int64_t middle_s = second - second % CELL_S + CELL_S / 2;

	return (double)middle_s / S_PER_HOUR;
}

static bool is_weekend(int64_t day)
{
	/* 1970-01-01 was a Thursday: with Monday 0 it is day 3. */
	return (day + 3) % DAYS_PER_WEEK >= 5;
}

double generator_load_w(const struct generator *g, int64_t day, int64_t second)
{
	int64_t date = g->start_day + day;
	bool weekend = is_weekend(date);
	double hour = cell_hour(second) - g->shift_h;
	double peaks = g->morning_w * bell(hour, weekend ? 9 : 7.5, 1.2) +
		       g->evening_w * bell(hour, 19.5, 2) +
		       (weekend ? g->noon_w * bell(hour, 13, 2) : 0);
	double scale = draw(g->seed, DRAW_DAY, g->home, date, 0.8, 1.2);
	double scatter = draw(
		g->seed, DRAW_CELL, g->home, date * S_PER_DAY + second / CELL_S * CELL_S, 0.7, 1.3);

	return (g->base_w + peaks) * scale * scatter;
}

/* The day of the year, 1..366. */
static int64_t day_of_year(int64_t day)
{
	char today[DATE_LEN + 1], new_year[DATE_LEN + 1];
	int64_t new_year_ms = 0;
	bool good;

	date_write(day * S_PER_DAY * MS_PER_S, today);
	(void)snprintf(new_year, sizeof new_year, "%.4s-01-01%s", today, today + 10);
	good = date_read(new_year, &new_year_ms);
	assert(good);
	return day - new_year_ms / MS_PER_S / S_PER_DAY + 1;
}

/* What of the sun is the same all day long: its elevation's sine is a + b x cos(hour angle). */
struct sky {
	double a, b;
	double clearness;
};

static double clearness(const struct generator *g, int64_t date)
{
	if (draw(g->seed, DRAW_CLOUDY, date, 0, 0, 1) < 0.5)
		return draw(g->seed, DRAW_CLEARNESS, date, 0, 0.2, 0.9);
	return draw(g->seed, DRAW_CLEARNESS, date, 0, 0.9, 1);
}

static struct sky sky_of(const struct generator *g, int64_t day)
{
	int64_t date = g->start_day + day;
	double turn = 360.0 * (double)(284 + day_of_year(date)) / 365;
	double declination = 23.45 * sin(turn * RADIANS) * RADIANS;
	double latitude = g->latitude_deg * RADIANS;

	return (struct sky){
		.a = sin(latitude) * sin(declination),
		.b = cos(latitude) * cos(declination),
		.clearness = clearness(g, date),
	};
}

static double pv_under(const struct generator *g, const struct sky *sky, int64_t second)
{
	double sine = sky->a + sky->b * cos(15 * (cell_hour(second) - 12) * RADIANS);
	double elevation_deg, air_mass, direct;

	if (!(sine > 0) || g->pv_w <= 0)
		return 0;
	elevation_deg = asin(sine < 1 ? sine : 1) / RADIANS;
	air_mass = 1 / (sine + 0.50572 * pow(elevation_deg + 6.07995, -1.6364));
	direct = 1353 * pow(0.7, pow(air_mass, 0.678));
	return g->pv_w * 1.1 * direct * sine / 1000 * 0.85 * sky->clearness;
}

double generator_pv_w(const struct generator *g, int64_t day, int64_t second)
{
	struct sky sky = sky_of(g, day);

	return pv_under(g, &sky, second);
}

static int64_t cell_mwh(double power_w, int64_t seconds)
{
	int64_t whole = llround(power_w * CELL_S * MWH_PER_WH / S_PER_HOUR);

	return whole * seconds / CELL_S;
}

/* Energy from a day's midnight until a second of it. */
static struct slot_energy of_day(const struct generator *g, int64_t day, int64_t second)
{
	struct sky sky = sky_of(g, day);
	int64_t load_mwh = 0, pv_mwh = 0;

	for (int64_t s = 0; s < second; s += CELL_S) {
		int64_t seconds = second - s < CELL_S ? second - s : CELL_S;

		load_mwh += cell_mwh(generator_load_w(g, day, s), seconds);
		pv_mwh += cell_mwh(pv_under(g, &sky, s), seconds);
	}
	return (struct slot_energy){load_mwh / MWH_PER_WH, pv_mwh / MWH_PER_WH};
}

void generator_energy(
	const struct generator *g, int64_t start_s, int64_t slot_s, struct slot_energy *ret)
{
	int64_t end_s = start_s + slot_s;
	struct slot_energy sum = {0};

	assert(start_s >= 0 && slot_s > 0 && slot_s <= S_PER_DAY);
	for (int64_t day = start_s / S_PER_DAY; day * S_PER_DAY < end_s; day++) {
		int64_t midnight = day * S_PER_DAY;
		int64_t from = start_s > midnight ? start_s - midnight : 0;
		int64_t to = end_s - midnight < S_PER_DAY ? end_s - midnight : S_PER_DAY;
		struct slot_energy before = of_day(g, day, from);
		struct slot_energy after = of_day(g, day, to);

		sum.load_wh += after.load_wh - before.load_wh;
		sum.pv_wh += after.pv_wh - before.pv_wh;
	}
	*ret = sum;
}

static void energy(const void *self, int64_t start_s, int64_t slot_s, struct slot_energy *ret)
{
	const struct generator *g = self;

	generator_energy(g, start_s, slot_s, ret);
}

struct energy_source generator_source(const struct generator *generator)
{
	return (struct energy_source){.self = generator, .energy = energy};
}
