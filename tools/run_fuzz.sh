#!/bin/sh
# Runs each fuzz target for some seconds: usage run_fuzz.sh SECONDS TARGET...
seconds=$1
shift
for t in "$@"; do
	if "$t" -max_total_time="$seconds" -print_final_stats=1 >"$t.log" 2>&1; then
		echo "$(basename "$t"): $(sed -n 's/^stat::number_of_executed_units: //p' "$t.log") runs"
	else
		tail -n 30 "$t.log"
		echo "$t: failed"
		exit 1
	fi
done
