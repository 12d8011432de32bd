/* Genesis documents, as every home reads them from the network. */
#include "wire/genesis.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[FORM_FIELD_MAX + 64];
	struct genesis g;

	(void)!genesis_read((const char *)data, size, NULL, &g, why);
	return 0;
}
