#include "lemctl/history.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "lemctl/args.h"
#include "lemctl/office_door.h"
#include "store/csm_db.h"
#include "store/ledger_db.h"
#include "wire/digest.h"
#include "wire/jcs.h"
#include "wire/request_form.h"

enum { PATH_LEN = 4096, FIRST_SLOT = -50000, LAST_SLOT = -2, INPUT_MAX = 4096 };

/* One import: all of it or nothing. */
struct import {
	struct office_door door;
	struct csm_db csm;
	const char *file;
	unsigned line;
	unsigned readings, homes;
	/* Of the meter read last: its lines stand together. */
	char serial[METER_TEXT_MAX + 1];
	uint32_t home;
	struct verify_key *key;
	struct reading last;
	struct request request;
	struct json_node nodes[JSON_MESSAGE_NODES];
};

static int refuse(const struct import *im, const char *field, const char *rule)
{
	(void)fprintf(stderr, "lemctl: %s: line %u: %s%s%s; nothing is imported\n", im->file,
		im->line, field, field[0] ? ": " : "", rule);
	return EXIT_REFUSED;
}

/* The certified key of the line's meter, kept until another meter's lines come. */
static int find_meter(struct import *im)
{
	const char *serial = im->request.command.u.reading.meter_serial;
	struct public_key key;

	if (im->key && strcmp(serial, im->serial) == 0)
		return 0;
	verify_key_free(im->key);
	im->key = NULL;
	if (csm_db_meter_key(&im->csm, serial, &im->home, &key) != ERR_OK ||
		verify_key_new(&key, &im->key) != ERR_OK)
		return refuse(
			im, "meter", "no home with this certified meter has registered its keys");
	memcpy(im->serial, serial, strlen(serial) + 1);
	im->last = (struct reading){.slot = INT64_MIN};
	im->homes++;
	return 0;
}

static int check_signature(struct import *im, const struct json_doc *doc)
{
	static const char *const skip[] = {"meter_signature", NULL};
	char input[INPUT_MAX];
	uint8_t digest[HASH_LEN];
	size_t prefix = signing_prefix("reading", im->door.genesis.market, input);
	size_t len = jcs_write(doc, 0, skip, input + prefix, sizeof input - prefix);

	digest_sha256(input, prefix + len, digest);
	if (len == 0 || verify_key_check(im->key, digest, input, prefix + len,
				im->request.meter_signature) != VERIFY_OK)
		return refuse(im, "meter_signature", "it does not verify under the key on record");
	return 0;
}

/* The slot is before the market, taken at its end, and follows the meter's last. */
static int check_order(const struct import *im)
{
	const struct params *p = &im->door.genesis.params;
	const struct reading *r = &im->request.command.u.reading.reading;
	int64_t off_ms = r->taken_ms - params_slot_start_ms(p, r->slot + 1);

	if (r->slot > LAST_SLOT)
		return refuse(im, "slot", "it is not before the market's first reading, slot -1");
	if (off_ms > p->boundary_s * 1000 || off_ms < -p->boundary_s * 1000)
		return refuse(im, "taken", "the reading was not taken at the slot's end");
	if (r->slot <= im->last.slot)
		return refuse(im, "slot", "a meter's readings do not ascend");
	for (int i = 0; i < REGISTER_COUNT; i++) {
		if (r->registers.wh[i] < im->last.registers.wh[i])
			return refuse(im, register_name((enum register_name)i),
				"a register runs backwards");
	}
	return 0;
}

static int add(struct import *im)
{
	enum err err;

	im->last = im->request.command.u.reading.reading;
	im->readings++;
	err = csm_db_add_history(&im->csm, im->home, &im->last, im->request.meter_signature);
	if (err == ERR_EXISTS)
		return refuse(im, "slot", "there is a reading of that slot and meter already");
	return err == ERR_OK ? 0 : refuse(im, "", im->csm.db.why);
}

static int take_line(struct import *im, const char *text, size_t len)
{
	struct json_doc doc = {.nodes = im->nodes, .node_max = JSON_MESSAGE_NODES};
	struct json_error error;
	struct form_object o;
	struct form f;
	char item[16];
	int code;

	if (json_read(&doc, text, len, &json_limits_message, &error) != JSON_OK)
		return refuse(im, "", json_rule_text(error.rule));
	memset(&im->request, 0, sizeof im->request);
	form_init(&f, &doc);
	o = form_enter(&f, 0, "");
	form_string(&f, &o, "item", item, sizeof item);
	request_form_registers(&f, &o, FIRST_SLOT, &im->request);
	form_leave(&f, &o);
	if (f.verdict == VERDICT_OK && strcmp(item, "registers") != 0)
		form_fail(&f, "", "item", VERDICT_BAD_FIELD);
	if (f.verdict != VERDICT_OK)
		return refuse(im, f.field, verdict_text(f.verdict));
	code = find_meter(im);
	if (code == 0)
		code = check_signature(im, &doc);
	if (code == 0)
		code = check_order(im);
	if (code != 0)
		return code;
	return add(im);
}

static int take_file(struct import *im, FILE *file)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	int code = 0;

	while (code == 0 && (len = getline(&text, &size, file)) > 0) {
		im->line++;
		if (text[len - 1] == '\n')
			len--;
		if (len > 0)
			code = take_line(im, text, (size_t)len);
	}
	free(text);
	if (code == 0 && ferror(file))
		code = refuse(im, "", "the file cannot be read");
	if (code == 0 && im->readings == 0)
		code = refuse(im, "", "there are no readings in it");
	return code;
}

/* What is metered from the first block on cannot be changed from outside. */
static int check_young(struct import *im)
{
	struct ledger_db ledger;
	char path[PATH_LEN];
	uint64_t height = 0;
	enum err err;

	(void)snprintf(path, sizeof path, "%s/ledger.db", im->door.dir);
	err = ledger_db_open_read(&ledger, path);
	if (err == ERR_OK)
		err = ledger_db_height(&ledger, &height);
	if (err != ERR_OK)
		(void)fprintf(stderr, "lemctl: %s\n", ledger.db.why);
	else if (height > 0)
		(void)fprintf(stderr, "lemctl: the market's first block is closed: its history can "
				      "no longer be changed\n");
	ledger_db_close(&ledger);
	return err != ERR_OK || height > 0 ? EXIT_REFUSED : 0;
}

static int import_all(struct import *im, FILE *file)
{
	char path[PATH_LEN];
	int code = check_young(im);

	if (code != 0)
		return code;
	(void)snprintf(path, sizeof path, "%s/csm.db", im->door.dir);
	if (csm_db_open(&im->csm, path) != ERR_OK || db_begin(&im->csm.db) != ERR_OK) {
		(void)fprintf(stderr, "lemctl: %s\n", im->csm.db.why);
		csm_db_close(&im->csm);
		return EXIT_REFUSED;
	}
	code = take_file(im, file);
	if (code == 0 && db_commit(&im->csm.db) != ERR_OK)
		code = refuse(im, "", im->csm.db.why);
	if (code == 0)
		(void)printf("%u readings of %u meters are imported\n", im->readings, im->homes);
	csm_db_close(&im->csm);
	verify_key_free(im->key);
	return code;
}

/* Under the plugin's lock: only one program writes the market's files. */
static int run(struct import *im, FILE *file)
{
	char path[PATH_LEN];
	int fd, code;

	(void)snprintf(path, sizeof path, "%s/lock", im->door.dir);
	fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)fprintf(stderr, "lemctl: %s: the market is in use: stop its broker first\n",
			im->door.dir);
		code = EXIT_REFUSED;
	} else {
		code = import_all(im, file);
	}
	if (fd >= 0)
		(void)close(fd);
	return code;
}

int history_command(int argc, char **argv)
{
	struct args a = {.usage = "lemctl history import DIR FILE",
		.about =
			"Import what the homes' certified meters showed before the market began: "
			"a line\n"
			"for each reading, signed by its meter, as `hem history` prints them. The\n"
			"aggregator takes its first day's schedule from them. With the broker "
			"stopped, and\n"
			"before the first block is closed. FILE - is standard input.",
		.positional_min = 3,
		.positional_max = 3};
	int code = args_parse(&a, argc, argv);
	struct import *im;
	FILE *file;

	if (code >= 0)
		return code;
	if (strcmp(a.positional[0], "import") != 0) {
		(void)fprintf(stderr, "usage: %s\n", a.usage);
		return EXIT_USAGE;
	}
	file = strcmp(a.positional[2], "-") == 0 ? stdin : fopen(a.positional[2], "r");
	im = calloc(1, sizeof *im);
	if (!file || !im) {
		(void)fprintf(stderr, "lemctl: %s cannot be read\n", a.positional[2]);
		free(im);
		return EXIT_REFUSED;
	}
	im->door.dir = a.positional[1];
	im->file = a.positional[2];
	code = office_door_open(&im->door);
	if (code == 0)
		code = run(im, file);
	office_door_close(&im->door);
	if (file != stdin)
		(void)fclose(file);
	free(im);
	return code;
}
