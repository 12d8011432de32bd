/* params_change_form: the parameters of a `params-set` request, from JSON and back. */
#ifndef LEM_WIRE_PARAMS_CHANGE_FORM_H
#define LEM_WIRE_PARAMS_CHANGE_FORM_H
#include <stdbool.h>
#include "core/params_change.h"
#include "wire/form.h"
#include "wire/out.h"

/* Read {"from_slot":...,"parameters":{...}}, where the inner object has at least one of the members
 * of genesis' parameters that may change, `tariff` with one of its members or both, or
 * `credit_limits_uc` with a member for each role that gets another. Failures are the form's; a
 * member that is fixed is BAD_FIELD, as one that there is none of. */
void params_change_form_read(struct form *form, uint32_t parameters, struct params_change *ret);

/* Set the parameter of that name, as genesis spells it ("tariff.import_mc_per_kwh", and
 * "credit_limits_uc.<role>"), to a value as it would stand in JSON without quotes. VERDICT_OK,
 * BAD_FIELD (no such parameter that may change, or no such value), TOO_MANY credit limits. */
enum verdict params_change_name(struct params_change *change, const char *name, const char *value);

/* Append the object that params_change_form_read() reads, in canonical form. */
void params_change_form_write(struct out *out, const struct params_change *change);

#endif
