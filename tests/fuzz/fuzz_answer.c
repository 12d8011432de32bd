/* Everything that the market tells a home: the first byte picks the kind. */
#include <stddef.h>
#include <stdint.h>
#include "hem-client/ems/answer.h"
#include "hem-client/ems/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void visit(void *context, const char *text, size_t len)
{
	char why[RECEIPT_WHY_MAX];
	struct receipt r;

	(void)!receipt_read(text, len, context, "lem:0123456789abcdef", &r, why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct verify_key *key;
	static struct statement statement;
	/* A point of the curve: P-256's base point. */
	static const struct public_key public = {.alg = KEY_P256,
		.bytes = {0x03, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6,
			0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33,
			0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96},
		.len = KEY_P256_LEN};
	const char *text = (const char *)data + 1;
	char why[ANSWER_WHY_MAX];
	struct wallet_answer wallet;
	struct auction_event event;
	struct reject reject;
	struct award award;
	struct head head;

	if (size < 1 || (!key && verify_key_new(&public, &key) != ERR_OK))
		return 0;
	switch (data[0] % 7) {
	case 0:
		return (void)!receipts_each(text, size - 1, visit, key), 0;
	case 1:
		return (void)!reject_read(text, size - 1, &reject, why), 0;
	case 2:
		return (void)!award_read(text, size - 1, &award, why), 0;
	case 3:
		return (void)!auction_event_read(text, size - 1, &event, why), 0;
	case 4:
		return (void)!head_read(text, size - 1, "lem", &head, why), 0;
	case 5:
		return (void)!wallet_answer_read(
			       text, size - 1, key, "lem:0123456789abcdef", &wallet, why),
		       0;
	default:
		return (void)!statement_read(
			       text, size - 1, key, "lem:0123456789abcdef", &statement, why),
		       0;
	}
}
