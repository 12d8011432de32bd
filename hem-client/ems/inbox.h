/* inbox: what the market sends to this home, taken in by `hem run`. */
#ifndef LEM_HEM_INBOX_H
#define LEM_HEM_INBOX_H
#include "hem-client/ems/ems.h"

/* Take a message in; context is the struct ems. */
void inbox_message(void *context, enum session_topic topic, const char *payload, size_t len);

/* The courier has dropped a message; context is the struct ems. */
void inbox_dropped(void *context, const struct spooled *message);

#endif
