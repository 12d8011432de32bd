#!/bin/sh
# Functions that are banned, notes to oneself, and traces of the workplace: usage words.sh [FILE...]
failed=0
find_in() { # find_in RULE PATTERN FILE...: an extended regular expression
	rule=$1
	pattern=$2
	shift 2
	[ $# -gt 0 ] || return 0
	grep -nHE -- "$pattern" "$@" /dev/null |
		sed "s|^\([^:]*:[0-9]*\):.*|\1: $rule|" | grep . && failed=1
}
only() { # only PATTERN FILE...: those files whose names match
	pattern=$1
	shift
	printf '%s\n' "$@" | grep -E "$pattern"
}
[ $# -gt 0 ] || set -- $(git ls-files ':!third_party')
sources=$(only '\.[ch]$' "$@")
programs=$(echo "$sources" | grep -v '^tests/')
begin='(^|[^A-Za-z0-9_])'
find_in 'a banned function: it cannot report errors, or keeps state' \
	"$begin(atoi|atol|atoll|atof|strtok|gets|rand|srand|localtime|gmtime|asctime|ctime)\(" $sources
find_in 'a banned function: its output has no bound, or it changes the locale' \
	"$begin(sprintf|vsprintf|strcpy|strcat|strncpy|strncat|setlocale|alloca)\(" $programs
find_in 'what comes from outside is read by wire/json.h' \
	"$begin(cJSON_Parse[A-Za-z]*|cJSON_GetObjectItem)\(" $programs
find_in 'SQL without a statement table belongs to store/db.c' \
	"${begin}sqlite3_(exec|v?s?n?mprintf|get_table)\(" $(echo "$programs" | grep -v '^store/db\.c$')
find_in 'a note to oneself' "$begin(TO[D]O|FIX[M]E|X[X]X|HAC[K])($|[^A-Za-z0-9_])" "$@"
find_in 'a trace of the workplace' "(^|[^A-Za-z])(/wor[k]/|/roo[t]/|[Ii]ssue #?[0-9]|[Ss]ession [0-9])" "$@"
exit $failed
