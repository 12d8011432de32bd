/* Parts of blocks from the network, two of them cut at a NUL byte, and the transactions within. */
#include <stdlib.h>
#include <string.h>
#include "hem-client/replica/assembly.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool visit(void *visitor, const struct stored_tx *tx)
{
	static struct ledger_tx_workspace w;
	const char *input;
	size_t input_len;
	struct tx read;

	(void)visitor;
	(void)ledger_tx_read(&w, "lem:0123456789abcdef", tx, &read, &input, &input_len);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *cut = memchr(data, 0, size);
	size_t first = cut ? (size_t)(cut - text) : size;
	static struct assembly a; /* kept open: each run awaits a block anew */
	char why[ASSEMBLY_WHY_MAX];
	uint64_t height;

	if (!a.part && assembly_open(&a, "/tmp") != ERR_OK)
		abort();
	assembly_await(&a, 1);
	(void)!assembly_add(&a, "lem", text, first, &height, why);
	if (cut)
		(void)!assembly_add(&a, "lem", cut + 1, size - first - 1, &height, why);
	if (a.complete) {
		struct tx_source source = assembly_source(&a);
		(void)!source.each(source.context, visit, NULL);
	}
	return 0;
}
