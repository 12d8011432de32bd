#include "lemctl/clear.h"
#include <inttypes.h>
#include <stdlib.h>
#include "core/clearing.h"
#include "lemctl/args.h"
#include "lemctl/book_file.h"

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
	const char *name = NULL;
	const struct arg table[] = {
		{"rule", ARG_TEXT, &name, "RULE", "pay-as-bid, uniform or vickrey (required)", 0,
			0},
	};
	struct args a = {.usage = "lemctl clear --rule RULE <BOOK",
		.about = "Read a book of orders as JSON on standard input, print the awards.",
		.table = table,
		.count = sizeof table / sizeof *table};
	enum rule rule;
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	rule = name ? rule_from_name(name) : (enum rule)0;
	if (!rule) {
		(void)fprintf(stderr, "lemctl: --rule: %s%s\nusage: %s\n",
			name ? "there is no rule " : "is missing", name ? name : "", a.usage);
		return EXIT_USAGE;
	}
	return clear_stream(rule, stdin, stdout, stderr);
}
