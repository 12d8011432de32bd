#include "lemctl/network_watch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/units.h"
#include "lemctl/ledger_ear.h"
#include "lemctl/role_door.h"
#include "lemctl/schedule_desk.h"
#include "wire/date.h"
#include "wire/market_doc.h"
#include "wire/net_form.h"
#include "wire/text.h"

enum { SYNC_BLOCKS = 16, SYNC_WAIT_MS = 10000, STEP_MS = 200, AGAIN_S = 5, PARAMETERS_MAX = 1024 };

struct watch {
	struct role_door door;
	struct ledger_ear ear;
	struct schedule_desk desk;
	uint64_t head;  /* the last closed block */
	bool begun;     /* it has been told */
	uint64_t heard; /* of blocks that were asked for: the last that is whole */
	bool approves, refuses, unlimited, json;
};

static void take(void *context, const struct tx *tx)
{
	schedule_desk_take(&((struct watch *)context)->desk, tx);
}

/* What follows "lem/<name>/". */
static const char *below(const struct watch *w, const char *topic)
{
	size_t n = strlen(w->door.genesis.name);

	return strncmp(topic, "lem/", 4) == 0 && strlen(topic) > 5 + n ? topic + 5 + n : "";
}

static void take_head(struct watch *w, const char *text, size_t len)
{
	static struct head head;
	char why[ANSWER_WHY_MAX];

	if (head_read(text, len, w->door.genesis.name, &head, why) == ERR_OK) {
		w->head = head.block.header.height;
		w->begun = true;
	}
}

static void hear(void *context, const char *topic, const char *payload, size_t len)
{
	struct watch *w = context;
	const char *kind = below(w, topic);
	char why[FORM_FIELD_MAX + 64];
	uint64_t height = 0;

	if (strcmp(kind, "head") == 0) {
		take_head(w, payload, len);
	} else if (strcmp(kind, "market") == 0) {
		(void)!market_doc_read(payload, len, &w->door.genesis, w->door.operator_key,
			&height, &w->desk.params, why);
	} else {
		ledger_ear_hear(&w->ear, payload, len, &height);
		if (strncmp(kind, "to/", 3) == 0 && height > w->heard)
			w->heard = height;
	}
}

/* Ask for blocks, and wait for the last of them. */
static int sync_blocks(struct watch *w, uint64_t from, uint64_t to)
{
	char text[PARAMETERS_MAX];
	struct out out;
	int code;

	out_init(&out, text, sizeof text);
	message_write_sync(&out, from, to);
	code = role_door_post(&w->door, OPERATION_SYNC, &out);
	for (int ms = 0; code == 0 && w->heard < to && ms < SYNC_WAIT_MS; ms += STEP_MS) {
		if (w->door.refused || link_wait(w->door.link, STEP_MS) != ERR_OK)
			break;
	}
	return w->heard >= to ? 0 : code;
}

/* What was said while nobody listened: schedules and limits reach two days ahead. */
static int catch_up(struct watch *w)
{
	uint64_t back = (uint64_t)(SCHEDULE_AHEAD_S / w->door.genesis.params.slot_s) + 2;
	uint64_t from, to;
	int code = 0;

	for (int ms = 0; !w->begun && ms < SYNC_WAIT_MS; ms += STEP_MS) {
		if (link_wait(w->door.link, STEP_MS) != ERR_OK)
			return EXIT_UNREACHABLE;
	}
	from = w->head > back ? w->head - back : 1;
	if (from <= w->heard)
		from = w->heard + 1;
	for (; code == 0 && from <= w->head; from = w->heard + 1) {
		to = from + SYNC_BLOCKS - 1 < w->head ? from + SYNC_BLOCKS - 1 : w->head;
		code = sync_blocks(w, from, to);
		if (code == 0 && w->heard < to) /* BUSY, or away: again, but not at once */
			code = link_wait(w->door.link, STEP_MS) == ERR_OK ? 0 : EXIT_UNREACHABLE;
	}
	return code;
}

static void print_time(char out[static DATE_LEN + 1], int64_t ms)
{
	date_write(ms, out);
}

static const char *opinion_name(enum desk_opinion opinion)
{
	return opinion == DESK_WITHIN ? "within" : opinion == DESK_BEYOND ? "beyond" : "unknown";
}

static void print_json(const struct desk_schedule *s, enum desk_opinion opinion, const char *id)
{
	(void)printf(
		"{\"deadline_ms\":%lld,\"event\":\"schedule\",\"first_slot\":%lld,\"id\":\"%s\","
		"\"limits\":\"%s\",\"net_wh\":[",
		(long long)s->deadline_ms, (long long)s->first_slot, id, opinion_name(opinion));
	for (uint32_t i = 0; i < s->count; i++)
		(void)printf("%s%d", i > 0 ? "," : "", (int)s->net_wh[i]);
	(void)printf("]}\n");
}

static void print_text(
	const struct watch *w, const struct desk_schedule *s, const char *why, const char *id)
{
	char begin[DATE_LEN + 1], deadline[DATE_LEN + 1];
	int32_t least = s->net_wh[0], most = s->net_wh[0];

	for (uint32_t i = 1; i < s->count; i++) {
		least = s->net_wh[i] < least ? s->net_wh[i] : least;
		most = s->net_wh[i] > most ? s->net_wh[i] : most;
	}
	print_time(begin, params_slot_start_ms(&w->desk.params, s->first_slot));
	print_time(deadline, s->deadline_ms);
	(void)printf("schedule %s\n  slots %lld to %lld, from %s on: a net of %d to %d Wh\n"
		     "  to be answered before %s; %s\n",
		id, (long long)s->first_slot, (long long)(s->first_slot + s->count - 1), begin,
		(int)least, (int)most, deadline, why[0] ? why : "within the limits");
}

static void print_answer(const struct watch *w, const char *id, enum approval_verdict verdict)
{
	if (w->json)
		(void)printf(
			"{\"event\":\"answer\",\"height\":%llu,\"id\":\"%s\",\"verdict\":\"%s\"}\n",
			(unsigned long long)w->door.receipt.height, id,
			approval_verdict_name(verdict));
	else
		(void)printf("%s %s\n",
			verdict == APPROVAL_APPROVE ? "approved" : "asked for changes of", id);
}

/* Answer it, if that is ours to do; a word that was given, by whom ever, stands. */
static int answer(struct watch *w, struct desk_schedule *s, enum desk_opinion opinion,
	const char *why, const char *id)
{
	enum approval_verdict verdict = opinion == DESK_WITHIN ? APPROVAL_APPROVE : APPROVAL_CHANGE;
	bool wanted =
		(opinion == DESK_WITHIN && w->approves) || (opinion == DESK_BEYOND && w->refuses);
	char text[PARAMETERS_MAX];
	struct out out;
	int code;

	if (!wanted || s->answer_seq || s->tried)
		return 0;
	out_init(&out, text, sizeof text);
	net_form_write_approve(&out, w->door.self->address.text, s->id, verdict, why);
	code = role_door_send(&w->door, OPERATION_APPROVE, &out);
	s->tried = code == 0 || code == EXIT_REFUSED;
	if (code == 0)
		print_answer(w, id, verdict);
	return code == EXIT_REFUSED ? 0 : code;
}

/* Show what is new, and answer it. */
static int look(struct watch *w)
{
	int code = 0;

	for (int i = 0; code == 0 && i < SCHEDULES_MAX; i++) {
		struct desk_schedule *s = &w->desk.rows[i];
		char id[TEXT_HEX_LEN(HASH_LEN) + 1], why[SCHEDULE_DESK_WHY_MAX];
		enum desk_opinion opinion;

		if (!schedule_desk_waits(&w->desk, s, role_door_now_ms(&w->door)))
			continue;
		opinion = schedule_desk_judge(&w->desk, s, w->unlimited, why);
		(void)!text_hex_write(s->id, HASH_LEN, id, sizeof id);
		if (!s->told && w->json)
			print_json(s, opinion, id);
		else if (!s->told)
			print_text(w, s, why, id);
		s->told = true;
		code = answer(w, s, opinion, why, id);
		(void)fflush(stdout);
	}
	return code;
}

/* One connection, until it is lost. */
static int listen_once(struct watch *w)
{
	static const char *const more[] = {"market", "head", "offers", "blocks", NULL};
	int code = role_door_connect(&w->door, more);

	if (code == 0)
		code = catch_up(w);
	while (code == 0) {
		code = look(w);
		if (code == 0 && link_wait(w->door.link, STEP_MS) != ERR_OK)
			code = EXIT_UNREACHABLE;
	}
	link_close(w->door.link);
	w->door.link = NULL;
	return code;
}

/* For ever: somebody has to answer at night. The first connection must succeed. */
static int watch_on(struct watch *w)
{
	int code = role_door_open(&w->door);

	if (code == 0 && ledger_ear_open(&w->ear, &w->door.genesis, take, w) != ERR_OK)
		code = EXIT_REFUSED;
	if (code != 0)
		return code;
	w->desk.params = w->door.genesis.params;
	w->desk.self = w->door.self->address;
	for (;;) {
		code = listen_once(w);
		if (!w->begun || (code != EXIT_UNREACHABLE && code != EXIT_UNKNOWN))
			return code;
		(void)fprintf(stderr, "lemctl: the connection is lost; again in %d s\n", AGAIN_S);
		(void)sleep(AGAIN_S);
	}
}

static int watch_main(struct watch *w, const char *role, int argc, char **argv)
{
	char line[160];
	const struct arg table[] = {
		{"auto-approve", ARG_FLAG, &w->approves, "",
			"approve schedules within the limits that this role has posted", 0, 0},
		{"auto-refuse", ARG_FLAG, &w->refuses, "",
			"ask for changes of those beyond them, and say why", 0, 0},
		{"unlimited", ARG_FLAG, &w->unlimited, "",
			"a slot for which none is posted has no limit", 0, 0},
		{"role-key", ARG_TEXT, &w->door.key_file, "FILE", "the role's key (in DIR)", 0, 0},
		{"json", ARG_FLAG, &w->json, "", "a line of JSON for each event", 0, 0},
		ROLE_DOOR_ARGS(w->door),
	};
	struct args a = {.usage = line,
		.about = "Print schedules as they are announced, and those that still wait for an "
			 "answer; until\nended by a signal. What is answered by hand stays as it "
			 "is.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 1};
	int code;

	(void)snprintf(line, sizeof line, "lemctl %s watch [OPTION...] DIR", role);
	code = args_parse(&a, argc, argv);
	if (code >= 0)
		return code;
	w->door.dir = a.positional[0];
	w->door.role = role;
	w->door.hear = hear;
	w->door.context = w;
	code = watch_on(w);
	ledger_ear_close(&w->ear);
	role_door_close(&w->door);
	return code;
}

int network_watch(const char *role, int argc, char **argv)
{
	struct watch *w = calloc(1, sizeof *w);
	int code = w ? watch_main(w, role, argc, argv) : EXIT_REFUSED;

	free(w);
	return code;
}
