/* form: reading the members of a strict JSON message into C, naming the first that is wrong. After
 * a failure every further call is harmless and changes nothing, so that a reader checks once. */
#ifndef LEM_WIRE_FORM_H
#define LEM_WIRE_FORM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/hash.h"
#include "core/verdict.h"
#include "wire/json.h"

enum { FORM_FIELD_MAX = 96, FORM_MEMBERS_MAX = 40 };

/* One message being read; verdict is VERDICT_OK until something is wrong with `field`. */
struct form {
	const struct json_doc *doc;
	enum verdict verdict;
	char field[FORM_FIELD_MAX];
};

/* One object of it, with the names asked for so far. */
struct form_object {
	uint32_t node;
	const char *path; /* "" for the root, else with a final dot */
	const char *seen[FORM_MEMBERS_MAX];
	unsigned seen_count;
};

/* Begin a form over a document. */
void form_init(struct form *form, const struct json_doc *doc);

/* Note a failure of path + name, unless there is one already. */
void form_fail(struct form *form, const char *path, const char *name, enum verdict verdict);

/* Enter the object `node`. Fails (BAD_FIELD) if it is none. */
struct form_object form_enter(struct form *form, uint32_t node, const char *path);

/* Leave it: fails if it has members that were not asked for. */
void form_leave(struct form *form, const struct form_object *object);

/* The value of a member, or JSON_NONE; missing fails if it is required. */
uint32_t form_member(
	struct form *form, struct form_object *object, const char *name, bool required);

/* Whether the member is there (it then counts as asked for). */
bool form_has(struct form *form, struct form_object *object, const char *name);

/* A required string of 1..size-1 bytes. out is "" after a failure. */
void form_string(
	struct form *form, struct form_object *object, const char *name, char *out, size_t size);

/* A required integer within min..max (else OUT_OF_RANGE); *out is untouched after a failure. */
void form_int(struct form *form, struct form_object *object, const char *name, int64_t min,
	int64_t max, int64_t *out);

/* A required true or false. */
void form_bool(struct form *form, struct form_object *object, const char *name, bool *out);

/* A required lower-case hex string of exactly 32 bytes. */
void form_hash(
	struct form *form, struct form_object *object, const char *name, uint8_t out[HASH_LEN]);

/* A required base64url string of exactly len bytes. */
void form_bytes(
	struct form *form, struct form_object *object, const char *name, uint8_t *out, size_t len);

/* A required date in ms. */
void form_date(struct form *form, struct form_object *object, const char *name, int64_t *out_ms);

#endif
