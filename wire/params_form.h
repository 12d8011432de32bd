/* params_form: the object `parameters` of genesis and of the ledger's changes of it, from JSON and
 * back, and the rules that it is a part of. */
#ifndef LEM_WIRE_PARAMS_FORM_H
#define LEM_WIRE_PARAMS_FORM_H
#include <stdbool.h>
#include "wire/form.h"
#include "wire/genesis.h"
#include "wire/out.h"

/* Where the object stands, for the names in refusals. */
enum params_place { PARAMS_OF_GENESIS, PARAMS_OF_TX, PARAMS_OF_MARKET };

/* Read the object into what stands above the line of *genesis, all zeros before. Failures are the
 * form's: form, keys, and params_check(). */
void params_form_read(
	struct form *form, uint32_t node, enum params_place place, struct genesis *genesis);

/* Append it in canonical form. */
void params_form_write(struct out *out, const struct genesis *genesis);

/* Append the rules, {"cpf_table":...,"parameters":...,"version":...}, in canonical form. */
void rules_write(struct out *out, const struct genesis *genesis);

/* SHA-256 of the rules in canonical form; false if they are too long. */
__attribute__((warn_unused_result)) bool rules_hash(
	const struct genesis *genesis, uint8_t hash[HASH_LEN]);

/* The name of the first member that is fixed for ever and differs; NULL if none does. */
const char *params_form_fixed(const struct genesis *a, const struct genesis *b);

#endif
