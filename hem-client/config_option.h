/* config_option: the table of hem's options: the one place that knows their names, kinds, ranges,
 * defaults and meaning. */
#ifndef LEM_HEM_CONFIG_OPTION_H
#define LEM_HEM_CONFIG_OPTION_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "hem-client/config.h"

/* What a value looks like, and the member it goes into. */
enum option_kind {
	OPTION_HOST = 1, /* char[]: a host name or address; not empty, no blanks */
	OPTION_PATH,     /* char[CONFIG_PATH_MAX]: a path, or empty */
	OPTION_NAME,     /* char[]: of a market, 1..24 of a-z 0-9 -, not a dash first */
	OPTION_CLIENT,   /* char[]: a clientId, 3..32 of a-z 0-9 */
	OPTION_HASH,     /* uint8_t[CONFIG_HASH_LEN]: 64 hex digits in lower case */
	OPTION_DAY,      /* char[CONFIG_DAY_MAX]: YYYY-MM-DD */
	OPTION_WHOLE,    /* int64_t: least..most */
	OPTION_DECIMAL,  /* double: least..most, at most six decimals */
	OPTION_CENTS,    /* int64_t mc/kWh, written in cents/kWh: least..most mc, three decimals */
	OPTION_CHOICE,   /* an enum: one of the choices */
	OPTION_YES_NO,   /* bool */
};

/* A word and the number it stands for; a list ends with a NULL word. */
struct option_choice {
	const char *word;
	int number;
};

/* One option. */
struct config_option {
	const char *section;
	const char *name;
	enum option_kind kind;
	size_t offset, size; /* of the member in struct config */
	double least, most;  /* OPTION_WHOLE, _DECIMAL, _CENTS */
	const struct option_choice *choices;
	const char *value; /* the default as one would write it; NULL: a market needs it said */
	const char *help;  /* one sentence */
};

enum { OPTION_RULE_MAX = 160, OPTIONS_MAX = 64 };

/* All options, section by section, config_option_count() of them, at most OPTIONS_MAX. */
extern const struct config_option config_options[];
size_t config_option_count(void);

/* The option of exactly that name; NULL if there is none. */
const struct config_option *config_option_find(const char *section, const char *name);

/* Whether there is a section of exactly that name. */
bool config_section_exists(const char *section);

/* Put a value into its member. A relative path is put as it stands. False, with the member
 * untouched, if the value breaks the option's rule. */
__attribute__((warn_unused_result)) bool config_option_set(
	const struct config_option *option, const char *value, struct config *config);

/* The rule a value must keep: "must be a whole number 1 to 65535". */
void config_option_rule(const struct config_option *option, char out[static OPTION_RULE_MAX]);

#endif
