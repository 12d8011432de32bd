#include "wire/err.h"

static const struct {
	const char *name;
	const char *text;
} entries[] = {
#define ERR_ENTRY(name, text) {#name, text},
	ERR_TABLE(ERR_ENTRY)
#undef ERR_ENTRY
};

const char *err_name(enum err err)
{
	return (unsigned)err < ERR_COUNT ? entries[err].name : "UNKNOWN";
}

const char *err_text(enum err err)
{
	return (unsigned)err < ERR_COUNT ? entries[err].text : "unknown error";
}
