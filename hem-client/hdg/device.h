/* device: one home's meters and battery behind one interface, whatever connects them.
 *
 * Times are market time, Unix ms. Values carry their age: the caller decides what is too old to
 * trade on. One thread at a time. */
#ifndef LEM_HEM_DEVICE_H
#define LEM_HEM_DEVICE_H
#include <stdbool.h>
#include <stdint.h>
#include "core/meter.h"
#include "wire/err.h"

enum { DEVICE_WHY_MAX = 512 };

/* What a device knows. A group whose `has_` is false is not measured, or not yet. */
struct device_reading {
	bool has_registers;
	int64_t registers_age_ms;   /* >= 0: how long before now they stood so */
	int64_t registers_slot;     /* the slot at whose end they stood; -1: the market's start */
	struct registers registers; /* cumulative Wh; never run backwards */

	bool has_soc;
	int64_t soc_age_ms;
	double soc; /* 0..1 */

	bool has_powers;
	int64_t powers_age_ms;
	double pv_w;      /* >= 0 */
	double load_w;    /* >= 0, without the battery */
	double battery_w; /* positive: charging */
	double grid_w;    /* positive: import */
};

/* What the battery is to do in one slot: pass charge_wh or discharge_wh, never both, through its
 * terminals. Both 0: hold still, or follow its own rule if it has one. And, if has_half_net, keep
 * what the home draws in the slot's second half, import less export, at half_net_wh. */
struct device_setpoint {
	int64_t slot;
	int64_t charge_wh;
	int64_t discharge_wh;
	int64_t deadline_ms; /* from here on the device falls back to its own rule by itself */
	bool has_half_net;
	int64_t half_net_wh;
};

/* What each driver offers. On failure `why` has one sentence and outputs are untouched. */
struct device_ops {
	const char *name; /* as in the configuration */

	/* Reach the device. ERR_NET, ERR_NOT_FOUND, ERR_PERMISSION, ERR_CONFIG, ERR_NOMEM. */
	enum err (*open)(void *self, char why[static DEVICE_WHY_MAX]);

	/* Let go of it and of what open() took; no set-point is taken back. Allowed at any time. */
	void (*close)(void *self);

	/* What is known at now_ms. ERR_NET if the device does not answer. */
	enum err (*read)(void *self, int64_t now_ms, struct device_reading *ret_reading,
		char why[static DEVICE_WHY_MAX]);

	/* The registers at the end of the first or second quarter (1, 2) of the running slot,
	 * at which it is now, or which has been by less than a quarter. ERR_NET; ERR_LIMIT: that
	 * quarter is not over, or the slot is. */
	enum err (*quarter)(void *self, int64_t slot, int quarter, int64_t now_ms,
		struct registers *ret_registers, char why[static DEVICE_WHY_MAX]);

	/* Set the battery for a slot; a second for the same slot replaces the first. ERR_USAGE if
	 * both energies are set or one is negative, or the deadline is not after the slot's start;
	 * ERR_LIMIT if the slot is over or too many are waiting; ERR_NET. */
	enum err (*write)(void *self, const struct device_setpoint *setpoint,
		char why[static DEVICE_WHY_MAX]);
};

/* A device: its driver and the driver's own memory, which the caller owns. */
struct device {
	const struct device_ops *ops;
	void *self;
};

#endif
