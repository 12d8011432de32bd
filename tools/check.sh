#!/bin/sh
# `make check`: sets up what is missing and runs all tests; says where the time went.
set -e
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
step() { # step NAME command...
	name=$1
	shift
	begin=$(date +%s)
	"$@" || {
		echo "check: $name failed"
		exit 1
	}
	echo "$name $(($(date +%s) - begin))" >>"$log"
}
jobs=-j$(nproc)
step set-up tools/deps.sh check
step build make "$jobs" --no-print-directory all build/demo-savings build/e2e/aggregator
step unit make "$jobs" --no-print-directory unit
# The end-to-end tests mostly wait: meanwhile the next steps' builds take what they leave.
make --no-print-directory e2e-built
nice -n 19 make "$jobs" --no-print-directory checks-built >/dev/null 2>&1 &
step e2e make --no-print-directory e2e
wait
step asan make "$jobs" --no-print-directory asan
step tsan make "$jobs" --no-print-directory tsan
step fuzz make "$jobs" --no-print-directory fuzz FUZZ_S=2
echo "time in seconds:"
sed 's/^/  /' "$log"
