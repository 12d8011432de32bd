/* out: bounded writing of JSON text; overflow is remembered, not suffered. */
#ifndef LEM_WIRE_OUT_H
#define LEM_WIRE_OUT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text under construction in the caller's memory, always with a final NUL if size > 0. */
struct out {
	char *text;
	size_t size, len;
	bool full; /* something did not fit; the text is then cut and worthless */
};

/* Begin an empty text of at most size - 1 bytes. */
void out_init(struct out *out, char *text, size_t size);

/* Append bytes, or formatted text. */
void out_bytes(struct out *out, const char *bytes, size_t len);
__attribute__((format(printf, 2, 3))) void out_printf(struct out *out, const char *format, ...);

/* Append a JSON string with RFC 8785 escapes. */
void out_string(struct out *out, const char *text);

/* Append "<hex>" or "<base64url>", quotes included. */
void out_hex(struct out *out, const void *data, size_t len);
void out_base64url(struct out *out, const void *data, size_t len);

/* Append a CPF in hundredths as RFC 8785 writes it: 0.7, 0.72, 1. */
void out_cpf(struct out *out, int hundredths);

/* The length, or 0 if something did not fit. */
size_t out_end(const struct out *out);

#endif
