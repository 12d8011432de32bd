#!/bin/bash
# The market's own aggregator under a DSO: its day is refused, planned anew within the limits that were
# posted, and approved; a tighter limit brings a new window; what nobody can approve is not asked for ever.
. "$(dirname "$0")/lib.sh"
homes=3
market --demo --rate 400 --slot 3600 --start '2017-06-21 14:00:00' --start-in 7 --dso
own_aggregator
plugin_opt schedule_updates yes
street $homes
dso() { "$build/lemctl" dso "$1" "${@:2}" "$work/market" >>"$work/dso.log" 2>&1; }
newest() { sql 'SELECT id FROM v_approvals ORDER BY schedule DESC LIMIT 1'; }
announced() { [ "$(sql 'SELECT count(*) FROM v_approvals')" -ge "$1" ]; }
stands() { [ "$(sql "SELECT count(*) FROM v_approvals WHERE state = '$1'")" -ge "$2" ]; }

awaits "the aggregator schedules its day" announced 1
first=$(newest)
expect "it is pending" pending "$(sql "SELECT state FROM v_approvals WHERE id = '$first'")"
check "the DSO posts limits" dso limits --first-slot 3 --slots 40 --import 900 --export 800
check "the DSO refuses" dso refuse --reason "too much at noon" "$first"
expect "it is refused" "refused dso asks for changes too much at noon" "$(sql "SELECT state || ' ' || substr(answers, 1, 20) ||
	substr(answers, -17) FROM v_approvals WHERE id = '$first'" | sed 's/  */ /g')"
awaits "it is scheduled anew" announced 2
check "it says so" grep -q 'planner | slots .* scheduled anew, within the limits of the network' "$work/broker.log"
"$build/lemctl" dso watch --auto-approve --auto-refuse "$work/market" >"$work/watch" 2>&1 &
awaits "the watch approves it" stands approved 1
expect "within the limits" "" "$(sql "SELECT * FROM schedules WHERE seq > (SELECT min(seq) FROM schedules) AND (net_wh > 900 OR net_wh < -800)")"
check "which do bind" test "$(sql "SELECT count(*) FROM schedules WHERE net_wh IN (900, -800)")" -ge 1
before=$(sql 'SELECT count(*) FROM v_approvals')
check "a tighter limit" dso limits --first-slot 9 --slots 2 --import 50 --export 50
awaits "brings a new window" announced $((before + 1))
tight() { [ "$(sql "SELECT count(*) FROM v_schedule WHERE slot IN (9, 10) AND abs(net_kwh) <= 0.05 AND state = 'approved'")" -eq 2 ]; }
awaits "which is approved" tight
awaits "slot 8" height 8
stop_broker
end_children
check "watch shows what it did" grep -q '^approved [0-9a-f]*$' "$work/watch"
check "not many were announced" test "$(sql 'SELECT count(*) FROM v_approvals')" -le 16
check "lemctl verify" "$build/lemctl" verify --quiet --genesis "$genesis" "$work/market/ledger.db"
check "a second verifier agrees" second_verifier_agrees
[ "$failed" -eq 0 ] || tail -n 12 "$work/broker.log" "$work/dso.log" "$work/watch"
finish
