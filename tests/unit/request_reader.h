/* request_reader: requests read by the market's reader, for the tests of their forms. */
#ifndef LEM_TESTS_REQUEST_READER_H
#define LEM_TESTS_REQUEST_READER_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/sample_requests.h"

static struct request_workspace *workspace;
static struct request request;
static struct request_error error;

static inline int reader_setup(void **state)
{
	(void)state;
	workspace = calloc(1, sizeof *workspace);
	return workspace ? 0 : -1;
}

static inline int reader_teardown(void **state)
{
	(void)state;
	free(workspace);
	return 0;
}

/* Read it into `request`, or `error`. */
static inline enum verdict read_text(enum operation operation, const char *text)
{
	return request_read(
		workspace, SAMPLE_MARKET, operation, text, strlen(text), &request, &error);
}

/* The sample of an operation with one text in place of another. */
static inline enum verdict read_edited(enum operation operation, const char *from, const char *to)
{
	char text[4096];
	const char *sample = NULL, *at;

	for (int i = 0; i < SAMPLE_REQUESTS; i++) {
		if (sample_requests[i].operation == operation)
			sample = sample_requests[i].text;
	}
	assert_non_null(sample);
	at = strstr(sample, from);
	assert_non_null(at);
	(void)snprintf(
		text, sizeof text, "%.*s%s%s", (int)(at - sample), sample, to, at + strlen(from));
	return read_text(operation, text);
}

/* One edit of a sample, and what the reader says of it. */
struct edit_case {
	enum operation operation;
	const char *from, *to, *field; /* NULL: it is taken */
	enum verdict verdict;
};

static inline void expect_edits(const struct edit_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum verdict v = read_edited(cases[i].operation, cases[i].from, cases[i].to);

		if (v != cases[i].verdict ||
			(cases[i].field && strcmp(error.field, cases[i].field) != 0))
			fail_msg("%s for %s: %s %s", cases[i].to, cases[i].from, verdict_name(v),
				error.field);
	}
}

#endif
