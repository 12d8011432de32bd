/* fuzz_profile: any bytes as a CSV file of homes. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "core/units.h"
#include "hem-client/hdg/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The quarters of each day add up to its hours, none is negative, and the next round is the same.
 */
static void check_profile(const struct profile *p)
{
	int64_t length_s = (int64_t)p->hour_count * S_PER_HOUR;
	int64_t load_wh = 0, pv_wh = 0;
	struct slot_energy e, again;

	assert(p->hour_count > 0 && p->hour_count % 24 == 0);
	assert(p->hour_count <= (size_t)PROFILE_DAYS_MAX * 24);
	for (int64_t t = 0; t < length_s; t += 900) {
		profile_energy(p, t, 900, &e);
		profile_energy(p, t + length_s, 900, &again);
		assert(e.load_wh >= 0 && e.pv_wh >= 0);
		assert(e.load_wh == again.load_wh && e.pv_wh == again.pv_wh);
		assert(profile_tariff_mc_per_kwh(p, t) <= PRICE_MC_MAX);
		load_wh += e.load_wh;
		pv_wh += e.pv_wh;
	}
	for (size_t i = 0; i < p->hour_count; i++) {
		load_wh -= p->hours[i].load_wh;
		pv_wh -= p->hours[i].pv_wh;
	}
	assert(load_wh == 0 && pv_wh == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct profile_choice choice = {.home = 1, .day = "2017-06-21"};
	struct profile p = {.start_ms = 77};
	char why[PROFILE_WHY_MAX] = "";
	FILE *in = tmpfile();
	enum err err;

	assert(in);
	if (size > 0)
		choice.days = data[0] % 3;
	assert(fwrite(data, 1, size, in) == size);
	rewind(in);
	err = profile_read(in, "f", &choice, &p, why);
	(void)fclose(in);
	assert(!err == (*why == '\0'));
	if (err) {
		assert(err == ERR_FORMAT || err == ERR_USAGE);
		assert(p.start_ms == 77 && !p.hours);
		assert(strncmp(why, "f:", 2) == 0);
	} else {
		check_profile(&p);
		profile_release(&p);
	}
	return 0;
}
