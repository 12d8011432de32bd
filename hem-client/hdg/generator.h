/* generator: invented homes, all from one seed.
 *
 * Random numbers: splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014) used as a hash of seed, home, day and purpose: any slot can be asked
 * for at any time. The local clock is mean solar time: noon is at 12:00; a day has 288 cells of
 * five minutes whose energy is rounded to mWh, and a slot's energy is the difference of the day's
 * sums at its ends, rounded down to Wh there.
 *
 * PV, horizontal ("tilt-free"):
 *   declination        23.45 deg x sin(360 deg x (284 + n) / 365)      n: day of the year;
 *                      Cooper, "The absorption of radiation in solar stills", Solar Energy 12, 1969
 *   hour angle         15 deg x (hour - 12)
 *   elevation a        sin a = sin lat x sin decl + cos lat x cos decl x cos hour angle
 *   air mass AM        1 / (sin a + 0.50572 x (a + 6.07995 deg)^-1.6364)
 *                      Kasten, Young, "Revised optical air mass tables", Applied Optics 28, 1989
 *   direct irradiance  I = 1353 W/m2 x 0.7^(AM^0.678)
 *                      Meinel, Meinel, "Applied Solar Energy", 1976
 *   on the ground      G = 1.1 x I x sin a                             a tenth more is diffuse
 *   power              pv_w x G / 1000 W/m2 x 0.85 x clearness(day)    0.85: performance ratio
 * The clearness of a day, 0.2..1, depends on the seed and the day alone: neighbours share the
 * weather. Half of the days are clear (0.9..1).
 *
 * Load: base + morning peak + evening peak (+ a hump at noon on Saturdays and Sundays, when the
 * morning comes 1.5 hours later), bells over the hours; each home has its own base, heights and
 * shift, each day its scale (0.8..1.2), each cell its scatter (0.7..1.3). The shape follows no
 * data set: two peaks over a base as in any standard load profile, about 2 to 6 MWh a year. */
#ifndef LEM_HEM_GENERATOR_H
#define LEM_HEM_GENERATOR_H
#include <stdbool.h>
#include <stdint.h>
#include "hem-client/hdg/slot_energy.h"

enum { GENERATOR_PV_DRAWN = -1, GENERATOR_PV_W_MAX = 1000000 };

/* One made-up home; seed, home, start_day, latitude and rating determine all it does. */
struct generator {
	uint64_t seed;
	int64_t home;        /* any number; each is another home */
	int64_t start_day;   /* days since 1970-01-01 of the midnight that second 0 is */
	double latitude_deg; /* -90..90, north positive */
	double pv_w;         /* rating of the panels; 0: none */
	double base_w;       /* the home's own traits, drawn by generator_init() */
	double morning_w, evening_w, noon_w;
	double shift_h;
};

/* Draw the traits of a home. day: YYYY-MM-DD, 1970 to 2999; pv_w: 0..GENERATOR_PV_W_MAX or
 * GENERATOR_PV_DRAWN, with which three homes of ten have none and the others 2 to 8 kW. False, with
 * *ret untouched, if the day is none, or latitude or pv_w is out of range. */
__attribute__((warn_unused_result)) bool generator_init(struct generator *ret, uint64_t seed,
	int64_t home, const char *day, double latitude_deg, double pv_w);

/* Energy of a slot, as struct energy_source defines it. */
void generator_energy(const struct generator *generator, int64_t start_s, int64_t slot_s,
	struct slot_energy *ret);

/* Power of the load and of the panels in W, in the five minutes that hold second `second`
 * (0..86399) of day `day`, counted from start_day. */
double generator_load_w(const struct generator *generator, int64_t day, int64_t second);
double generator_pv_w(const struct generator *generator, int64_t day, int64_t second);

/* The generator as a source; borrowed. */
struct energy_source generator_source(const struct generator *generator);

#endif
