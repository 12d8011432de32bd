#!/bin/bash
# kill -9 of the broker ten times, in mid-auction: nothing receipted is lost, nothing has a double
# effect, the chain verifies, the money adds up, and every replica agrees.
. "$(dirname "$0")/lib.sh"
homes=3
slots=26
market --demo --rate 2000 --slot 3600 --start '2017-06-21 00:00:00' --start-in 9
for n in $(seq $homes); do
	"$build/lemctl" home add --json --meter-serial "SN$n" --pv 8000 --battery 5000 --fuse 25000 \
		"$work/market" "home000$n" | sed -n 's/.*"code":"\([^"]*\)".*/\1/p' >"$work/code$n"
	"$build/lemctl" deposit --cents 2000 "$work/market" "home000$n"
done
check "the broker starts" start_broker
for n in $(seq $homes); do
	enrolled_home "$n" "$(cat "$work/code$n")" || bad "home $n registers"
	keep_receipts "$n"
	run_home "$n"
done
"$build/e2e/aggregator" "$work/market" "$port" "$slots" 2000 >"$work/aggregator.log" 2>&1 &
for _ in $(seq 100); do
	[ "$(sql 'SELECT max(height) FROM blocks')" -ge 2 ] && break
	sleep 0.1
done
kills=0
withdrawn=0
for _ in $(seq 10); do
	sleep "$(awk -v r=$RANDOM 'BEGIN { print 1.2 + r / 32768 * 1.6 }')"
	stop_broker -KILL
	kills=$((kills + 1))
	start_broker || bad "restart $kills: $(tail -n 1 "$work/broker.log")"
	"$build/lemctl" withdraw --cents 1 "$work/market" home0001 2>>"$work/withdrawn" &&
		withdrawn=$((withdrawn + 1))
done
for _ in $(seq 300); do
	[ "$(sql 'SELECT max(height) FROM blocks')" -ge $((slots + 2)) ] && break
	sleep 0.1
done
sleep 3
stop_broker
end_children
expect "ten kills" 10 "$kills"
check "the chain verifies" "$build/lemctl" verify --quiet --genesis "$genesis" "$work/market/ledger.db"
check "a second verifier agrees" second_verifier_agrees
money_adds_up "$work/market/ledger.db" "$work/market/csm.db"
expect "no transaction stands twice" 0 "$(sql 'SELECT count(*) - count(DISTINCT tx_id) FROM transactions')"
check "money was withdrawn: $(tail -n 1 "$work/withdrawn")" test "$withdrawn" -gt 0
expect "each withdrawal once" "$withdrawn" "$(sql 'SELECT count(*) FROM transfers WHERE why = 6')"
expect "no intake row is doubled" 0 "$(sqlite3 -readonly "$work/market/csm.db" \
	"SELECT count(*) - count(DISTINCT tx_id) FROM intake WHERE operation <> 'clock'")"
last=$(sql 'SELECT max(height) FROM blocks')
ours=$(sql "SELECT hex(hash) FROM blocks WHERE height = $last")
for n in $(seq $homes); do
	db="$work/home000$n/ledger.db"
	theirs=$(sqlite3 -readonly "$db" "SELECT hex(hash) FROM blocks WHERE height = $last" 2>/dev/null)
	expect "replica $n agrees on block $last" "$ours" "$theirs"
	expect "home $n: nothing receipted is lost" '' "$(broken_promises "$n")"
	expect "home $n refuses no block" 1 "$(grep -c '"refused":null' "$work/home000$n/state/status.json")"
	receipts "$n" 'SELECT operation FROM told;' >>"$work/told"
done
for floor in bid-offer:12 cpf:20 seal:8 state:40 addresses:3; do
	count=$(grep -cx "${floor%:*}" "$work/told")
	check "only $count receipts of ${floor%:*}" test "$count" -ge "${floor#*:}"
done
[ "$failed" -eq 0 ] || tail -n 5 "$work"/home*/log "$work/broker.log"
finish
