#!/bin/sh
# The example files are what the programs say: their tests compare them. usage: examples.sh
log=$(mktemp)
trap 'rm -f "$log"' EXIT
make --no-print-directory UNIT_ONLY='config options' unit >"$log" 2>&1 && exit 0
tests=$(sed -n 's/.*\[  FAILED  \] \([a-z_]*\)$/\1/p' "$log" | sort -u)
[ -n "$tests" ] || cat "$log"
for test in ${tests:-main}; do
	grep -nE "^(static void|int) $test\(" tests/unit/test_config.c tests/unit/test_options.c |
		sed 's/^\([^:]*:[0-9]*\):.*/\1: an example file is not what its program says/'
done
exit 1
