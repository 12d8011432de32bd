/* fuzz_text: what is read as base64url, hex, base32 or an address writes back to the same text. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "wire/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A writer and reader of whole bytes. */
struct form {
	bool (*write)(const void *data, size_t len, char *out, size_t size);
	bool (*read)(const char *text, size_t len, uint8_t *out, size_t size, size_t *ret_len);
};

static void *exactly(size_t size)
{
	void *memory = malloc(size + (size == 0));

	assert(memory);
	return memory;
}

static void check_read(const struct form *form, const char *text, size_t len)
{
	uint8_t *bytes = exactly(len);
	char *back = exactly(len + 1);
	uint8_t *fit;
	size_t got = 0;

	if (form->read(text, len, bytes, len, &got)) {
		assert(form->write(bytes, got, back, len + 1) && strlen(back) == len);
		assert(memcmp(back, text, len) == 0);
		fit = exactly(got);
		assert(form->read(text, len, fit, got, &got));
		assert(got == 0 || !form->read(text, len, fit, got - 1, &got));
		free(fit);
	}
	free(bytes);
	free(back);
}

static void check_write(const struct form *form, const uint8_t *data, size_t size)
{
	char *text = exactly(2 * size + 1);
	uint8_t *back = exactly(size);
	size_t got = 0;

	assert(form->write(data, size, text, 2 * size + 1));
	assert(form->read(text, strlen(text), back, size, &got));
	assert(got == size && (size == 0 || memcmp(back, data, size) == 0));
	free(text);
	free(back);
}

/* All lengths in bits that a text of this length can have. */
static void check_base32(const char *text, size_t len)
{
	for (size_t bits = len > 0 ? len * 5 - 4 : 0; bits <= len * 5; bits++) {
		size_t bytes = (bits + 7) / 8;
		uint8_t *out = exactly(bytes);
		char *back = exactly(len + 1);

		if (text_base32_read(text, len, bits, out, bytes)) {
			assert(text_base32_write(out, bits, back, len + 1));
			assert(strlen(back) == len && memcmp(back, text, len) == 0);
		}
		free(out);
		free(back);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct form forms[] = {
		{text_base64url_write, text_base64url_read},
		{text_hex_write, text_hex_read},
	};
	char *text = exactly(size);
	uint8_t bits[32] = {0};
	char address[ADDRESS_LEN + 1];

	if (size > 0)
		memcpy(text, data, size);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		check_read(&forms[i], text, size);
		check_write(&forms[i], data, size);
	}
	check_base32(text, size);
	if (address_read(text, size, bits)) {
		address_from_key_hash(bits, address);
		assert(size == ADDRESS_LEN && memcmp(address, text, size) == 0);
	}
	free(text);
	return 0;
}
