/* slot_energy: what a home used and produced in one slot, and where that is looked up. */
#ifndef LEM_HEM_SLOT_ENERGY_H
#define LEM_HEM_SLOT_ENERGY_H
#include <stdint.h>

/* Whole Wh, none negative. The load is that of the appliances, without the battery. */
struct slot_energy {
	int64_t load_wh;
	int64_t pv_wh;
};

/* A source of slot energies: a profile or the generator. */
struct energy_source {
	const void *self; /* borrowed */

	/* The energy of [start_s, start_s + slot_s), in seconds from the local midnight at which
	 * the source begins; start_s >= 0, 0 < slot_s <= 86400. Neighbouring slots add up: rounding
	 * loses nothing. */
	void (*energy)(const void *self, int64_t start_s, int64_t slot_s, struct slot_energy *ret);
};

#endif
