/* json_order: the members of an object in the order of RFC 8785. The reader sorts them to find
 * duplicates, the canonical form walks them; others use json.h. */
#ifndef LEM_WIRE_JSON_ORDER_H
#define LEM_WIRE_JSON_ORDER_H
#include <stddef.h>
#include <stdint.h>
#include "wire/json.h"

/* Compare two string nodes of accepted text, decoded, by their UTF-16 code units (RFC 8785 section
 * 3.2.3): negative, 0 or positive. */
int json_order_compare(const struct json_doc *doc, uint32_t a, uint32_t b);

/* Sort the members of an object whose children are the last nodes of doc: sets `sorted` of the
 * object and its names. Returns the earliest name that stood before already, or JSON_NONE. Takes
 * O(n log n) comparisons and no memory beyond the nodes. */
uint32_t json_order_members(struct json_doc *doc, uint32_t object);

#endif
