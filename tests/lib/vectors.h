/* vectors: foreign test vectors, which lie in a folder beside the project, or where LEM_SHARED
 * says. A test that needs them skips itself with a notice where they are absent. */
#ifndef LEM_TESTS_VECTORS_H
#define LEM_TESTS_VECTORS_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The path of a file or folder of the vectors; skips the test if it is absent. Valid until the next
 * call. */
static inline const char *vectors_path(const char *name)
{
	static char path[1024];
	const char *root = getenv("LEM_SHARED");

	(void)snprintf(path, sizeof path, "%s/%s", root ? root : "../shared", name);
	if (access(path, R_OK) == 0)
		return path;
	printf("notice: skipped %s, ../shared not present\n", name);
	skip();
	return NULL;
}

/* A whole file with a NUL after it; the caller frees. Fails the test if it cannot be read. */
static inline char *vectors_read(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");
	char *data;
	long len;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	len = ftell(f);
	assert_true(len >= 0);
	rewind(f);
	data = malloc((size_t)len + 1);
	assert_non_null(data);
	*ret_len = fread(data, 1, (size_t)len, f);
	assert_int_equal(*ret_len, (size_t)len);
	data[len] = '\0';
	(void)fclose(f);
	return data;
}

#endif
