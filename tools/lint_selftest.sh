#!/bin/sh
# Shows that no gate only seems to watch: breaks each rule once in a copy of the tree, and demands
# that its gate then fails, and passes when the rule is mended.
cd "$(dirname "$0")/.." || exit 1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 tar -cf - | tar -xf - -C "$copy" || exit 1
mkdir "$copy/build"
cp -pr build/obj build/gen build/lib*.a build/mosquitto_lem.so "$copy/build/" || exit 1
cd "$copy" || exit 1
git init -q . && git add -A . || exit 1
failed=0
count=0
gate() { # gate NAME FILE: whether it passes; those that read binaries have them made first
	case $1 in
	purity) make -s build/libcore.a >found 2>&1 ;;
	exports) make -s build/mosquitto_lem.so >found 2>&1 ;;
	esac || { echo "lint_selftest: $1 on $2: does not build" && head -n 20 found && exit 1; }
	case $1 in
	purity | exports | examples) tools/lint/$1.sh >found 2>&1 ;;
	*) tools/lint/$1.sh "$2" >found 2>&1 ;;
	esac
}
breaks() { # breaks GATE FILE RULE SED: that edit of the file breaks the rule that this gate watches
	count=$((count + 1))
	gate "$1" "$2" || {
		echo "lint_selftest: $1 fails on $2 as it is:" && head -n 20 found
		failed=1
		return
	}
	cp -p "$2" kept
	sed "$4" kept >"$2"
	! cmp -s kept "$2" || { echo "lint_selftest: $1: nothing to break in $2" && exit 1; }
	if gate "$1" "$2" || ! grep -q "$3" found; then
		echo "lint_selftest: $1 does not see in $2: $3"
		head -n 20 found
		failed=1
	fi
	cp -p kept "$2"
	touch "$2"
}
body='^{$' # where a function's body begins
insert() { # insert N TEXT: a sed script that puts N lines of TEXT behind the first body's brace
	printf '/%s/{\na\\\n' "$body"
	i=0
	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		[ $i -eq "$1" ] && printf '%s\n' "$2" || printf '%s\\\n' "$2"
	done
	printf ':rest\nn\nb rest\n}\n'
}
t=$(printf '\t')
breaks format core/tx.c 'clang-format' "s/^$t/ /"
breaks limits core/tx.c 'the function has' "$(insert 60 "$t(void)0;")"
breaks limits core/tx.c 'the file has more' "$(insert 400 "$t(void)0;")"
breaks limits core/tx.c 'the line has more' "1s|^|/* $(printf '%0100d' 0) */|"
breaks limits core/tx.c 'nested deeper' "$(insert 1 "$t$t$t${t}if (0)")"
breaks limits lemctl/page/page.js 'the file has more' '$r kept'
breaks headers core/tx.h 'a declaration without' '/^\/\*.*Leaf\|^\/\* Leaf/,/\*\//d'
breaks headers core/tx.h 'a struct without' 's|^/\* One transaction.*||'
breaks headers core/tx.h 'an enum without' 's|^/\* Why a delivery.*||'
breaks headers core/tx.h 'a declaration without' 's|^/\* Whether the kind is signed.*||'
breaks includes core/tx.c 'core may not include wire' '1s|^|#include "wire/err.h"\n|'
breaks includes core/tx.c 'core may not include core/vpp' '1s|^|#include "core/vpp/series.h"\n|'
breaks includes wire/err.c 'wire may not include store' '1s|^|#include "store/db.h"\n|'
breaks includes store/db.c 'store may not include engine' '1s|^|#include "engine/outbox.h"\n|'
breaks includes engine/outbox.c 'engine may not include plugin' '1s|^|#include "plugin/queue.h"\n|'
breaks includes plugin/queue.c 'plugin may not include lemctl' '1s|^|#include "lemctl/args.h"\n|'
breaks includes lemctl/args.c 'lemctl may not include plugin' '1s|^|#include "plugin/queue.h"\n|'
breaks includes lemctl/args.c 'lemctl may not include hem' '1s|^|#include "hem-client/tcr/tcr.h"\n|'
breaks includes hem-client/quote.c 'hem-client may not include plugin' '1s|^|#include "plugin/queue.h"\n|'
breaks includes tools/plugin_options.c 'tools may not include lemctl' '1s|^|#include "lemctl/args.h"\n|'
breaks words wire/date.c 'cannot report errors' "$(insert 1 "$t(void)atoi(text);")"
breaks words wire/date.c 'has no bound' "$(insert 1 "${t}strcpy(out, text);")"
breaks words wire/date.c 'wire/json.h' "$(insert 1 "${t}cJSON_Parse(text);")"
breaks words store/csm_db.c 'store/db.c' "$(insert 1 "${t}sqlite3_exec(db, sql, NULL, NULL, NULL);")"
breaks words wire/date.c 'note to oneself' "1s|^|/* TO""DO: later */|"
breaks words Makefile 'trace' "1s|^|# see /wor""k/main|"
breaks words Makefile 'trace' "1s|^|# as iss""ue 12 wants|"
breaks purity core/tx.c 'core must not call' "s/^{\$/{ extern long time(long *); (void)time((long *)0);/"
breaks purity core/tx.c 'core must have no state' '1s|^|extern int tx_state_;\nint tx_state_;\n|'
breaks purity core/tx.c 'core must have no floating' '$s|$|\ntypedef double real;|'
breaks exports plugin/queue.c 'the plugin must export' \
	's/^bool queue_put(/__attribute__((visibility("default"))) bool queue_put(/'
breaks exports plugin/plugin.c 'the plugin must export' 's/^EXPORT int mosquitto_plugin_cleanup/int mosquitto_plugin_cleanup/'
breaks examples hem-client/hem.conf.example 'an example file' 's/^#port = 8883/#port = 1883/'
breaks examples mosquitto.conf.example 'an example file' '/plugin_opt_client_burst/d'
breaks cppcheck wire/date.c 'arrayIndexOutOfBounds' "$(insert 1 "${t}char few[2]; few[2] = 0;")"
breaks tidy wire/date.c 'clang-analyzer' "$(insert 1 "${t}int *none = 0; *none = 1;")"
breaks tidy wire/date.c 'bugprone' "$(insert 1 "${t}if (y == m);")"
echo "lint: self-test broke $count rules, $([ $failed -eq 0 ] && echo each gate saw its own || echo not all were seen)"
exit $failed
