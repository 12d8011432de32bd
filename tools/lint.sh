#!/bin/sh
# `make lint`: every gate of tools/lint, then the proof that each gate can fail. All of them run,
# even after a failure. Reads what `make all` has built.
cd "$(dirname "$0")/.." || exit 1
failed=0
for gate in format limits headers includes words purity exports examples cppcheck tidy; do
	begin=$(date +%s)
	if tools/lint/$gate.sh; then
		echo "lint: $gate passed ($(($(date +%s) - begin)) s)"
	else
		echo "lint: $gate failed"
		failed=1
	fi
done
tools/lint_selftest.sh || failed=1
exit $failed
