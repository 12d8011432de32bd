/* hem_scratch: a home's own database in a folder of its own, for tests of what it keeps. */
#ifndef LEM_TESTS_HEM_SCRATCH_H
#define LEM_TESTS_HEM_SCRATCH_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "hem-client/ems/hem_db.h"
#include "tests/lib/scratch.h"

static char folder[SCRATCH_MAX];
static struct hem_db db;

static inline int hem_scratch_open(void **state)
{
	(void)state;
	assert_int_equal(scratch_make(folder), 0);
	assert_int_equal(hem_db_open(&db, folder), ERR_OK);
	return 0;
}

static inline int hem_scratch_close(void **state)
{
	(void)state;
	hem_db_close(&db);
	return scratch_remove(folder);
}

#endif
