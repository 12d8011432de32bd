#!/bin/bash
# Runs the end-to-end tests: all, or those named; two at a time, for they mostly wait.
cd "$(dirname "$0")/../.." || exit 1
tests=("$@")
[ ${#tests[@]} -gt 0 ] || tests=(tests/e2e/test_*.sh)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for t in "${tests[@]}"; do
	(timeout 200 bash "$t" >"$out/$(basename "$t").log" 2>&1 && touch "$out/$(basename "$t").ok"
		cat "$out/$(basename "$t").log") &
	while [ "$(jobs -r | wc -l)" -ge 2 ]; do sleep 0.2; done
done
wait
passed=$(find "$out" -name '*.ok' | wc -l)
failed=$((${#tests[@]} - passed))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
