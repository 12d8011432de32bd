#!/bin/bash
# Runs the end-to-end tests: all, or those named; four at a time, for they mostly wait. That of the
# planted faults runs many brokers by itself, and so alone.
cd "$(dirname "$0")/../.." || exit 1
tests=("$@")
[ ${#tests[@]} -gt 0 ] || tests=(tests/e2e/test_*.sh)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
one() {
	timeout 200 bash "$1" >"$out/$(basename "$1").log" 2>&1 && touch "$out/$(basename "$1").ok"
	cat "$out/$(basename "$1").log"
}
for t in "${tests[@]}"; do
	[[ $t == *faults* ]] && one "$t"
done
for t in "${tests[@]}"; do
	[[ $t == *faults* ]] && continue
	one "$t" &
	while [ "$(jobs -r | wc -l)" -ge 4 ]; do sleep 0.2; done
done
wait
failed=()
for t in "${tests[@]}"; do
	[ -e "$out/$(basename "$t").ok" ] || failed+=("$(basename "$t" .sh)")
done
[ ${#failed[@]} -eq 0 ] || echo "failed: ${failed[*]}"
echo "$((${#tests[@]} - ${#failed[@]})) passed, ${#failed[@]} failed"
[ ${#failed[@]} -eq 0 ]
