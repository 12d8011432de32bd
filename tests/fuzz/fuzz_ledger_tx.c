/* Transactions as blocks carry them: the first byte says whether it claims a signature. */
#include <assert.h>
#include <string.h>
#include "wire/ledger_tx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ledger_tx_workspace w;
	static char body[TX_BODY_MAX];
	static struct genesis genesis, named;
	struct stored_tx stored = {.seq = 7, .market_ms = 1};
	const char *input;
	size_t input_len;
	struct tx tx;

	if (size < 1)
		return 0;
	/* Often the market that a change of parameters is of is the very one that it names. */
	w.room.genesis = size % 2 ? &genesis : &w.room.changed;
	stored.is_signed = data[0] & 1;
	stored.body = (const char *)data + 1;
	stored.body_len = size - 1;
	if (ledger_tx_read(&w, "lem:0123456789abcdef", &stored, &tx, &input, &input_len) !=
			VERDICT_OK ||
		stored.is_signed)
		return 0;
	/* What was read is written back byte for byte. */
	named = w.room.changed;
	memcpy(named.market, "lem:0123456789abcdef", 21);
	assert(ledger_tx_complete(&tx, &named, body, sizeof body) == stored.body_len);
	assert(memcmp(body, stored.body, stored.body_len) == 0);
	return 0;
}
