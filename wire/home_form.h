/* home_form: what a home is told of itself in a statement: its modes, and what moved its money. */
#ifndef LEM_WIRE_HOME_FORM_H
#define LEM_WIRE_HOME_FORM_H
#include "core/home.h"
#include "wire/form.h"
#include "wire/out.h"

/* Write the members `modes` and `money`, canonical in themselves, without a comma. */
void home_form_write_modes(struct out *out, const struct home_modes *modes);
void home_form_write_money(struct out *out, const struct home_money *money);

/* Read them from an object into *ret, which is all zeros. Failures are the form's. */
void home_form_read_modes(struct form *form, struct form_object *object, struct home_modes *ret);
void home_form_read_money(struct form *form, struct form_object *object, struct home_money *ret);

#endif
