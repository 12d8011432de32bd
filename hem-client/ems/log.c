#include "hem-client/ems/log.h"
#include <stdarg.h>
#include <stdlib.h>
#include "wire/clock.h"

void log_init(struct log *log, enum log_level level)
{
	*log = (struct log){.out = stderr, .level = level, .tokens = LOG_BURST_MAX};
	log->prefixes = getenv("JOURNAL_STREAM") != NULL;
}

static void refill(struct log *log)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t tokens = (now_ms - log->refilled_ms) / LOG_REFILL_MS;

	if (tokens <= 0)
		return;
	log->refilled_ms = now_ms;
	log->tokens =
		tokens > LOG_BURST_MAX - log->tokens ? LOG_BURST_MAX : log->tokens + (int)tokens;
}

static void put(struct log *log, enum log_level level, const char *text)
{
	const char *word = level == LOG_LEVEL_ERROR     ? "error: "
			   : level == LOG_LEVEL_WARNING ? "warning: "
							: "";

	if (log->prefixes)
		(void)fprintf(log->out, "<%d>", (int)level);
	(void)fprintf(log->out, "hem: %s%s\n", word, text);
}

void log_line(struct log *log, enum log_level level, const char *format, ...)
{
	char text[LOG_LINE_MAX];
	va_list args;

	if (level > log->level)
		return;
	refill(log);
	if (log->tokens <= 0 && level != LOG_LEVEL_ERROR) {
		log->suppressed++;
		return;
	}
	if (log->suppressed > 0) {
		snprintf(text, sizeof text, "%u lines were left out", log->suppressed);
		log->suppressed = 0;
		put(log, LOG_LEVEL_WARNING, text);
	}
	log->tokens -= log->tokens > 0;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	put(log, level, text);
}
