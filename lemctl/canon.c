#include "lemctl/canon.h"
#include <stdlib.h>
#include "lemctl/args.h"
#include "wire/err.h"
#include "wire/jcs.h"
#include "wire/json.h"

static const struct json_limits limits = {
	.profile = JSON_PROFILE_ANY,
	.text_max = CANON_TEXT_MAX,
	.depth_max = JSON_DEPTH_MAX,
};

/* Read to the end, but no more than shows that the text is too long. NULL, with *ret_err set, on
 * failure; else the caller frees. */
static char *read_text(FILE *in, size_t *ret_len, enum err *ret_err)
{
	char *text = malloc(CANON_TEXT_MAX + 1);

	*ret_err = ERR_NOMEM;
	if (!text)
		return NULL;
	*ret_len = fread(text, 1, CANON_TEXT_MAX + 1, in);
	*ret_err = ERR_IO;
	if (!ferror(in))
		return text;
	free(text);
	return NULL;
}

/* Write what was read; the nodes and the output are the largest the text can need. */
static enum err write_canonical(const struct json_doc *doc, FILE *out)
{
	size_t size = doc->len * JCS_GROWTH_MAX;
	char *canonical = malloc(size);
	enum err err = ERR_INTERNAL;
	size_t len;

	if (!canonical)
		return ERR_NOMEM;
	len = jcs_write(doc, 0, NULL, canonical, size);
	if (len > 0)
		err = fwrite(canonical, 1, len, out) == len && fflush(out) == 0 ? ERR_OK : ERR_IO;
	free(canonical);
	return err;
}

int canon_stream(FILE *in, FILE *out, FILE *err)
{
	struct json_doc doc = {.nodes = NULL};
	struct json_error where = {.rule = JSON_OK};
	enum err failed;
	size_t len = 0;
	char *text = read_text(in, &len, &failed);

	if (!text)
		goto out;
	/* Each value but the first takes two bytes at least. */
	doc.node_max = (uint32_t)(len / 2 + 1);
	doc.nodes = calloc(doc.node_max, sizeof *doc.nodes);
	failed = ERR_NOMEM;
	if (!doc.nodes)
		goto out;
	failed = ERR_FORMAT;
	if (json_read(&doc, text, len, &limits, &where) == JSON_OK)
		failed = write_canonical(&doc, out);
out:
	if (where.rule != JSON_OK)
		(void)fprintf(err, "line %u, column %u: %s\n", where.line, where.column,
			json_rule_text(where.rule));
	else if (failed != ERR_OK)
		(void)fprintf(err, "lemctl canon: %s\n", err_text(failed));
	free(doc.nodes);
	free(text);
	return failed == ERR_OK ? EXIT_SUCCESS : EXIT_REFUSED;
}

int canon_command(int argc, char **argv)
{
	struct args a = {.usage = "lemctl canon <JSON",
		.about = "Read JSON on standard input, write its canonical form (RFC 8785)."};
	int code = args_parse(&a, argc, argv);

	return code >= 0 ? code : canon_stream(stdin, stdout, stderr);
}
