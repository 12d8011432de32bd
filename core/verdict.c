#include "core/verdict.h"

const char *verdict_name(enum verdict verdict)
{
	switch (verdict) {
#define X(name, number, sentence)                                                                  \
	case VERDICT_##name:                                                                       \
		return #name;
		VERDICTS(X)
#undef X
	}
	return "?";
}

const char *verdict_text(enum verdict verdict)
{
	switch (verdict) {
#define X(name, number, sentence)                                                                  \
	case VERDICT_##name:                                                                       \
		return sentence;
		VERDICTS(X)
#undef X
	}
	return "?";
}
