#include "lemctl/backup.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "lemctl/office_door.h"
#include "store/backup.h"
#include "wire/out.h"

enum { PATH_LEN = 4096 };

/* A line that is written over and over, on a terminal. */
static bool show_progress(void *context, int64_t done, int64_t all)
{
	(void)context;
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r%3d %%", all > 0 ? (int)(100 * done / all) : 100);
	return true;
}

static void print_json(const char *target, const struct backup *made)
{
	char text[2 * PATH_LEN];
	struct out out;

	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"bytes\":%llu,\"folder\":", (unsigned long long)made->bytes);
	out_string(&out, target);
	out_printf(&out, ",\"height\":%llu}", (unsigned long long)made->height);
	(void)puts(text);
}

/* Copy by ourselves: reading does not disturb the broker. */
static int copy(const char *dir, const char *given, bool json)
{
	char why[BACKUP_WHY_MAX], target[PATH_LEN];
	size_t len = strlen(given);
	struct backup made;
	enum err err;

	while (len > 1 && given[len - 1] == '/')
		len--;
	(void)snprintf(target, sizeof target, "%.*s", (int)len, given);
	if (office_door_become_owner(dir) != 0)
		return EXIT_REFUSED;
	err = backup_make(dir, target, show_progress, NULL, &made, why);
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r     \r");
	if (err != ERR_OK) {
		(void)fprintf(stderr, "lemctl: backup: %s\n", why);
		return EXIT_REFUSED;
	}
	if (json)
		print_json(target, &made);
	else
		(void)printf("%s: to height %llu, %llu bytes\n", target,
			(unsigned long long)made.height, (unsigned long long)made.bytes);
	return 0;
}

int backup_command(int argc, char **argv)
{
	struct office_door d = {.dir = NULL};
	bool json = false;
	const struct arg table[] = {
		OFFICE_DOOR_ARGS(d),
		{"json", ARG_FLAG, &json, "", "print for a program", 0, 0},
	};
	struct args a = {.usage = "lemctl backup [OPTION...] DIR [TARGET]",
		.about = "Copy both databases as they are at one moment, also while the broker "
			 "runs, into the new folder TARGET; without TARGET the broker makes the "
			 "copy, in DIR/backup on its machine. The keys are not copied.",
		.table = table,
		.count = sizeof table / sizeof *table,
		.positional_min = 1,
		.positional_max = 2};
	int code = args_parse(&a, argc, argv);
	int lock = -1;

	if (code >= 0)
		return code;
	d.dir = a.positional[0];
	if (a.positional_count == 2 && office_door_is_remote(&d))
		return args_complain(&a, a.positional[1],
			"is for a market on this machine; without it its broker makes the copy");
	if (a.positional_count == 2)
		return copy(d.dir, a.positional[1], json);
	code = office_door_become_owner(d.dir);
	if (code == 0)
		code = office_door_lock(&d, &lock);
	if (lock >= 0)
		(void)close(lock);
	if (code != 0 || lock >= 0)
		return code != 0 ? code
				 : args_complain(
					   &a, "TARGET", "the broker is stopped: name a folder");
	return office_door_show(&d, CONTROL_BACKUP, "", json);
}
