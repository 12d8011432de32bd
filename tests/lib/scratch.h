/* scratch: a temporary folder of a test. */
#ifndef LEM_TESTS_SCRATCH_H
#define LEM_TESTS_SCRATCH_H
#include <stdio.h>
#include <stdlib.h>

enum { SCRATCH_MAX = 64 };

/* Make an empty folder; its path in folder. 0, or -1 as a cmocka setup fails. */
static inline int scratch_make(char folder[static SCRATCH_MAX])
{
	(void)snprintf(folder, SCRATCH_MAX, "/tmp/lem_test.XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

/* Remove it with all that is in it; 0 for success. */
static inline int scratch_remove(const char *folder)
{
	char command[SCRATCH_MAX + 8];

	(void)snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

#endif
