#include "lemctl/clear.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "core/clearing.h"
#include "lemctl/book_file.h"

enum { EXIT_USAGE = 2 };

/* The rule that the command line names; 0 if it is not as it should be. */
static enum rule rule_given(int argc, char **argv)
{
	static const char option[] = "--rule=";

	if (argc == 3 && strcmp(argv[1], "--rule") == 0)
		return rule_from_name(argv[2]);
	if (argc == 2 && strncmp(argv[1], option, sizeof option - 1) == 0)
		return rule_from_name(argv[1] + sizeof option - 1);
	return (enum rule)0;
}

static void awards_print(const struct book_file *f, const struct fill *fills, size_t n, FILE *out)
{
	bool by_amount = f->terms.rule == RULE_VICKREY;

	(void)fprintf(out, "{\"awards\":[");
	for (size_t i = 0; i < n; i++) {
		(void)fprintf(out, "%s{\"id\":", i > 0 ? "," : "");
		book_file_put_id(f, fills[i].ref, out);
		(void)fprintf(out, ",\"quantity_wh\":%" PRId64 ",\"%s\":%" PRId64 "}",
			fills[i].quantity_wh, by_amount ? "amount_uc" : "price_mc_per_kwh",
			by_amount ? fills[i].amount_uc : fills[i].price_mc_per_kwh);
	}
	(void)fprintf(out, "]}\n");
}

int clear_stream(enum rule rule, FILE *in, FILE *out, FILE *err)
{
	struct clearing_result result;
	struct book_file f;
	struct fill *fills = NULL;
	enum err failed = book_file_read(&f, in, rule);

	if (failed)
		goto out;
	failed = ERR_NOMEM;
	fills = calloc(f.count + 1, sizeof *fills);
	if (!fills)
		goto out;
	failed = ERR_INTERNAL; /* book_file_read() has checked all that a clearing refuses */
	if (clear_book(&f.terms, f.orders, f.count, fills, &result) != BOOK_OK)
		goto out;
	awards_print(&f, fills, result.fill_count, out);
	failed = fflush(out) != 0 || ferror(out) ? ERR_IO : ERR_OK;
out:
	if (failed)
		(void)fprintf(err, "lemctl clear: %s\n",
			failed == ERR_FORMAT ? f.problem : err_text(failed));
	free(fills);
	book_file_release(&f);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int clear_command(int argc, char **argv)
{
	enum rule rule = rule_given(argc, argv);

	if (!rule) {
		(void)fprintf(stderr,
			"usage: lemctl clear --rule pay-as-bid|uniform|vickrey <book.json\n");
		return EXIT_USAGE;
	}
	return clear_stream(rule, stdin, stdout, stderr);
}
