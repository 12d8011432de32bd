#include "wire/out.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "wire/text.h"

void out_init(struct out *out, char *text, size_t size)
{
	*out = (struct out){.text = text, .size = size, .full = size == 0};
	if (size > 0)
		text[0] = '\0';
}

void out_bytes(struct out *out, const char *bytes, size_t len)
{
	if (out->full || len >= out->size - out->len) {
		out->full = true;
		return;
	}
	memcpy(out->text + out->len, bytes, len);
	out->len += len;
	out->text[out->len] = '\0';
}

void out_printf(struct out *out, const char *format, ...)
{
	va_list args;
	int n;

	if (out->full)
		return;
	va_start(args, format);
	n = vsnprintf(out->text + out->len, out->size - out->len, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= out->size - out->len)
		out->full = true;
	else
		out->len += (size_t)n;
}

/* The two-character escapes of RFC 8785; 0 if the byte has none. */
static char short_escape(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\b':
		return 'b';
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\f':
		return 'f';
	case '\r':
		return 'r';
	default:
		return 0;
	}
}

void out_string(struct out *out, const char *text)
{
	out_bytes(out, "\"", 1);
	for (const char *c = text; *c; c++) {
		char escape = short_escape((unsigned char)*c);
		if (escape)
			out_printf(out, "\\%c", escape);
		else if ((unsigned char)*c < 0x20)
			out_printf(out, "\\u%04x", (unsigned)*c);
		else
			out_bytes(out, c, 1);
	}
	out_bytes(out, "\"", 1);
}

void out_hex(struct out *out, const void *data, size_t len)
{
	out_bytes(out, "\"", 1);
	if (out->full || !text_hex_write(data, len, out->text + out->len, out->size - out->len))
		out->full = true;
	else
		out->len += TEXT_HEX_LEN(len);
	out_bytes(out, "\"", 1);
}

void out_base64url(struct out *out, const void *data, size_t len)
{
	out_bytes(out, "\"", 1);
	if (out->full ||
		!text_base64url_write(data, len, out->text + out->len, out->size - out->len))
		out->full = true;
	else
		out->len += TEXT_BASE64URL_LEN(len);
	out_bytes(out, "\"", 1);
}

void out_cpf(struct out *out, int hundredths)
{
	if (hundredths % 100 == 0)
		out_printf(out, "%d", hundredths / 100);
	else if (hundredths % 10 == 0)
		out_printf(out, "%d.%d", hundredths / 100, hundredths / 10 % 10);
	else
		out_printf(out, "%d.%02d", hundredths / 100, hundredths % 100);
}

size_t out_end(const struct out *out)
{
	return out->full ? 0 : out->len;
}
