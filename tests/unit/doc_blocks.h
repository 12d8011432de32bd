/* doc_blocks: the marked blocks of a document, one after the other: <!-- MARK --> and, if a fenced
 * block follows it at once, that block's text. */
#ifndef LEM_TESTS_DOC_BLOCKS_H
#define LEM_TESTS_DOC_BLOCKS_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOC_MAX = 1 << 17, DOC_MARK_MAX = 96 };

/* One marked block; text is borrowed from the document, without its last line feed. */
struct doc_block {
	char mark[DOC_MARK_MAX];
	const char *text;
	size_t len;
};

/* A whole document with a final NUL, the caller's to free; NULL if it cannot be read. */
static inline char *doc_load(const char *path)
{
	FILE *file = fopen(path, "r");
	char *doc = calloc(1, DOC_MAX);
	size_t len = file && doc ? fread(doc, 1, DOC_MAX - 1, file) : 0;

	if (file)
		(void)fclose(file);
	if (len > 0 && len < DOC_MAX - 1)
		return doc;
	free(doc);
	return NULL;
}

/* The next block from *at on, which moves behind it; false at the end. */
static inline bool doc_next(const char **at, struct doc_block *block)
{
	const char *mark = strstr(*at, "<!-- ");
	const char *mark_end = mark ? strstr(mark, " -->\n") : NULL;
	const char *end;

	if (!mark_end || mark_end - mark - 5 >= DOC_MARK_MAX)
		return false;
	memset(block, 0, sizeof *block);
	memcpy(block->mark, mark + 5, (size_t)(mark_end - mark - 5));
	*at = mark_end + 5;
	if (strncmp(*at, "```", 3) != 0)
		return true;
	block->text = strchr(*at, '\n') + 1;
	end = strstr(block->text, "\n```");
	if (!end)
		return false;
	block->len = (size_t)(end - block->text);
	*at = end + 4;
	return true;
}

/* The block of that mark; false if there is none. */
static inline bool doc_find(const char *doc, const char *mark, struct doc_block *block)
{
	while (doc_next(&doc, block)) {
		if (strcmp(block->mark, mark) == 0)
			return true;
	}
	return false;
}

#endif
