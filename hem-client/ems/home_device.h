/* home_device: the home's device as the configuration says, and what of it must outlive a restart.
 */
#ifndef LEM_HEM_HOME_DEVICE_H
#define LEM_HEM_HOME_DEVICE_H
#include "hem-client/config.h"
#include "hem-client/hdg/device.h"
#include "hem-client/hdg/generator.h"
#include "hem-client/hdg/profile.h"
#include "hem-client/hdg/sim_device.h"

enum { HOME_DEVICE_STATE_MAX = SIM_TEXT_MAX };

/* A device and what its driver needs. */
struct home_device {
	struct device device;
	struct sim_device sim; /* what the driver `sim` needs */
	struct generator generator;
	struct profile profile;
};

/* Whether the device could be opened: what it reads is there, and holds the home and day. Errors as
 * home_device_open(). */
__attribute__((warn_unused_result)) enum err home_device_check(
	const struct config *config, char why[static DEVICE_WHY_MAX]);

/* Make and open it. saved: what home_device_save() wrote, or "" for the first time, when the home
 * begins with the slot that holds now_ms. ERR_CONFIG, ERR_FORMAT (saved) and the driver's errors,
 * with a sentence in why. On success home_device_close() it. */
__attribute__((warn_unused_result)) enum err home_device_open(struct home_device *ret,
	const struct config *config, const struct params *params, int64_t now_ms, const char *saved,
	char why[static DEVICE_WHY_MAX]);

/* Write what must be kept, as one line. */
void home_device_save(const struct home_device *device, char out[static HOME_DEVICE_STATE_MAX]);

/* Close; an empty one is allowed. */
void home_device_close(struct home_device *device);

#endif
