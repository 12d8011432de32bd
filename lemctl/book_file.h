/* book_file: one auction's terms and orders, read from JSON text. */
#ifndef LEM_LEMCTL_BOOK_FILE_H
#define LEM_LEMCTL_BOOK_FILE_H
#include <stdio.h>
#include "core/book.h"
#include "wire/err.h"
#include "wire/json.h"

enum { BOOK_FILE_TEXT_MAX = 64 * 1024 * 1024 }; /* bytes */
enum { BOOK_FILE_PROBLEM_LEN = 256 };

/*
 * An object with the members
 *   side "buy" or "sell" (the opener's), quantity_wh, limit_mc_per_kwh, orders: required;
 *   min_quantity_wh (0), limit_inclusive (true): optional;
 * and each of the orders, at most BOOK_ORDERS_MAX, an object with
 *   id (a string, unique), price_mc_per_kwh, quantity_wh: required;
 *   all_or_nothing (false), bidder (a string; without it the order is a bidder of its own):
 * optional. Numbers are integers in the ranges of core/book.h. Any other member is refused. The
 * orders' sequence is their place in the array; their `ref` too.
 */
struct book_file {
	struct book_terms terms;
	struct book_order *orders; /* count of them, owned; a clearing may permute them */
	size_t count;
	uint32_t *ids;                       /* node of the id of the order with ref i, owned */
	struct json_doc doc;                 /* owns its text and nodes */
	char problem[BOOK_FILE_PROBLEM_LEN]; /* of ERR_FORMAT: the field and the rule it breaks */
};

/*
 * Read all of `in` as a book to be cleared by `rule` into *f, whatever was in it before. ERR_OK;
 * ERR_FORMAT with the reason in f->problem; ERR_LIMIT if the text is longer than
 * BOOK_FILE_TEXT_MAX; ERR_IO, ERR_NOMEM. Whatever it answers, f is then to be released.
 */
__attribute__((warn_unused_result)) enum err book_file_read(
	struct book_file *f, FILE *in, enum rule rule);

/* Write the id of the order with that ref (below count) as a JSON string, as the file spells it. */
void book_file_put_id(const struct book_file *f, uint32_t ref, FILE *out);

/* Free what f owns. */
void book_file_release(struct book_file *f);

#endif
