/* errand: one command of the operator on its way to the market, and what was answered. */
#ifndef LEM_LEMCTL_ERRAND_H
#define LEM_LEMCTL_ERRAND_H
#include "lemctl/door_answer.h"
#include "wire/control.h"
#include "wire/genesis.h"
#include "wire/out.h"
#include "wire/private_key.h"

/* Exit codes beside those of args.h. UNKNOWN: it was sent and may have been accepted. */
enum { EXIT_UNREACHABLE = 3, EXIT_UNKNOWN = 4 };

/* A command; zeros but for the members above the line, which are borrowed. */
struct errand {
	const char *command, *members;
	enum operation operation; /* OPERATION_NONE: a question */
	const struct out *parameters;
	/* ---- */
	char correlation[REQ_ID_MAX + 1], req_id[REQ_ID_MAX + 1];
	char document[CONTROL_TEXT_MAX];
	size_t len;
	bool sent;
	struct door_answer answer;
	uint32_t response; /* node of its doc; 0: none yet */
};

/* Draw its mark and make room for the answer; false without memory or randomness. errand_release()
 * in any case. */
bool errand_init(struct errand *errand);
void errand_release(struct errand *errand);

/* Make the document, signed by the operator's key at market time now_ms. Errors as message_make();
 * ERR_LIMIT: it is too long. */
__attribute__((warn_unused_result)) enum err errand_write(struct errand *errand,
	const struct genesis *genesis, const struct private_key *operator_key, int64_t now_ms);

/* Take a document that came: a struct errand's answer, if it bears its mark (a link_message). */
void errand_hear(void *errand, const char *topic, const char *payload, size_t len);

/* Print a refusal, or that there is no answer, as a person reads it; the exit code. */
int errand_tell(const struct errand *errand);

#endif
