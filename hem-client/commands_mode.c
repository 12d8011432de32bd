/* `hem mode`: trade, be paid for the CPF, or both, from a slot on. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "hem-client/commands.h"
#include "hem-client/commands_cli.h"
#include "hem-client/commands_errand.h"
#include "hem-client/ems/own_modes.h"
#include "wire/date.h"

enum { NO_SLOT = -1 };

/* "re+te" as the market spells it; 0: no mode. */
static enum mode read_mode(const char *word)
{
	char name[8] = "";

	for (size_t i = 0; i < sizeof name - 1 && word[i]; i++)
		name[i] = (char)toupper((unsigned char)word[i]);
	return strlen(word) < sizeof name ? mode_from_name(name) : (enum mode)0;
}

static int send(struct errand *e, const struct mode_span *span)
{
	struct signer signer = {.key = e->identity.ems};
	struct message m = {.text = NULL};
	char text[128];
	struct out out;
	int code;

	out_init(&out, text, sizeof text);
	message_write_preference(&out, span);
	if (message_make(OPERATION_PREFERENCE, e->config.market.client_id, e->genesis.market,
		    errand_now_ms(e), &out, &signer, &m) != ERR_OK)
		return HEM_EXIT_REFUSED;
	code = errand_send(e, &m, false);
	message_release(&m);
	return code;
}

/* Without a slot the first in which no order of the home can stand yet. */
static int change(struct errand *e, struct mode_span *span, const char *from)
{
	const struct params *p;
	char begins[DATE_LEN + 1];
	int code = errand_connect(e, "mode", NULL, false);

	if (code != 0)
		return code;
	p = &e->genesis.params;
	if (from && !date_first_slot(from, p, &span->from_slot)) {
		(void)fprintf(
			stderr, "hem: mode: --from needs YYYY-MM-DD or YYYY-MM-DD HH:MM:SS\n");
		return HEM_EXIT_USAGE;
	}
	if (span->from_slot == NO_SLOT)
		span->from_slot = params_slot_at(p, errand_now_ms(e)) + p->horizon_slots + 1;
	code = send(e, span);
	if (code != 0)
		return code;
	date_write(params_slot_start_ms(p, span->from_slot), begins);
	(void)printf("%s from slot %lld on, which begins at %s\n", mode_name(span->mode),
		(long long)span->from_slot, begins);
	return HEM_EXIT_OK;
}

/* What the market said last, without asking it. */
static int show(struct errand *e)
{
	struct home_modes modes;

	if (own_modes_load(&e->db, e->config.home.mode, &modes) != ERR_OK) {
		(void)fprintf(stderr, "hem: mode: %s\n", e->db.db.why);
		return HEM_EXIT_REFUSED;
	}
	(void)printf("%s\n", mode_name(modes.spans[0].mode));
	for (uint32_t i = 1; i < modes.count; i++)
		(void)printf("%s from slot %lld on\n", mode_name(modes.spans[i].mode),
			(long long)modes.spans[i].from_slot);
	return HEM_EXIT_OK;
}

int hem_mode(int argc, char **argv)
{
	const char *config = NULL, *from = NULL;
	struct mode_span span = {.from_slot = NO_SLOT};
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &config, "FILE", "the configuration file", 0},
		{"from", 0, CLI_TEXT, &from, "DATE", "the first slot that begins then or later", 0},
		{"from-slot", 0, CLI_INT, &span.from_slot, "N",
			"the first slot; else the first in which no order can stand yet",
			INT32_MAX},
	};
	struct cli cli = {.usage = "hem mode [OPTION...] [te|re|re+te]",
		.about = "Trade (te), be paid for the CPF (re), or both, from a slot on that has "
			 "not "
			 "begun; without\na mode show what the market said last.",
		.options = options,
		.count = sizeof options / sizeof *options,
		.words_max = 1};
	struct errand e;
	int code = cli_parse(&cli, argc, argv);

	if (code >= 0)
		return code;
	if (cli.word_count > 0)
		span.mode = read_mode(cli.words[0]);
	if ((cli.word_count > 0 && !span.mode) || (from && span.from_slot != NO_SLOT)) {
		(void)fprintf(stderr, "hem: mode: %s\n",
			span.mode ? "--from or --from-slot, not both"
				  : "the mode is te, re or re+te");
		return HEM_EXIT_USAGE;
	}
	code = errand_open(&e, config);
	if (code != 0)
		return code;
	code = span.mode ? change(&e, &span, from) : show(&e);
	errand_close(&e);
	return code;
}
