/* sim_device: the simulated home as a device: driver `sim`.
 *
 * Slots pass when it is read: all that have ended by then are stepped, one by one, also those that
 * passed while the program was off. The state between two reads is plain memory: the caller keeps
 * `state` on disk (sim_encode()) and puts it back before the first read. Set-points are not kept:
 * after a start write those of all awards that are not yet delivered, then read. */
#ifndef LEM_HEM_SIM_DEVICE_H
#define LEM_HEM_SIM_DEVICE_H
#include <stddef.h>
#include "hem-client/hdg/device.h"
#include "hem-client/hdg/sim.h"

enum { SIM_SETPOINTS_MAX = 32 };

/* A simulated home behind the device interface; sim_device_init() fills it. */
struct sim_device {
	struct sim_home home;
	struct energy_source source;
	int64_t source_from_s; /* the source's second at which slot 0 begins */
	int64_t start_ms;      /* market time of the same */
	struct sim_state state;
	struct slot_energy last_energy; /* of slot state.slot, where has_last */
	struct sim_slot last;
	bool has_last;
	size_t setpoint_count;
	struct device_setpoint setpoints[SIM_SETPOINTS_MAX]; /* of slots to come, in any order */
};

/* Begin at `slot`, the last that is over, with that SOC and registers at 0. The home is copied, the
 * source's self is borrowed as long as the device is used. source_from_s: its second at which slot
 * 0 begins; slots before it must not lie before the source. */
void sim_device_init(struct sim_device *ret, const struct sim_home *home,
	const struct energy_source *source, int64_t source_from_s, int64_t start_ms, int64_t slot,
	double soc);

/* self is a struct sim_device. Never fails but for what write() refuses; the deadline must lie at
 * or after the slot's end, since only whole slots are simulated (else ERR_USAGE). Powers are means
 * over the last slot. Ages count from that slot's end. */
extern const struct device_ops sim_device_ops;

#endif
