/* jcs: the canonical form of a JSON document, RFC 8785 (JSON Canonicalization Scheme). What the
 * market signs and hashes is this form. */
#ifndef LEM_WIRE_JCS_H
#define LEM_WIRE_JCS_H
#include <stddef.h>
#include <stdint.h>
#include "wire/json.h"

/* The canonical form is at most this many times as long as the text ("1e20" becomes 21 bytes); a
 * text of the message profile never grows. */
enum { JCS_GROWTH_MAX = 6 };

/* Write the canonical form of a node of a document that json_read() accepted: members in the order
 * of their UTF-16 code units, numbers as ECMAScript writes them, the shortest escapes, no spaces.
 *
 * skip, if not NULL, ends with NULL and names members (UTF-8, decoded) that are left out of the
 * object `node` itself, not out of objects within it. No NUL is added.
 *
 * Returns the bytes written, or 0 if they do not fit into size or there is no such node; then the
 * content of out is undefined. No heap, except that glibc's printf may use it for numbers
 * that the message profile refuses. */
__attribute__((warn_unused_result)) size_t jcs_write(
	const struct json_doc *doc, uint32_t node, const char *const *skip, char *out, size_t size);

#endif
