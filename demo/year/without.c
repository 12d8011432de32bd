#include "demo/year/without.h"

double without_market(const struct sim_device *device, double soc, int64_t slots,
	without_visit *visit, void *context)
{
	static const struct sim_award none;
	struct sim_home home = device->home;
	struct sim_state state;

	home.idle_rule = IDLE_SELF_CONSUMPTION;
	sim_init(&state, &home, -1, soc);
	for (int64_t slot = 0; slot < slots; slot++) {
		struct slot_energy energy;
		struct sim_slot lived;
		device->source.energy(device->source.self,
			device->source_from_s + slot * home.slot_s, home.slot_s, &energy);
		sim_step(&home, &energy, &none, &state, &lived);
		visit(context, slot, &energy, &lived);
	}
	return state.soc;
}
