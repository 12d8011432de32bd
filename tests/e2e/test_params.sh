#!/bin/bash
# Parameters that change while a market runs, with crashes between: homes follow their replicas (one
# has none and goes by the `market` document), go on sealing and trading, and every verifier has the
# same rules in force. The next rules are asked for once something has been traded and sealed under
# those in force: a message is refused that is a fifth of a second old, and on a busy machine most are.
. "$(dirname "$0")/lib.sh"
homes=3
market --demo --rate 1500 --slot 3600 --start '2017-06-21 06:00:00' --start-in 9
for n in $(seq $homes); do
	"$build/lemctl" home add --json --meter-serial "SN$n" --pv 8000 --battery 5000 --fuse 25000 \
		"$work/market" "home000$n" | sed -n 's/.*"code":"\([^"]*\)".*/\1/p' >"$work/code$n"
	"$build/lemctl" deposit --cents 2000 "$work/market" "home000$n"
done
check "the broker starts" start_broker
for n in $(seq $homes); do
	enrolled_home "$n" "$(cat "$work/code$n")" || enrolled_home "$n" "$(cat "$work/code$n")" || bad "home $n registers"
	# The last has no replica: it goes by the operator's word.
	[ "$n" -lt $homes ] || sed -i '/^\[replica\]/,$d' "$work/home000$n/hem.conf"
	run_home "$n"
done
"$build/e2e/aggregator" "$work/market" "$port" 1000 2000 >"$work/aggregator.log" 2>&1 &
height() { # height N: waits for a minute until that block is closed
	for _ in $(seq 600); do
		[ "$(sql 'SELECT max(height) FROM blocks')" -ge "$1" ] && return
		sleep 0.1
	done
	bad "block $1 is not closed"
}
traded() { # traded LOW: waits for a minute until something is, and sealed, in a block from LOW on
	for _ in $(seq 600); do
		[ "$(sql "SELECT min((SELECT max(height) FROM auctions JOIN transactions USING (seq)),
			(SELECT max(height) FROM seals)) >= $1")" = 1 ] && ok && return
		sleep 0.1
	done
	bad "nothing is traded or sealed from block $1 on"
}
set_params() { # once more where it came too late to count
	for _ in $(seq 10); do
		"$build/lemctl" params set "$@" "$work/market" >"$work/out" 2>&1 && return
		cat "$work/out" >>"$work/set"
		grep -q STALE "$work/out" || return 1
	done
	return 1
}
restart() {
	stop_broker -KILL
	check "the broker starts again" start_broker
}
window=$(sed -n 's/.*"date_window_s":\([0-9]*\).*/\1/p' "$work/market/genesis.json")
traded 1
first=$(($(sql 'SELECT max(height) FROM blocks') + 4))
check "a change is accepted" set_params --from-slot "$first" reward_uc=7000000 \
	penalty_mc_per_kwh=1234 poe_floor_w=0 gate_lead_s=1300 date_window_s=$((window / 2)) seal_wait_s=$((window / 2))
check "one that the next replaces" set_params --from-slot $((first + 90)) reward_uc=3000000 rule=vickrey
height $((first - 1))
restart
traded $((first + 1))
second=$(($(sql 'SELECT max(height) FROM blocks') + 4))
third=$((second + 5))
check "another" set_params --from-slot "$second" rule=uniform poe_floor_w=1 tariff.import_mc_per_kwh=23000 \
	date_window_s="$window" seal_wait_s="$window"
check "a third" set_params --from-slot "$third" gate_lead_s=10800
height $((second - 1))
restart
traded $((second + 1))
height "$third"
# The first slot whose gate is not past may be so when the order comes.
offer() {
	for _ in $(seq 10); do
		"$build/hem" offer --energy 0.321kWh --price 9 --config "$work/home0003/hem.conf" >>"$work/offer" 2>&1 && return
	done
	return 1
}
check "an offer by hand, without a replica, goes by the gate in force" offer
height $((third + 2))
sleep 2
stop_broker
end_children
expect "four sets of rules" "1-$first $((first + 1))-$second $((second + 1))-$third $((third + 1))-" "$(sql "SELECT group_concat(low || '-' || iif(high < last, high, ''), ' ') FROM (
	SELECT min(height) AS low, max(height) AS high, (SELECT max(height) FROM blocks) AS last FROM blocks WHERE height > 0
	GROUP BY json_extract(header, '$.rules_hash') ORDER BY low)")"
expect "one was replaced" "0|past $first|past $second|past $third|in force" "$(sql "SELECT group_concat(from_slot || '|' || state, ' ') FROM v_parameters")"
expect "they are not the same" 4 "$(sql "SELECT count(DISTINCT json_extract(header, '$.rules_hash')) FROM blocks")"
expect "auctions take the new defaults" "" "$(sql "SELECT a.seq FROM auctions a JOIN transactions t USING (seq)
	WHERE json_extract(body, '$.parameters.contract.rule') IS NULL AND rule <> iif(height > $second, 2, 1)")"
expect "and has that gate" 10800 "$(sql "SELECT start_s + slot * slot_s - gate_ms / 1000 FROM auctions, v_time WHERE quantity_wh = 321 LIMIT 1")"
check "some were opened under each" test "$(sql "SELECT count(DISTINCT (height > $first) + (height > $second))
	FROM auctions JOIN transactions USING (seq)")" -eq 3
check "blocks are sealed under each" test "$(sql "SELECT count(DISTINCT (height >= $first) + (height >= $second)) FROM seals")" -eq 3
expect "rewards are those of the block that pays" "" "$(sql "SELECT t.height FROM transfers t JOIN seals s ON s.height = t.height - 1
	WHERE why = 4 AND amount_uc <> iif(t.height > $first, 7000000, 10000000) * cpf / 100")"
check "lemctl verify" "$build/lemctl" verify --quiet --genesis "$genesis" "$work/market/ledger.db"
check "a second verifier agrees" second_verifier_agrees
last=$(sql 'SELECT max(height) - 1 FROM blocks') # the broker is ended as it may have sent another
ours=$(sql "SELECT hex(hash) FROM blocks WHERE height = $last")
for n in $(seq $homes); do
	[ "$n" -eq $homes ] || expect "replica $n agrees" "$ours" "$(sqlite3 -readonly "$work/home000$n/ledger.db" \
		"SELECT hex(hash) FROM blocks WHERE height = $last" 2>/dev/null)"
	expect "home $n refuses nothing" 1 "$(grep -c '"refused":null' "$work/home000$n/state/status.json")"
	expect "home $n follows" "$first $second $third" "$(sed -n 's/.*other parameters count now, in slot //p' "$work/home000$n/log" | tr '\n' ' ' | sed 's/ $//')"
done
[ "$failed" -eq 0 ] || tail -n 5 "$work"/home*/log "$work/broker.log" "$work/set" "$work/aggregator.log"
finish
