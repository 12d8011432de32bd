/* streams: what a program's command reads and writes, in memory. */
#ifndef LEM_TESTS_STREAMS_H
#define LEM_TESTS_STREAMS_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct streams {
	FILE *in_file, *out_file, *err_file;
	char *out, *err; /* what was written; valid once they are closed */
	size_t out_len, err_len;
	int status; /* what the command returned */
};

/* Open them: the first gives text, which must live until they are closed. */
static inline void streams_open(struct streams *s, const char *text, size_t len)
{
	*s = (struct streams){.in_file = NULL};
	/* fmemopen() takes no empty buffer. */
	s->in_file =
		len > 0 ? fmemopen((void *)(uintptr_t)text, len, "r") : fopen("/dev/null", "r");
	s->out_file = open_memstream(&s->out, &s->out_len);
	s->err_file = open_memstream(&s->err, &s->err_len);
	assert_true(s->in_file && s->out_file && s->err_file);
}

static inline void streams_close(struct streams *s)
{
	(void)fclose(s->in_file);
	(void)fclose(s->out_file);
	(void)fclose(s->err_file);
}

/* Free what was written. */
static inline void streams_release(struct streams *s)
{
	free(s->out);
	free(s->err);
}

#endif
