/* page_files: the operator's page, embedded by tools/embed_page.sh. */
#ifndef LEM_LEMCTL_PAGE_FILES_H
#define LEM_LEMCTL_PAGE_FILES_H
#include <stddef.h>

/* One file as it is sent. */
struct page_file {
	const char *path; /* "/", "/page.js" */
	const char *type; /* Content-Type */
	const unsigned char *bytes;
	size_t len;
};

/* All of them; page_file_count many. */
extern const struct page_file page_files[];
extern const size_t page_file_count;

#endif
