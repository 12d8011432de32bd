/* imbalance_form: the parameters of the ledger's `imbalance`. */
#ifndef LEM_WIRE_IMBALANCE_FORM_H
#define LEM_WIRE_IMBALANCE_FORM_H
#include "core/imbalance.h"
#include "wire/form.h"
#include "wire/out.h"

/* Read them; failures are the form's, OUT_OF_RANGE where imbalance_check() would say so. */
void imbalance_form_read(struct form *form, struct form_object *object, struct net_metered *ret);

/* Write the members in canonical order, without braces. */
void imbalance_form_write(struct out *out, const struct net_metered *metered);

#endif
