#!/bin/bash
# The day before the market: signed by the homes' meters, imported all or none, until the first
# block; and the aggregator in the broker, which takes its first schedule from it.
. "$(dirname "$0")/lib.sh"
market --demo --rate 1200 --slot 3600 --start '2017-06-22 00:00:00' --start-in 7
own_aggregator
echo 'log_type all' >>"$work/market/mosquitto.conf"
check "the broker starts" start_broker
for n in 1 2; do
	home "$n" || bad "home $n is not registered"
	printf '[sim]\nhistory_days = 1\nday = 2017-06-22\nidle_rule = none\n' >>"$work/home000$n/hem.conf"
done
import() { "$build/lemctl" history import "$work/market" "$@" 2>>"$work/why"; }
tell() { "$build/hem" history --config "$work/home000$1/hem.conf" --genesis "$work/market/genesis.json" 2>>"$work/why"; }
sql() { sqlite3 -readonly "$work/market/csm.db" "$1"; }

for n in 1 2; do tell "$n"; done >"$work/history"
expect "a line for each reading" 48 "$(wc -l <"$work/history")"
check "not while the broker runs" bash -c "! '$build/lemctl' history import '$work/market' '$work/history' 2>/dev/null"
stop_broker
refused() { # refused "what" "sentence" FILE: and nothing of it stays
	: >"$work/why"
	import "$3" && bad "$1: it is imported"
	check "$1" grep -q -- "$2" "$work/why"
	expect "$1: nothing stays" 0 "$(sql 'SELECT count(*) FROM history')"
}
sed '30s/"pv_wh":/"pv_wh":1/' "$work/history" >"$work/bad"
refused "an altered register" 'line 30: meter_signature' "$work/bad"
sed '30s/"meter":"SN2"/"meter":"SN9"/' "$work/history" >"$work/bad"
refused "an unknown meter" 'line 30: meter' "$work/bad"
sed '30s/"meter":"SN2"/"meter":"SN1"/' "$work/history" >"$work/bad"
refused "another home's meter" 'line 30: meter_signature' "$work/bad"
sed '3s/$/ x/' "$work/history" >"$work/bad"
refused "no JSON" 'line 3: ' "$work/bad"
sed '3s/"slot":-23/"slot":-1/' "$work/history" >"$work/bad"
refused "a slot of the market" 'line 3: ' "$work/bad"
{ cat "$work/history" && sed -n 24p "$work/history"; } >"$work/bad"
refused "a reading twice" 'line 49: slot' "$work/bad"
: >"$work/bad"
refused "nothing" 'no readings' "$work/bad"
expect "it is imported" "48 readings of 2 meters are imported" "$(import "$work/history")"
check "once" bash -c "! '$build/lemctl' history import '$work/market' '$work/history' 2>/dev/null"
check "a home tells once" bash -c "! '$build/hem' history --config '$work/home0001/hem.conf' \
	--genesis '$work/market/genesis.json' >/dev/null 2>&1"

check "the broker starts again" start_broker
for n in 1 2; do run_home "$n"; done
ledger() { sqlite3 -readonly -cmd '.timeout 2000' "$work/market/ledger.db" "$1"; }
for _ in $(seq 300); do
	[ "$(ledger 'SELECT max(height) FROM blocks')" -ge 4 ] && break
	sleep 0.1
done
check "the aggregator judges against yesterday" grep -q 'lem: aggregator | slot [0-9]* | 2 homes: metered' "$work/broker.log"
judged=$(grep -c 'homes: metered' "$work/broker.log")
check "once a slot" test "$judged" -ge 2 -a "$judged" -le 5
stop_broker
: >"$work/why"
import "$work/history" && bad "imported after the first block"
check "not after the first block" grep -q 'first block is closed' "$work/why"
finish
