/* The queue of publications: order, counts, moving, and what is owned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "engine/outbox.h"

static void assert_next(struct outbox *o, const char *topic, const char *payload)
{
	struct publication *p = outbox_take(o);

	assert_non_null(p);
	assert_string_equal(p->topic, topic);
	assert_string_equal(p->payload, payload); /* it ends with a NUL beside its length */
	assert_int_equal(p->len, strlen(payload));
	assert_null(p->next);
	free(p);
}

static void first_in_first_out(void **state)
{
	struct outbox o = {.first = NULL};

	(void)state;
	assert_null(outbox_take(&o));
	assert_non_null(outbox_add(&o, "t/1", "one", 3, false));
	outbox_add(&o, "t/22", "two two", 7, true)->ends_session = true;
	assert_int_equal(o.count, 2);
	assert_int_equal(o.bytes, 3 + 4 + 7 + 5);
	assert_false(o.first->retain || o.first->ends_session);
	assert_next(&o, "t/1", "one");
	assert_true(o.first->retain && o.first->ends_session);
	assert_non_null(outbox_add(&o, "t/3", "", 0, false));
	assert_next(&o, "t/22", "two two");
	assert_next(&o, "t/3", "");
	assert_null(outbox_take(&o));
	assert_int_equal(o.count, 0);
	assert_int_equal(o.bytes, 0);
	assert_non_null(outbox_add(&o, "t/4", "again", 5, false));
	assert_next(&o, "t/4", "again");
}

static void the_payload_is_a_copy(void **state)
{
	struct outbox o = {.first = NULL};
	char payload[] = "abc";

	(void)state;
	assert_non_null(outbox_add(&o, "t", payload, 2, false)); /* a part of a text */
	payload[0] = 'x';
	assert_next(&o, "t", "ab");
}

static void moving_keeps_the_order(void **state)
{
	struct outbox a = {.first = NULL}, b = {.first = NULL};

	(void)state;
	outbox_move(&a, &b);
	assert_int_equal(a.count, 0);
	assert_non_null(outbox_add(&b, "b", "1", 1, false));
	outbox_move(&a, &b); /* into an empty one */
	assert_int_equal(b.count + b.bytes, 0);
	assert_null(outbox_take(&b));
	assert_non_null(outbox_add(&b, "b", "2", 1, false));
	assert_non_null(outbox_add(&b, "b", "3", 1, false));
	outbox_move(&a, &b);
	outbox_move(&a, &b); /* of an empty one */
	assert_int_equal(a.count, 3);
	assert_non_null(outbox_add(&a, "a", "4", 1, false));
	assert_next(&a, "b", "1");
	assert_next(&a, "b", "2");
	assert_next(&a, "b", "3");
	assert_next(&a, "a", "4");
	assert_int_equal(a.bytes, 0);
}

static void a_failure_moves_along_and_is_cleared(void **state)
{
	struct outbox a = {.first = NULL}, b = {.failed = true};

	(void)state;
	outbox_move(&a, &b);
	assert_true(a.failed);
	assert_false(b.failed);
	assert_non_null(outbox_add(&a, "t", "x", 1, false));
	outbox_clear(&a);
	assert_false(a.failed);
	assert_int_equal(a.count, 0);
	outbox_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(the_payload_is_a_copy),
		cmocka_unit_test(moving_keeps_the_order),
		cmocka_unit_test(a_failure_moves_along_and_is_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
