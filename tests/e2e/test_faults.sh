#!/bin/bash
# Brokers with one planted fault each: who re-executes, or whom it concerns, refuses and says why.
. "$(dirname "$0")/lib.sh"
jobs=${FAULT_JOBS:-5}

one() { # one NAME RULE WHO: a market with that fault; prints "ok ..." or "bad ..." lines
	local name=$1 rule=$2 who=$3 height=0 found=0 horizon=4
	work="$work/$name"
	mkdir -p "$work"
	build_dir=$build
	# Where an address is admitted in the slot in which it trades, its absence is seen at the order.
	[ "$name" = unadmitted_address ] && horizon=1
	market --demo --rate 2600 --slot 3600 --start '2017-06-21 08:00:00' --start-in 8 --horizon "$horizon"
	sed -i "s|^plugin .*|plugin $build_dir/fault/$name.so|" "$work/market/mosquitto.conf"
	for n in 1 2 3; do
		"$build/lemctl" home add --json --meter-serial "SN$n" --pv 8000 --battery 5000 --fuse 25000 \
			"$work/market" "home000$n" | sed -n 's/.*"code":"\([^"]*\)".*/\1/p' >"$work/code$n"
		"$build/lemctl" deposit --cents 2000 "$work/market" "home000$n"
	done
	start_broker || echo "bad $name: the broker does not start"
	for n in 1 2 3; do
		enrolled_home "$n" "$(cat "$work/code$n")" || enrolled_home "$n" "$(cat "$work/code$n")" ||
			echo "bad $name: home $n does not register"
		run_home "$n"
	done
	"$build/e2e/aggregator" "$work/market" "$port" 12 1200 >"$work/aggregator.log" 2>&1 &
	children+=("$!")
	for _ in $(seq 320); do
		found=$(grep -l "$rule" "$work"/home*/state/status.json 2>/dev/null | wc -l)
		[ "$found" -eq 3 ] && break
		[ "$who" = home ] && [ "$found" -ge 1 ] && break
		height=$(sqlite3 -readonly "$work/market/ledger.db" 'SELECT max(height) FROM blocks' 2>/dev/null)
		[ "${height:-0}" -ge 14 ] && break
		sleep 0.1
	done
	for p in "${children[@]}"; do kill "$p" 2>/dev/null; done
	wait 2>/dev/null
	if [ "$who" = all ]; then
		[ "$found" -eq 3 ] && echo "ok" || echo "bad $name: $found of 3 replicas refuse with $rule at height $height: $(
			tail -qn 1 "$work"/home*/log | cut -c1-200 | tr '\n' ';')"
		"$build/lemctl" verify --quiet "$work/market/ledger.db" >"$work/verify" 2>&1
		[ $? -eq 1 ] && grep -q "block [0-9]*.*$rule" "$work/verify" && echo "ok" ||
			echo "bad $name: lemctl verify says: $(cat "$work/verify")"
	else
		[ "$found" -ge 1 ] && echo "ok" || echo "bad $name: no home refuses with $rule: $(
			tail -qn 1 "$work"/home*/log | cut -c1-200 | tr '\n' ';')"
	fi
}

names=("$@")
while read -r name _ rule who; do
	case $name in '' | '#'*) continue ;; esac
	[ ${#names[@]} -eq 0 ] || [[ " ${names[*]} " == *" $name "* ]] || continue
	(one "$name" "$rule" "$who" >"$work/$name.result" 2>&1) &
	while [ "$(jobs -r | wc -l)" -ge "$jobs" ]; do sleep 0.1; done
done <tests/fault/list
wait
for r in "$work"/*.result; do
	while read -r line; do
		case $line in
		ok) ok ;;
		bad*) bad "${line#bad }" ;;
		*) echo "  $line" ;;
		esac
	done <"$r"
done
finish
