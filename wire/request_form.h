/* request_form: the parameters of every operation, into a request. */
#ifndef LEM_WIRE_REQUEST_FORM_H
#define LEM_WIRE_REQUEST_FORM_H
#include "wire/request.h"

/* Read the parameters of r->operation; r's envelope has been read. Failures are the form's. */
void request_form_read(struct form *form, struct request_workspace *workspace, const char *market,
	uint32_t parameters, struct request *r);

/* Read what a reading says beside its item: meter, slot (from first_slot on), registers and the
 * meter's signature, into r->command.u.reading and r->meter_signature. */
void request_form_registers(
	struct form *form, struct form_object *object, int64_t first_slot, struct request *r);

#endif
