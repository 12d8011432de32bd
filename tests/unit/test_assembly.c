/* Blocks put together from their parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "hem-client/replica/assembly.h"
#include "wire/header_form.h"
#include "wire/out.h"
#include "tests/lib/scratch.h"

static struct assembly assembly;
static char text[ASSEMBLY_PART_MAX + 64], why[ASSEMBLY_WHY_MAX];
static uint64_t seqs[64];
static size_t seq_count, stop_after;
static char folder[SCRATCH_MAX];

static int setup(void **state)
{
	(void)state;
	if (scratch_make(folder) != 0 || assembly_open(&assembly, folder) != ERR_OK)
		return -1;
	assembly_await(&assembly, 3);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assembly_close(&assembly);
	return scratch_remove(folder);
}

/* A part with `count` transactions from `seq` on. */
static size_t part(uint64_t height, unsigned n, bool last, uint64_t seq, unsigned count)
{
	uint8_t sig[SIGNATURE_LEN] = {7};
	struct header header = {.height = height};
	char form[HEADER_TEXT_MAX];
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out, "{");
	if (n == 0) {
		out_printf(&out, "\"header\":");
		out_bytes(&out, form, header_write(&header, "tiny", form));
		out_printf(&out, ",\"operator_signature\":");
		out_base64url(&out, sig, SIGNATURE_LEN);
		out_printf(&out, ",");
	}
	out_printf(&out, "\"height\":%llu,\"last\":%s,\"part\":%u,\"transactions\":[",
		(unsigned long long)height, last ? "true" : "false", n);
	for (unsigned i = 0; i < count; i++) {
		out_printf(&out,
			"%s{\"body\":{\"n\":%u},\"market_ms\":5,\"seq\":%llu,\"signature\":",
			i ? "," : "", i, (unsigned long long)(seq + i));
		if (i % 2)
			out_base64url(&out, sig, SIGNATURE_LEN);
		else
			out_printf(&out, "\"\"");
		out_printf(&out, "}");
	}
	out_printf(&out, "]}");
	return out_end(&out);
}

static void add(size_t len, uint64_t height)
{
	uint64_t got = 0;

	assert_int_equal(assembly_add(&assembly, "tiny", text, len, &got, why), ERR_OK);
	assert_true(got == height);
}

static bool visit(void *context, const struct stored_tx *tx)
{
	(void)context;
	assert_true(tx->market_ms == 5 && tx->body_len == 7 && tx->body[0] == '{');
	assert_true(tx->is_signed == (tx->signature[0] == 7));
	seqs[seq_count++] = tx->seq;
	return seq_count != stop_after;
}

static size_t counted;

static bool count(void *context, const struct stored_tx *tx)
{
	(void)context;
	counted += tx->seq == counted + 1;
	return true;
}

static enum err walk(void)
{
	struct tx_source s = assembly_source(&assembly);

	seq_count = 0;
	return s.each(s.context, visit, NULL);
}

static void parts_come_in_order_or_not_at_all(void **state)
{
	(void)state;
	add(part(3, 1, false, 13, 2), 3); /* before its turn */
	assert_int_equal(assembly.next_part, 0);
	add(part(4, 0, true, 1, 1), 4); /* of another block */
	add(part(3, 0, false, 10, 3), 3);
	add(part(3, 0, false, 10, 3), 3); /* again */
	add(part(3, 2, true, 15, 1), 3);
	assert_false(assembly.complete);
	add(part(3, 1, false, 13, 2), 3);
	add(part(3, 2, true, 15, 1), 3);
	assert_true(assembly.complete);
	add(part(3, 3, true, 99, 1), 3);
	stop_after = 0;
	assert_int_equal(walk(), ERR_OK);
	assert_int_equal(seq_count, 6);
	for (size_t i = 0; i < seq_count; i++)
		assert_true(seqs[i] == 10 + i);
	stop_after = 4;
	assert_int_equal(walk(), ERR_OK);
	assert_int_equal(seq_count, 4);
}

static void an_empty_block_is_one(void **state)
{
	(void)state;
	add(part(3, 0, true, 0, 0), 3);
	assert_true(assembly.complete);
	stop_after = 0;
	assert_int_equal(walk(), ERR_OK);
	assert_int_equal(seq_count, 0);
}

static void a_bad_part_is_refused(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {{"\"height\":3,\"last\"", "\"height\":0,\"last\""},
		{"\"height\":3,\"last\"", "\"height\":4,\"last\""}, {"\"part\":0", "\"part\":x"},
		{"\"last\":true", "\"lest\":true"}, {"{\"header\"", "[\"header\""},
		{"operator_signature\":\"B", "operator_signature\":\"#"}};
	uint64_t height;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = part(3, 0, true, 1, 2);
		char *at = memmem(text, len, cases[i].from, strlen(cases[i].from));
		assert_non_null(at);
		memcpy(at, cases[i].to, strlen(cases[i].to));
		assert_int_equal(
			assembly_add(&assembly, "tiny", text, len, &height, why), ERR_FORMAT);
		assert_true(why[0] != '\0' && assembly.next_part == 0);
	}
	memset(text, ' ', sizeof text);
	assert_int_equal(assembly_add(&assembly, "tiny", text, ASSEMBLY_PART_MAX + 1, &height, why),
		ERR_FORMAT);
	assert_int_equal(assembly_add(&assembly, "tiny", text, 0, &height, why), ERR_FORMAT);
}

/* Transactions are looked at when they are executed. */
static void a_bad_transaction_is_found_later(void **state)
{
	size_t len = part(3, 0, true, 1, 2);
	char *at = memmem(text, len, "\"seq\":2", 7);

	(void)state;
	assert_non_null(at);
	at[1] = 'S';
	add(len, 3);
	stop_after = 0;
	assert_int_equal(walk(), ERR_FORMAT);
	assert_int_equal(seq_count, 1);
}

static void a_block_without_end_has_one(void **state)
{
	size_t len = part(3, 0, false, 1, 900);
	uint64_t height, before = ASSEMBLY_BYTES_MAX - 4 - len;

	(void)state;
	assembly.bytes = before + 1;
	assert_int_equal(assembly_add(&assembly, "tiny", text, len, &height, why), ERR_LIMIT);
	assert_true(assembly.bytes == before + 1 && assembly.next_part == 0);
	assembly.bytes = before;
	assert_int_equal(assembly_add(&assembly, "tiny", text, len, &height, why), ERR_OK);
	assert_true(assembly.bytes == ASSEMBLY_BYTES_MAX);
}

/* 40 MB in 600 parts: all of it comes out again, and memory has one part. */
static void a_large_block_passes(void **state)
{
	enum { PARTS = 600, TXS = 900 };

	(void)state;
	for (unsigned n = 0; n < PARTS; n++) {
		size_t len = part(3, n, n == PARTS - 1, 1 + n * (uint64_t)TXS, TXS);
		assert_true(len > 60000);
		add(len, 3);
	}
	assert_true(assembly.complete && assembly.bytes > UINT64_C(1) << 25);
	counted = 0;
	assert_int_equal(assembly_source(&assembly).each(&assembly, count, NULL), ERR_OK);
	assert_int_equal(counted, PARTS * TXS);
	assembly_await(&assembly, 4); /* and leaves nothing behind */
	assert_int_equal(lseek(assembly.fd, 0, SEEK_END), 0);
}

static void what_the_disk_refuses_is_not_taken(void **state)
{
	size_t len = part(3, 0, true, 1, 2);
	uint64_t height;
	int fd = assembly.fd;

	(void)state;
	assembly.fd = open("/dev/full", O_RDWR);
	assert_int_equal(assembly_add(&assembly, "tiny", text, len, &height, why), ERR_IO);
	assert_true(assembly.bytes == 0 && assembly.next_part == 0 && !assembly.complete);
	assert_non_null(strstr(why, "block 3"));
	(void)close(assembly.fd);
	assembly.fd = fd;
	add(len, 3);
	assert_true(assembly.complete);
}

static void a_folder_that_is_not_there(void **state)
{
	struct assembly other;

	(void)state;
	assert_int_equal(assembly_open(&other, "/nowhere"), ERR_IO);
	assembly_close(&other);
	assembly_close(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(parts_come_in_order_or_not_at_all, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_block_is_one, setup, teardown),
		cmocka_unit_test_setup_teardown(a_bad_part_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_bad_transaction_is_found_later, setup, teardown),
		cmocka_unit_test_setup_teardown(a_block_without_end_has_one, setup, teardown),
		cmocka_unit_test_setup_teardown(a_large_block_passes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_the_disk_refuses_is_not_taken, setup, teardown),
		cmocka_unit_test(a_folder_that_is_not_there),
	};

	return cmocka_run_group_tests_name("assembly", tests, NULL, NULL);
}
