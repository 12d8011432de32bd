/* json: a strict, bounded reader of JSON (RFC 8259) under the rules of I-JSON (RFC 7493).
 *
 * It reads into nodes that the caller provides, uses no heap and no recursion, and keeps no state.
 * The text must stay where it is for as long as the document is used. Node 0 is the root; a
 * document whose reading was refused has no nodes, and every getter then answers "none".
 *
 * Two profiles. Both: valid UTF-8 (no overlong form, no surrogate, at most U+10FFFF), no byte order
 * mark, nothing after the value, no duplicate member names (compared decoded), no lone surrogate by
 * escape, no number beyond the range of a double (what is nearer to 0 than a double can say is 0).
 */
#ifndef LEM_WIRE_JSON_H
#define LEM_WIRE_JSON_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	JSON_DEPTH_MAX = 64,      /* the highest depth_max a caller may ask for */
	JSON_MESSAGE_DEPTH = 4,   /* of the message profile: the root object is depth 1 */
	JSON_MESSAGE_TEXT = 2048, /* bytes of a message */
	JSON_MESSAGE_NODES = 256, /* enough for every message of the protocol */
};

/* "No such node." */
#define JSON_NONE UINT32_MAX

/* What a value is. */
enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* One value or one member name. Children follow their container in the order of the text; in an
 * object each name is followed by its value. */
struct json_node {
	uint32_t start; /* offset of the first byte of the raw text, of strings the quote */
	uint32_t end;   /* offset after its last byte */
	uint32_t next;  /* index after the whole subtree */
	uint32_t count; /* elements of an array, members of an object, else 0 */
	uint32_t
		sorted; /* object: its first name in RFC 8785 order; name: the next; or JSON_NONE */
	uint8_t type;   /* enum json_type */
	bool escaped;   /* a string that holds a backslash */
	bool last;      /* no sibling follows */
};

/* The caller sets nodes and node_max before json_read(), which sets the rest. */
struct json_doc {
	const char *text; /* borrowed */
	size_t len;
	struct json_node *nodes; /* the caller's, node_max of them */
	uint32_t node_count;
	uint32_t node_max;
};

/* How much of JSON is let in. */
enum json_profile {
	JSON_PROFILE_ANY, /* any I-JSON */
	/* Also: numbers are integers within +-(2^53-1) but not "-0", or non-negative decimals with
	 * at most two fraction digits and 15 digits in all; no exponent. Strings and names hold no
	 * control character (U+0000..1F, U+007F..9F), neither raw nor escaped. */
	JSON_PROFILE_MESSAGE,
};

/* The bounds of one reading. */
struct json_limits {
	enum json_profile profile;
	size_t text_max;    /* bytes; never more than UINT32_MAX - 1 are read */
	unsigned depth_max; /* 1..JSON_DEPTH_MAX; a scalar alone has depth 0 */
};

/* The limits of a message: its profile, 2,048 bytes, depth 4. */
extern const struct json_limits json_limits_message;

/* Why a text was refused: name and the sentence a person reads. 0 is acceptance. */
#define JSON_RULES(X)                                                                              \
	X(OK, "the text is accepted")                                                              \
	X(TEXT_TOO_LONG, "the text is longer than allowed")                                        \
	X(TOO_DEEP, "arrays and objects are nested deeper than allowed")                           \
	X(TOO_MANY_NODES, "the text holds more values than allowed")                               \
	X(BYTE_ORDER_MARK, "the text must not begin with a byte order mark")                       \
	X(CUT_OFF, "the text ends before its value does")                                          \
	X(VALUE_EXPECTED, "a value must stand here")                                               \
	X(NAME_EXPECTED, "a member name in double quotes must stand here")                         \
	X(COLON_EXPECTED, "a colon must follow the member name")                                   \
	X(SEPARATOR_EXPECTED, "a comma or the closing bracket must stand here")                    \
	X(TRAILING, "nothing may follow the value")                                                \
	X(DUPLICATE_NAME, "this member name stands in the object already")                         \
	X(BAD_NUMBER, "the number is not written as JSON numbers are")                             \
	X(NUMBER_RANGE, "the number is beyond the range of a double")                              \
	X(NUMBER_EXPONENT, "a message's numbers have no exponent")                                 \
	X(NUMBER_INTEGER, "a message's integers lie within 2^53-1 and are not -0")                 \
	X(NUMBER_DECIMAL, "a message's decimals are positive, with 2 decimals and 15 digits")      \
	X(CONTROL_RAW, "a control character must not stand in a string")                           \
	X(CONTROL_ESCAPED, "a message's strings hold no control characters, not by escape either") \
	X(BAD_ESCAPE, "the escape is not one of JSON's")                                           \
	X(LONE_SURROGATE, "the escape is half of a surrogate pair")                                \
	X(BAD_UTF8, "the bytes are not valid UTF-8")

#define JSON_RULE_MEMBER(name, text) JSON_##name,
/* JSON_OK, JSON_TEXT_TOO_LONG, ...: the constants of the list. */
enum json_rule { JSON_RULES(JSON_RULE_MEMBER) JSON_RULE_COUNT };
#undef JSON_RULE_MEMBER

/* Where and why. Offset counts bytes from 0; line and column from 1, in bytes, by line feeds. */
struct json_error {
	size_t offset;
	unsigned line;
	unsigned column;
	enum json_rule rule;
};

/* The sentence of a rule, without a full stop. "unknown rule" outside the table. Static. */
const char *json_rule_text(enum json_rule rule);

/* Read len bytes at text into doc->nodes[0 .. node_max). JSON_OK, or the rule that was broken and,
 * unless err is NULL, where; err is written on refusal only. Duplicate names are noticed where
 * their object closes and told at the second name. Takes O(len log members) time. */
__attribute__((warn_unused_result)) enum json_rule json_read(struct json_doc *doc, const char *text,
	size_t len, const struct json_limits *limits, struct json_error *err);

/* The type of a node. JSON_NULL if there is no such node. */
enum json_type json_type(const struct json_doc *doc, uint32_t node);

/* The value of the member whose decoded name is exactly key (UTF-8), or JSON_NONE if there is none
 * or the node is no object. Takes time linear in the members. */
uint32_t json_get(const struct json_doc *doc, uint32_t object, const char *key);

/* The first child of an array or object (there a name), or JSON_NONE. */
uint32_t json_first(const struct json_doc *doc, uint32_t container);

/* The next sibling, or JSON_NONE; in objects names and values alternate. */
uint32_t json_next(const struct json_doc *doc, uint32_t node);

/* Whether the node is a string that decodes to exactly literal (UTF-8). */
bool json_is(const struct json_doc *doc, uint32_t string_node, const char *literal);

/* Decode a string or name into buf as UTF-8 with a final NUL. False, with buf and *len untouched,
 * if the node is no string, needs more than size bytes or holds U+0000. len may be NULL. */
__attribute__((warn_unused_result)) bool json_string(
	const struct json_doc *doc, uint32_t node, char *buf, size_t size, size_t *len);

/* A number written as an integer: no fraction, no exponent; read by its digits. "-0" is 0. False,
 * with *out untouched, for anything else or beyond int64_t. */
__attribute__((warn_unused_result)) bool json_int64(
	const struct json_doc *doc, uint32_t node, int64_t *out);

/* A number with at most two decimals and no exponent, in hundredths, read by its digits and never
 * through a double: 0.72 is 72, 1.5 is 150. False, with *out untouched, for anything else or
 * beyond int64_t. */
__attribute__((warn_unused_result)) bool json_hundredths(
	const struct json_doc *doc, uint32_t node, int64_t *out);

#endif
