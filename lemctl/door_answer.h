/* door_answer: what the market answered to a command, read, and printed. */
#ifndef LEM_LEMCTL_DOOR_ANSWER_H
#define LEM_LEMCTL_DOOR_ANSWER_H
#include "wire/json.h"

enum { DOOR_ANSWER_MAX = 131072, DOOR_NODES_MAX = 16384 };

/* An answer; zeros: none. */
struct door_answer {
	struct json_doc doc;
	uint32_t data; /* node */
	char *text;
};

/* Make room for one of DOOR_ANSWER_MAX; false without memory. door_answer_release() either way. */
bool door_answer_init(struct door_answer *answer);
void door_answer_release(struct door_answer *answer);

/* Print a node as JSON in canonical form, a line. */
void door_answer_print_json(const struct door_answer *answer, uint32_t node);

/* Print an object for a person: a line for each member, "wallet.held_uc" for one within. */
void door_answer_print_members(const struct door_answer *answer, uint32_t object);

/* A member's text, "" if it is none that fits; its integer, or 0. */
void door_answer_text(const struct door_answer *answer, uint32_t object, const char *name,
	char *out, size_t size);
long long door_answer_int(const struct door_answer *answer, uint32_t object, const char *name);

#endif
