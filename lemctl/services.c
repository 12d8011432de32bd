#include "lemctl/services.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/units.h"
#include "lemctl/activation_ear.h"
#include "lemctl/input.h"
#include "lemctl/role_errand.h"
#include "wire/quantity.h"
#include "wire/service_form.h"

enum { NO_SLOT = -1, PARAMETERS_MAX = 4096, FILE_MAX = 16384, COLUMNS = 3 };
enum { CENT_DECIMALS = 3, WAIT_STEP_MS = 50, NS_PER_MS = 1000000 };
enum { MARGIN_SHARE = 64 /* of a slot */ };

/* The columns of a file. */
struct prices {
	int32_t mc[COLUMNS][SCHEDULE_SLOTS_MAX]; /* import, export, wholesale */
	uint32_t count;
	int columns; /* 0 before the first line; 2 or 3 */
};

/* A price in cents/kWh at *at, which is moved behind it. */
static bool read_price(const char **at, int32_t *ret_mc)
{
	char text[QUANTITY_TEXT_MAX];
	size_t len = strcspn(*at, ",\n");
	int64_t mc;

	if (len >= sizeof text)
		return false;
	memcpy(text, *at, len);
	text[len] = '\0';
	*at += len;
	if (!decimal_read(text, CENT_DECIMALS, &mc) || mc > PRICE_MC_MAX)
		return false;
	*ret_mc = (int32_t)mc;
	return true;
}

/* A line of two prices, or of three: as many as the first. */
static bool read_line(const char **at, struct prices *p)
{
	int n = 0;

	do {
		if (n == COLUMNS || !read_price(at, &p->mc[n][p->count]))
			return false;
		n++;
	} while (*(*at)++ == ',');
	(*at)--;
	if (p->columns == 0)
		p->columns = n;
	if (n < 2 || n != p->columns)
		return false;
	if (**at == '\n')
		(*at)++;
	p->count++;
	return true;
}

/* Exit code; complains. */
static int read_file(const char *path, struct prices *p)
{
	static char text[FILE_MAX];
	const char *at = text;

	if (input_read(path, text, sizeof text - 1) == 0) {
		(void)fprintf(
			stderr, "lemctl: %s: it cannot be read, or is empty or too long\n", path);
		return EXIT_REFUSED;
	}
	while (*at) {
		if (p->count < SCHEDULE_SLOTS_MAX && read_line(&at, p))
			continue;
		(void)fprintf(stderr,
			p->count == SCHEDULE_SLOTS_MAX
				? "lemctl: %s: it has more than %u lines\n"
				: "lemctl: %s: line %u is not IMPORT,EXPORT or "
				  "IMPORT,EXPORT,WHOLESALE in cents/kWh\n",
			path, p->count == SCHEDULE_SLOTS_MAX ? p->count : p->count + 1);
		return EXIT_REFUSED;
	}
	return 0;
}

static int send_tariff(
	struct role_door *d, const char *path, const char *from, int64_t first_slot, bool json)
{
	static struct prices p;
	struct tariff_window w = {.import_mc = p.mc[0], .export_mc = p.mc[1]};
	char text[PARAMETERS_MAX];
	struct out out;
	int code = read_file(path, &p);

	if (code == 0)
		code = role_door_open(d);
	if (code == 0)
		code = role_errand_slot(&d->genesis.params, from, &first_slot);
	w.first_slot = first_slot;
	w.count = p.count;
	w.wholesale_mc = p.columns == COLUMNS ? p.mc[2] : NULL;
	if (code == 0) {
		out_init(&out, text, sizeof text);
		service_form_write_tariff(&out, d->self->address.text, &w);
		code = role_errand_send(d, OPERATION_TARIFF, &out, json);
	}
	role_door_close(d);
	return code;
}

static int tariff_main(int argc, char **argv)
{
	static struct role_door d = {.role = AGGREGATOR_ROLE};
	const char *from = NULL, *file = "-";
	int64_t first_slot = NO_SLOT;
	bool json = false;
	const struct arg table[] = {
		{"first-slot", ARG_INT, &first_slot, "N", "the first slot", 0, INT32_MAX},
		{"from", ARG_TEXT, &from, "DATE",
			"or the first that begins then: YYYY-MM-DD HH:MM:SS", 0, 0},
		{"file", ARG_TEXT, &file, "FILE",
			"a line IMPORT,EXPORT or IMPORT,EXPORT,WHOLESALE for each slot (- is "
			"standard input, the default)",
			0, 0},
		{"role-key", ARG_TEXT, &d.key_file, "FILE", "the role's key (in DIR)", 0, 0},
		{"json", ARG_FLAG, &json, "", "print the receipt", 0, 0},
		ROLE_DOOR_ARGS(d),
	};
	struct args a = {.usage = "lemctl aggregator tariff --first-slot N [OPTION...] DIR",
		.about = "Say what energy costs outside the market, in cents/kWh, in at most 96 "
			 "slots to come.\nOf several tariffs for a slot the last counts.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 1};
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	if ((from != NULL) == (first_slot != NO_SLOT))
		return args_complain(&a, "--first-slot", "it or --from, one of both");
	d.dir = a.positional[0];
	return send_tariff(&d, file, from, first_slot, json);
}

int aggregator_command(int argc, char **argv)
{
	bool help = argc > 1 && strcmp(argv[1], "--help") == 0;

	if (argc > 1 && strcmp(argv[1], "tariff") == 0)
		return tariff_main(argc - 1, argv + 1);
	(void)fputs("usage: lemctl aggregator tariff [OPTION...] DIR\n"
		    "DIR has genesis.json, ca.crt and aggregator.pem: the market's directory, or "
		    "copies.\n",
		help ? stdout : stderr);
	return help ? 0 : EXIT_USAGE;
}

/* What of an activation the command line says. */
struct activate_words {
	const char *regulation, *energy, *price, *measure, *from;
	int64_t slot;
	bool json, wait;
};

/* Exit code; complains by `a`. */
static int read_terms(
	const struct args *a, const struct activate_words *w, struct activation_terms *t)
{
	t->regulation = regulation_from_name(w->regulation);
	if (!regulation_name(t->regulation))
		return args_complain(a, a->positional[0], "is neither up nor down");
	if (!w->energy || !energy_read("Wh", w->energy, &t->energy_wh))
		return args_complain(a, "--energy", "needs a number of Wh");
	if (!w->price || !decimal_read(w->price, CENT_DECIMALS, &t->price_mc_per_kwh))
		return args_complain(a, "--price", "needs cents/kWh, with at most three decimals");
	t->measure = w->measure ? measure_from_name(w->measure) : (enum measure)0;
	if (w->measure && !measure_name(t->measure))
		return args_complain(a, "--measure", "there is no such measure");
	if ((w->from != NULL) == (w->slot != NO_SLOT))
		return args_complain(a, "--slot", "it or --from, one of both");
	t->slot = w->slot;
	return 0;
}

static void hear(void *context, const char *topic, const char *payload, size_t len)
{
	(void)topic;
	activation_ear_hear(context, payload, len);
}

static void print_answer(const struct activation_answer *a, bool json)
{
	printf(json ? "{\"activation\":%llu,\"auction\":%llu,\"cleared_wh\":%lld,"
		      "\"offered_wh\":%lld,\"status\":\"%s\"}\n"
		    : "activation %llu: auction %llu is to deliver %lld Wh of %lld offered: %s\n",
		(unsigned long long)a->activation, (unsigned long long)a->auction,
		(long long)a->cleared_wh, (long long)a->offered_wh, a->status);
}

/* Wait for what its auction is cleared at, until there can be none any more. */
static int wait_for_answer(struct role_door *d, const struct activation_ear *ear,
	const struct activation_terms *t, bool json)
{
	const struct params *p = &d->genesis.params;
	int64_t end_ms = params_slot_start_ms(p, t->slot + 1);
	const struct activation_answer *a;

	for (;;) {
		a = activation_ear_answer(ear, d->receipt.seq);
		if (a && a->ended) {
			print_answer(a, json);
			return 0;
		}
		if (role_door_now_ms(d) >= end_ms) {
			(void)fprintf(stderr, "lemctl: activation %llu: nobody has answered it\n",
				(unsigned long long)d->receipt.seq);
			return EXIT_UNKNOWN;
		}
		if (link_wait(d->link, WAIT_STEP_MS) != ERR_OK) {
			(void)fprintf(stderr, "lemctl: the connection is lost\n");
			return EXIT_UNREACHABLE;
		}
	}
}

/* Within a slot, wait until its first quarter is over, and surely so by the market's clock. */
static void wait_for_quarter(const struct role_door *d, const struct activation_terms *t, bool json)
{
	const struct params *p = &d->genesis.params;
	int64_t from_ms = activation_begins_ms(p, t);

	if (from_ms == INT64_MIN || role_door_now_ms(d) >= from_ms)
		return;
	from_ms += p->slot_s * MS_PER_S / MARGIN_SHARE;
	if (!json)
		(void)fprintf(stderr, "lemctl: waiting for the end of the slot's first quarter\n");
	while (role_door_now_ms(d) < from_ms)
		(void)nanosleep(
			&(struct timespec){.tv_nsec = (long)WAIT_STEP_MS * NS_PER_MS}, NULL);
}

static int send_activation(
	struct role_door *d, const struct activate_words *w, struct activation_terms *t)
{
	static const char *const more[] = {"auctions/+", NULL};
	char text[PARAMETERS_MAX];
	struct out out;
	int code = role_door_open(d);

	if (code == 0)
		code = role_errand_slot(&d->genesis.params, w->from, &t->slot);
	if (code == 0)
		wait_for_quarter(d, t, w->json);
	if (code == 0 && w->wait)
		code = role_door_connect(d, more);
	if (code == 0) {
		out_init(&out, text, sizeof text);
		service_form_write_activate(&out, d->self->address.text, t);
		code = role_errand_send(d, OPERATION_ACTIVATE, &out, w->json);
	}
	(void)fflush(stdout);
	if (code == 0 && w->wait)
		code = wait_for_answer(d, d->context, t, w->json);
	role_door_close(d);
	return code;
}

int services_activate(int argc, char **argv)
{
	static struct activation_ear ear;
	static struct role_door d = {.role = "tso", .hear = hear, .context = &ear};
	struct activate_words w = {.slot = NO_SLOT};
	struct activation_terms terms = {.slot = 0};
	const struct arg table[] = {
		{"slot", ARG_INT, &w.slot, "N", "of delivery", 0, INT32_MAX},
		{"from", ARG_TEXT, &w.from, "DATE",
			"or the first that begins then: YYYY-MM-DD HH:MM:SS", 0, 0},
		{"energy", ARG_TEXT, &w.energy, "WH", "how much", 0, 0},
		{"price", ARG_TEXT, &w.price, "CENTS", "for each kWh delivered", 0, 0},
		{"measure", ARG_TEXT, &w.measure, "NAME",
			"what says what was delivered (the market's); before-after: in the second "
			"half of the slot, asked for when its first quarter is over",
			0, 0},
		{"wait", ARG_FLAG, &w.wait, "",
			"wait for what the aggregator can deliver: what its auction is cleared at",
			0, 0},
		{"role-key", ARG_TEXT, &d.key_file, "FILE", "the role's key (in DIR)", 0, 0},
		{"json", ARG_FLAG, &w.json, "", "print the receipt, and the answer", 0, 0},
		ROLE_DOOR_ARGS(d),
	};
	struct args a = {.usage = "lemctl tso activate up|down --slot N --energy WH --price CENTS "
				  "[OPTION...] DIR",
		.about =
			"Ask the aggregator for regulation: up, that so much less is drawn, down, "
			"that so much\nmore is. It answers with an auction for it among the homes.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 2,
		.positional_max = 2};
	int code = args_parse(&a, argc, argv);

	if (code >= 0)
		return code;
	w.regulation = a.positional[0];
	code = read_terms(&a, &w, &terms);
	if (code != 0)
		return code;
	d.dir = a.positional[1];
	return send_activation(&d, &w, &terms);
}
