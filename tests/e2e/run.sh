#!/bin/bash
# Runs the end-to-end tests: all, or those named; six at a time, for they mostly wait, the long ones
# first. That of the planted faults runs many brokers by itself, and so alone.
cd "$(dirname "$0")/../.." || exit 1
long=(settlement network_trade network soak services modes network_plan abuse params crash)
tests=("$@")
[ ${#tests[@]} -gt 0 ] || mapfile -t tests < <(
	printf 'tests/e2e/test_%s.sh\n' faults "${long[@]}"
	printf '%s\n' tests/e2e/test_*.sh
)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
one() {
	local name begun=$SECONDS
	name=$(basename "$1" .sh)
	timeout 200 bash "$1" >"$out/$name.log" 2>&1 && touch "$out/$name.ok"
	cat "$out/$name.log"
	echo "  ($name took $((SECONDS - begun)) s)"
}
names=()
for t in "${tests[@]}"; do
	name=$(basename "$t" .sh)
	[[ " ${names[*]} " == *" $name "* ]] && continue
	names+=("$name")
	one "$t" &
	[ "$name" != test_faults ] || wait
	while [ "$(jobs -r | wc -l)" -ge 6 ]; do sleep 0.2; done
done
wait
failed=()
for name in "${names[@]}"; do
	[ -e "$out/$name.ok" ] || failed+=("$name")
done
[ ${#failed[@]} -eq 0 ] || echo "failed: ${failed[*]}"
echo "$((${#names[@]} - ${#failed[@]})) passed, ${#failed[@]} failed"
[ ${#failed[@]} -eq 0 ]
