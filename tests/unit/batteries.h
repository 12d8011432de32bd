/* batteries: random batteries for the property tests of the home, all from one printed seed. */
#ifndef LEM_TESTS_BATTERIES_H
#define LEM_TESTS_BATTERIES_H
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "hem-client/tcr/battery.h"

enum { BATTERIES_TO_TRY = 100000 };

/* 6.4 kWh, 5 kW, usable from 0.1 to 0.9, Cd = 5 cents/kWh: numbers one can reckon with. */
static inline struct battery plain_battery(void)
{
	return (struct battery){
		.capacity_wh = 6400,
		.soc_min = 0.1,
		.soc_max = 0.9,
		.eta_charge = 0.8,
		.eta_discharge = 0.5,
		.power_charge_max_w = 5000,
		.power_discharge_max_w = 4000,
		.cost_cents = 150000,
		.lifetime_wh = 30000000,
	};
}

/* The seed of this run: LEM_SEED, or another one each time; printed, so that it can be given. */
static inline uint64_t seed_of_run(void)
{
	const char *given = getenv("LEM_SEED");
	struct timespec now = {0};
	uint64_t seed;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	seed = given ? strtoull(given, NULL, 10)
		     : (uint64_t)now.tv_sec * 1000003u + (uint64_t)now.tv_nsec;
	printf("seed: LEM_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

/* The next number of xorshift64* (Vigna, 2016). */
static inline uint64_t next_u64(uint64_t *state)
{
	uint64_t x = *state ? *state : 88172645463325252u;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 2685821657736338717u;
}

/* A whole number of least..most. */
static inline int64_t next_whole(uint64_t *state, int64_t least, int64_t most)
{
	return least + (int64_t)(next_u64(state) % (uint64_t)(most - least + 1));
}

/* A number of [least, most). */
static inline double next_real(uint64_t *state, double least, double most)
{
	return least + (most - least) * (double)(next_u64(state) >> 11) * 0x1p-53;
}

/* Any battery that is valid, from a torch's to a town's; every fifth of round numbers. */
static inline struct battery next_battery(uint64_t *state)
{
	struct battery b = {
		.capacity_wh = pow(10, next_real(state, 0, 8)),
		.soc_min = next_real(state, 0, 0.5),
		.soc_max = next_real(state, 0.5, 1),
		.eta_charge = next_real(state, BATTERY_ETA_MIN, 1),
		.eta_discharge = next_real(state, BATTERY_ETA_MIN, 1),
		.power_charge_max_w = pow(10, next_real(state, 0, 8)),
		.power_discharge_max_w = pow(10, next_real(state, 0, 8)),
		.cost_cents = pow(10, next_real(state, 0, 8)),
		.lifetime_wh = pow(10, next_real(state, 4, 11)),
	};

	if (next_whole(state, 0, 4) == 0) {
		b.capacity_wh = (double)next_whole(state, 1, 20) * 1000;
		b.soc_min = (double)next_whole(state, 0, 4) / 10;
		b.soc_max = (double)next_whole(state, 6, 10) / 10;
		b.eta_charge = (double)next_whole(state, 8, 10) / 10;
		b.eta_discharge = (double)next_whole(state, 8, 10) / 10;
		b.power_charge_max_w = (double)next_whole(state, 1, 10) * 500;
	}
	return b;
}

/* An SOC within the limits; every fourth on one of them. */
static inline double next_soc(uint64_t *state, const struct battery *b)
{
	int64_t kind = next_whole(state, 0, 7);

	if (kind < 2)
		return kind == 0 ? b->soc_min : b->soc_max;
	return fmin(b->soc_max, b->soc_min + (b->soc_max - b->soc_min) * next_real(state, 0, 1));
}

#endif
