#!/bin/sh
# Runs each fuzz target for some seconds, two at a time: usage run_fuzz.sh SECONDS TARGET...
seconds=$1
shift
one='
	if "$1" -max_total_time="$0" -print_final_stats=1 >"$1.log" 2>&1; then
		echo "$(basename "$1"): $(sed -n "s/^stat::number_of_executed_units: //p" "$1.log") runs"
	else
		tail -n 30 "$1.log"
		echo "$1: failed"
		exit 1
	fi'
printf '%s\n' "$@" | xargs -P 2 -I '{}' sh -c "$one" "$seconds" '{}'
