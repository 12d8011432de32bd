/* net_form: what is said of the community's net or a home's, slot by slot - schedules, baselines,
 * limits - and what the network's operators answer: from JSON, and written. */
#ifndef LEM_WIRE_NET_FORM_H
#define LEM_WIRE_NET_FORM_H
#include "core/tx.h"
#include "wire/form.h"
#include "wire/out.h"

/* Room for the values of one message: of two arrays. */
enum { NET_VALUES_MAX = 2 * SCHEDULE_SLOTS_MAX };

/* Read `first_slot` and `net_wh` of an object into *ret, which borrows net_wh. */
void net_form_window(struct form *form, struct form_object *object,
	int32_t net_wh[static SCHEDULE_SLOTS_MAX], struct net_window *ret);

/* Read `first_slot`, `export_wh` and `import_wh`, of one length, into *ret, which borrows values.
 */
void net_form_limits(struct form *form, struct form_object *object,
	int32_t values[static NET_VALUES_MAX], struct limits_window *ret);

/* Read `schedule`, `verdict` and, if it is there, `reason` of a TX_APPROVE. */
void net_form_approve(struct form *form, struct form_object *object, struct tx *tx);

/* Write the canonical parameters of `limits` and `approve`; reason may be "". What does not fit
 * makes out->full. */
void net_form_write_limits(
	struct out *out, const char *address, const struct limits_window *window);
void net_form_write_approve(struct out *out, const char *address,
	const uint8_t schedule[static HASH_LEN], enum approval_verdict verdict, const char *reason);

#endif
