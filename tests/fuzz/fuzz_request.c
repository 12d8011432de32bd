/* Requests of every operation: the first byte picks it. What is read must read back from its body.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "wire/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct request_workspace w, again;
	static char body[REQUEST_TEXT_MAX];
	struct request_error error;
	struct request r, s;
	enum operation operation;
	enum verdict v;

	if (size < 1)
		return 0;
	operation = (enum operation)(1 + data[0] % (OPERATION_COUNT - 1));
	(void)request_operation((const char *)data + 1, size - 1);
	v = request_read(&w, "lem:0123456789abcdef", operation, (const char *)data + 1, size - 1,
		&r, &error);
	if (v != VERDICT_OK || r.body_len > sizeof body)
		return 0;
	memcpy(body, r.body, r.body_len);
	v = request_read_body(
		&again, "lem:0123456789abcdef", operation, body, r.body_len, &s, &error);
	assert(v == VERDICT_OK);
	assert(memcmp(r.id, s.id, HASH_LEN) == 0);
	return 0;
}
