#!/bin/sh
# Runs each fuzz target for some seconds, two at a time, from the seeds that tests/fuzz/seeds.py
# makes: usage run_fuzz.sh SECONDS TARGET...
seconds=$1
shift
seeds=$(dirname "$1")/seeds
rm -rf "$seeds"
/usr/bin/python3 tests/fuzz/seeds.py "$seeds" || exit 1
one='
	name=$(basename "$2")
	mkdir -p "$2.found" "$1/$name"
	if "$2" -max_total_time="$0" -max_len=16384 -print_final_stats=1 "$2.found" "$1/$name" >"$2.log" 2>&1; then
		echo "$name: $(sed -n "s/^stat::number_of_executed_units: //p" "$2.log") runs, $(
			sed -n "s/.* cov: \([0-9]*\) .*/\1/p" "$2.log" | tail -n 1) edges"
	else
		tail -n 30 "$2.log"
		echo "$2: failed"
		exit 1
	fi'
printf '%s\n' "$@" | xargs -P 2 -I '{}' sh -c "$one" "$seconds" "$seeds" '{}'
