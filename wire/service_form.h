/* service_form: prices outside the market and regulation asked for - `tariff` and `activate` - from
 * JSON, and written. */
#ifndef LEM_WIRE_SERVICE_FORM_H
#define LEM_WIRE_SERVICE_FORM_H
#include "core/tx.h"
#include "wire/form.h"
#include "wire/net_form.h"
#include "wire/out.h"

/* Read `first_slot`, `export_mc_per_kwh`, `import_mc_per_kwh` and, if it is there,
 * `wholesale_mc_per_kwh`, of one length, into *ret, which borrows values. */
void service_form_tariff(struct form *form, struct form_object *object,
	int32_t values[static NET_VALUES_MAX], struct tariff_window *ret);

/* Read `energy`, `price`, `regulation`, `slot` and, if it is there, `measure` into *ret. */
void service_form_activate(
	struct form *form, struct form_object *object, struct activation_terms *ret);

/* Write the canonical parameters of both. What does not fit makes out->full. */
void service_form_write_tariff(
	struct out *out, const char *address, const struct tariff_window *window);
void service_form_write_activate(
	struct out *out, const char *address, const struct activation_terms *terms);

#endif
