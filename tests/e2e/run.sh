#!/bin/bash
# Runs the end-to-end tests: all, or those named. Each is a program of its own.
cd "$(dirname "$0")" || exit 1
cd ../..
failed=0
passed=0
tests=("$@")
[ ${#tests[@]} -gt 0 ] || tests=(tests/e2e/test_*.sh)
for t in "${tests[@]}"; do
	if timeout 170 bash "$t"; then passed=$((passed + 1)); else
		failed=$((failed + 1))
		echo "$t: failed"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
