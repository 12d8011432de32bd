/* control: what the operator sends to $CONTROL/lem/v1, in the form of Mosquitto's dynamic-security
 * plugin: {"commands":[{"command":...,"correlationData":...,...}]} (docs/protocol.md, section 5). A
 * command either carries a signed request, `message`, or asks something. Nothing here verifies a
 * signature. */
#ifndef LEM_WIRE_CONTROL_H
#define LEM_WIRE_CONTROL_H
#include "wire/request.h"

#define CONTROL_TOPIC "$CONTROL/lem/v1"
#define CONTROL_RESPONSE_TOPIC "$CONTROL/lem/v1/response"

enum {
	CONTROL_TEXT_MAX = 16384,
	CONTROL_NODES_MAX = 1024,
	CONTROL_DEPTH = 8,
	CONTROL_COMMANDS_MAX = 16, /* of one document */
	CONTROL_NAME_MAX = 32,
	CONTROL_CORRELATION_MAX = 64,
	CONTROL_LIST_MAX = 100, /* rows of one answer */
};

/* X(NAME, "command"): what may be asked; nothing of it changes the market. */
#define CONTROL_QUERIES(X)                                                                         \
	X(HOME_LIST, "home-list")                                                                  \
	X(HOME_SHOW, "home-show")                                                                  \
	X(PARAMS_SHOW, "params-show")                                                              \
	X(STATUS, "status")                                                                        \
	X(BACKUP, "backup")

/* CONTROL_HOME_LIST, ...: the constants of the list. */
enum control_query_kind {
	CONTROL_NO_QUERY = 0,
#define X(name, text) CONTROL_##name,
	CONTROL_QUERIES(X)
#undef X
};

/* How the answer to a command is to be marked. */
struct control_tag {
	bool wanted;                        /* the answer goes to CONTROL_RESPONSE_TOPIC */
	char command[CONTROL_NAME_MAX + 1]; /* as it was named; "" if it could not be read */
	char correlation[CONTROL_CORRELATION_MAX + 1]; /* "": none was given */
};

/* A question. */
struct control_query {
	enum control_query_kind kind;
	char client_id[CLIENT_ID_MAX + 1]; /* of HOME_SHOW */
	int64_t offset, count;             /* of HOME_LIST */
};

/* One command of a document; exactly one of verdict (a refusal), operation and query.kind is set.
 */
struct control_command {
	struct control_tag tag;
	enum verdict verdict;
	char field[FORM_FIELD_MAX]; /* of a refusal */
	enum operation operation;   /* of a signed request, which is message[0..len), canonical */
	const char *message;
	size_t len;
	struct control_query query;
};

/* A document being read. Large. */
struct control_reader {
	struct json_node nodes[CONTROL_NODES_MAX];
	struct json_doc doc;
	uint32_t next;
	char message[CONTROL_TEXT_MAX];
};

/* Begin to read a document; text must outlive the reader. VERDICT_OK; TOO_LARGE; BAD_JSON with
 * error->json; BAD_FIELD and TOO_MANY (more than CONTROL_COMMANDS_MAX) with error->field. */
enum verdict control_begin(
	struct control_reader *reader, const char *text, size_t len, struct request_error *error);

/* The next command; false when there is none. What it points to lives until the next call. */
bool control_next(struct control_reader *reader, struct control_command *ret);

/* The mark of a document that is refused unread (too long, too many): its first correlationData, if
 * it is plain text; else "". It is told back and nothing else: the document is not even JSON for
 * sure. */
struct control_tag control_peek(const char *text, size_t len);

/* The command's name; NULL for CONTROL_NO_QUERY and for a number that is none. */
const char *control_query_name(enum control_query_kind kind);

#endif
