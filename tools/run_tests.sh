#!/bin/sh
# Runs each test program given, for five minutes at most; all of them, even after a failure. Exit 1 if
# any failed.
failed=0
passed=0
for t in "$@"; do
	if timeout 300 "$t" >"$t.log" 2>&1; then
		passed=$((passed + 1))
		grep -E '^\[  (SKIPPED|PASSED) ' "$t.log" | sed "s|^|$(basename "$t"): |"
		grep -E '^notice:' "$t.log"
	else
		failed=$((failed + 1))
		cat "$t.log"
		echo "$t: failed"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
