#include "hem-client/ems/own_modes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTE "modes"

/* "-1 RE+TE 120 RE": slot and mode, in turn. */
static bool read_spans(const char *text, struct home_modes *ret)
{
	const char *at = text;

	memset(ret, 0, sizeof *ret);
	while (*at && ret->count < MODES_KEPT) {
		struct mode_span *span = &ret->spans[ret->count++];
		char name[8];
		int len = 0;
		char *end;
		span->from_slot = strtoll(at, &end, 10);
		if (end == at || sscanf(end, " %7s%n", name, &len) != 1)
			return false;
		span->mode = mode_from_name(name);
		if (!span->mode)
			return false;
		at = end + len + strspn(end + len, " ");
	}
	return ret->count > 0 && !*at;
}

enum err own_modes_load(struct hem_db *db, enum mode registered, struct home_modes *ret)
{
	char text[HEM_DB_NOTE_MAX];
	enum err err = hem_db_get_note(db, NOTE, text);

	home_modes_init(ret, registered);
	if (err != ERR_OK || !text[0])
		return err;
	return read_spans(text, ret) ? ERR_OK : ERR_FORMAT;
}

enum err own_modes_keep(struct hem_db *db, const struct home_modes *modes)
{
	char text[MODES_KEPT * 32] = "";
	size_t len = 0;

	for (uint32_t i = 0; i < modes->count; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%lld %s",
			i > 0 ? " " : "", (long long)modes->spans[i].from_slot,
			mode_name(modes->spans[i].mode));
	return hem_db_put_note(db, NOTE, text);
}

bool own_modes_equal(const struct home_modes *a, const struct home_modes *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		if (a->spans[i].from_slot != b->spans[i].from_slot ||
			a->spans[i].mode != b->spans[i].mode)
			return false;
	}
	return true;
}
