#!/bin/bash
# Runs each test program given, for five minutes at most, one on each core; all of them, even after a
# failure. Exit 1 if any failed.
one() {
	if timeout 300 "$1" >"$1.log" 2>&1; then
		sed -n -E "/^\[  (SKIPPED|PASSED) /s|^|$(basename "$1"): |p; /^notice:/p" "$1.log"
	else
		cat "$1.log"
		echo "$1: failed"
		echo "$1" >>"$failures"
	fi
}
failures=$(mktemp)
trap 'rm -f "$failures"' EXIT
cores=$(nproc)
for t in "$@"; do
	one "$t" &
	[ "$(jobs -r | wc -l)" -lt "$cores" ] || wait -n
done
wait
failed=$(wc -l <"$failures")
echo "$(($# - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
