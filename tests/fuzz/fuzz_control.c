/* The operator's documents: each command of one that is taken is a refusal, a question, or a
 * request whose text reads back as it stands. */
#include <assert.h>
#include <string.h>
#include "wire/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct control_reader reader;
	static struct request_workspace w;
	struct request_error error;
	struct control_command c;
	struct request r;
	int count = 0;

	if (control_begin(&reader, (const char *)data, size, &error) != VERDICT_OK) {
		assert(!control_next(&reader, &c));
		return 0;
	}
	while (control_next(&reader, &c)) {
		count++;
		assert((c.verdict != VERDICT_OK) + (c.operation != OPERATION_NONE) +
				(c.query.kind != CONTROL_NO_QUERY) ==
			1);
		if (c.operation != OPERATION_NONE)
			(void)request_read(&w, "lem:0123456789abcdef", c.operation, c.message,
				c.len, &r, &error);
	}
	assert(count > 0 && count <= CONTROL_COMMANDS_MAX);
	return 0;
}
