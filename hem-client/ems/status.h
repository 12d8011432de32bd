/* status: a small JSON file in the state directory, replaced whole, that `hem status` shows. */
#ifndef LEM_HEM_STATUS_H
#define LEM_HEM_STATUS_H
#include "hem-client/ems/ems.h"

enum { STATUS_TEXT_MAX = 32768, STATUS_ORDERS_MAX = 64 };

/* Write the file if something has changed and the last writing is a while ago; now_ms is real,
 * monotonic. What cannot be written is logged once. */
void status_write(struct ems *ems, int64_t now_ms);

/* The text of the file: JSON with a final NUL; returns its length, 0 if it does not fit. */
size_t status_text(struct ems *ems, char *out, size_t size);

#endif
