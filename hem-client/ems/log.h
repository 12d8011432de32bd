/* log: lines for a person on standard error, with levels and a limit on how many. */
#ifndef LEM_HEM_LOG_H
#define LEM_HEM_LOG_H
#include <stdint.h>
#include <stdio.h>

/* The numbers are syslog's. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

enum { LOG_BURST_MAX = 40, LOG_REFILL_MS = 250, LOG_LINE_MAX = 1024 };

/* Where lines go, and how many still may. */
struct log {
	FILE *out;            /* borrowed */
	enum log_level level; /* less important lines are not written */
	int prefixes;         /* 1: "<N>" in front, as the journal reads it */
	int tokens;           /* lines that may be written at once */
	int64_t refilled_ms;  /* monotonic */
	unsigned suppressed;
};

/* Begin, on standard error; journal prefixes if it leads to systemd's journal. */
void log_init(struct log *log, enum log_level level);

/* Write a line: "hem: warning: ...". Lines beyond the limit are counted, and told of later; errors
 * are always written. */
__attribute__((format(printf, 3, 4))) void log_line(
	struct log *log, enum log_level level, const char *format, ...);

#endif
