/* without: the same home without the market: the same load and sun, the battery on the
 * self-consumption rule from the same start, nobody to trade with. */
#ifndef LEM_DEMO_YEAR_WITHOUT_H
#define LEM_DEMO_YEAR_WITHOUT_H
#include "hem-client/hdg/sim_device.h"

/* Called for each slot, in order. */
typedef void without_visit(void *context, int64_t slot, const struct slot_energy *energy,
	const struct sim_slot *lived);

/* Live the slots 0..slots-1 as the home of that device would have, which began at `soc`; the device
 * itself is not touched. Returns the SOC at the end. */
double without_market(const struct sim_device *device, double soc, int64_t slots,
	without_visit *visit, void *context);

#endif
