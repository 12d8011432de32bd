#!/bin/bash
# A market with a DSO and a TSO: limits by `lemctl dso limits`, schedules approved by hand and by
# `watch`, refused, lapsed, and counting by silence; auctions cut by the tighter limit, with a crash
# between. Replicas, the audit and the second verifier agree; others have no say.
. "$(dirname "$0")/lib.sh"
homes=3
tso_key=$("$build/lemctl" tso key "$work/tso.pem") # made elsewhere; the market has the public half
market --demo --rate 400 --slot 3600 --start '2017-06-21 08:00:00' --start-in 9 --dso --tso-key "$tso_key"
check "the market has no key of the TSO" test ! -e "$work/market/tso.pem"
mkdir "$work/elsewhere"
cp "$work/market/genesis.json" "$work/market/ca.crt" "$work/tso.pem" "$work/elsewhere"
street $homes
dso() { "$build/lemctl" dso "$1" "${@:2}" "$work/market" >>"$work/dso.log" 2>&1; }
tso() { "$build/lemctl" tso "$1" --port "$port" "${@:2}" "$work/elsewhere" >>"$work/tso.log" 2>&1; }
aggregator="$work/market/aggregator.pem"
address() { sql "SELECT address FROM accounts WHERE number = $1"; }
hear() { # hear USER KEY: keeps what the market tells it
	as "$1" "$2" sub -t "lem/e2e/to/$1/#" >"$work/heard.$1" 2>/dev/null &
}
answered() { grep -q "\"$req\"" "$work/heard.$1"; }
say() { # say USER KEY OPERATION PARAMETERS [DATE]: sets answer
	for _ in 1 2 3 4 5; do
		req="r$RANDOM$RANDOM$RANDOM"
		request "$1" "${other_key:-$2}" "$3" "$4" "$req" "${5:-}"
		as "$1" "$2" pub -t "lem/e2e/in/$3" -f "$work/message"
		awaits "an answer to $3" answered "$1"
		answer=$(grep "\"$req\"" "$work/heard.$1" | head -n 1)
		[ -n "${5:-}" ] || [[ $answer != *'"STALE"'* ]] && return
	done
}
other_key= # that signs, if not the user's own
says() { # says CODE "what" say's words...
	say "${@:3}"
	check "$2: $answer" grep -q "\"code\":\"$1\"" <<<"$answer"
}
announce() { # announce FIRST_SLOT COUNT NET_WH: a schedule of the aggregator's; sets schedule
	local net i
	net=$3
	for ((i = 1; i < $2; i++)); do net+=",$3"; done
	say aggregator "$aggregator" schedule "{\"address\":\"$(address 3)\",\"first_slot\":$1,\"net_wh\":[$net]}"
	schedule=$(sed -n 's/.*"reqId":"'"$req"'".*"tx_id":"\([0-9a-f]*\)".*/\1/p' <<<"$answer")
	check "a schedule from slot $1 on: $answer" test -n "$schedule"
}
state() { sql "SELECT state FROM v_approvals WHERE id = '$1'"; }
is_state() { [ "$(state "$1")" = "$2" ]; }

"$build/lemctl" tso watch --json --auto-approve --auto-refuse --port "$port" "$work/elsewhere" >"$work/watch" 2>"$work/watch.err" &
hear aggregator "$aggregator"
hear dso "$work/market/dso.pem"
hear home0001 "$work/home0001/state/ems.pem"
awaits "the market begins" begun
check "the TSO posts limits" tso limits --first-slot 5 --slots 20 --import 3000 --export 250
yes 300,300 | head -20 >"$work/limits.csv"
check "the DSO posts limits from a file" dso limits --first-slot 5 --file "$work/limits.csv"
"$build/e2e/aggregator" "$work/market" "$port" 14 2000 >"$work/aggregator.log" 2>&1 &
announce 5 20 0
first=$schedule
approved_by() { [ "$(sql "SELECT count(*) FROM approvals WHERE role = $1 AND verdict = 1")" -gt 0 ]; }
awaits "the TSO's watch approves what is within" approved_by 2
expect "it is pending" pending "$(state "$first")"
check "the DSO approves" dso approve "$first"
expect "it counts" approved "$(state "$first")"
announce 5 20 3001
second=$schedule
check "the DSO approves another" dso approve "$second"
awaits "the TSO's watch asks for changes of what is beyond" is_state "$second" refused
expect "it says why" "slot 5: import of 3001 Wh, 3000 are allowed" "$(sql "SELECT json_extract(body, '\$.parameters.reason')
	FROM transactions WHERE kind = 7 AND body LIKE '%change%'")"
expect "the first goes on counting" 0.0 "$(sql 'SELECT net_kwh FROM v_schedule WHERE slot = 5')"
announce 6 1 7
third=$schedule
"$build/lemctl" params set --from-slot 3 approval_silence=approve "$work/market" >>"$work/log" 2>&1 || bad "silence is to approve"
check "what is no schedule" test "$(dso approve "${first//[0-9]/0}"; echo $?)" = 1
check "what is no id" test "$(dso approve xyz; echo $?)" = 2
check "it says so" grep -q 'refused: UNKNOWN_SCHEDULE' "$work/dso.log"
limits="\"export_wh\":[1],\"first_slot\":40,\"import_wh\":[1]}"
says NOT_ALLOWED "the aggregator limits nothing" aggregator "$aggregator" limits "{\"address\":\"$(address 3)\",$limits"
says UNKNOWN_ADDRESS "a home does not in the DSO's name" home0001 "$work/home0001/state/ems.pem" limits "{\"address\":\"$(address 4)\",$limits"
other_key=$work/tso.pem
says BAD_SIGNATURE "nor under another key" dso "$work/market/dso.pem" limits "{\"address\":\"$(address 4)\",$limits"
other_key=
says STALE "nor with an old date" dso "$work/market/dso.pem" limits "{\"address\":\"$(address 4)\",$limits" '2017-06-21 00:00:00'
awaits "slot 3" height 3
announce 7 1 9
fourth=$schedule
stop_broker -KILL
check "the broker starts again" start_broker
hear aggregator "$aggregator" # the other had a token of its time
awaits "slot 5" height 5
refused() { grep -q "refused: $1 " "$work/dso.log"; }
check "nobody approves what counts already" test "$(dso approve "$first"; echo $?)" = 1
check "it says so" refused APPROVAL_LATE
open=$(sql 'SELECT max(height) FROM blocks')
says SCHEDULE_LATE "a schedule that leaves no time" aggregator "$aggregator" schedule \
	"{\"address\":\"$(address 3)\",\"first_slot\":$((open + 1)),\"net_wh\":[1]}"
cleared() { [ "$(sql 'SELECT count(*) FROM auctions a JOIN auction_ends e ON e.auction = a.seq
	WHERE e.cleared_wh > 0 AND a.slot = (SELECT max(height) + 1 FROM blocks)')" -gt 0 ]; }
awaits "something of the next slot is awarded" cleared
next=$(($(sql 'SELECT max(height) FROM blocks') + 1))
check "its limits change all the same" test "$(dso limits --first-slot "$next" --import 249; echo $?)" = 0
awaits "slot 10" height 10
sleep 1
stop_broker
end_children
expect "without an answer it lapses" lapsed "$(state "$third")"
expect "or counts, by the parameters" "by silence" "$(state "$fourth")"
expect "what counts, slot by slot" "5 0.0 approved, 6 0.0 approved, 7 0.009 by silence, 8 0.0 approved" "$(sql "SELECT group_concat(slot || ' ' ||
	net_kwh || ' ' || state, ', ') FROM (SELECT * FROM v_schedule WHERE slot BETWEEN 5 AND 8 ORDER BY slot)")"
check "auctions were cut" test "$(sql 'SELECT count(*) FROM v_cuts')" -ge 2
expect "by the tighter limit" "" "$(sql "SELECT * FROM v_cuts k JOIN auctions a ON a.seq = auction WHERE role <> iif(side = 1, 'tso', 'dso')")"
expect "no slot is moved beyond a limit" "" "$(sql "SELECT a.slot, a.side, sum(cleared_wh) FROM auctions a JOIN auction_ends e ON e.auction = a.seq
	WHERE a.slot BETWEEN 5 AND 24 GROUP BY 1, 2 HAVING sum(cleared_wh) > iif(side = 1, 250, 300) + 9")"
check "a home was told" grep -q 'was cut by .* a limit of the network' "$work"/home*/log
check "each home re-executed all of it" test "$(grep -l 'was cut by' "$work"/home*/log | wc -l)" -ge 1
all_agree $homes 1
check "watch has told each schedule" test "$(grep -c '"event":"schedule"' "$work/watch")" -ge 4
check "and its answers" test "$(grep -c '"event":"answer"' "$work/watch")" -ge 3
check "and that it lost the broker" grep -q 'the connection is lost' "$work/watch.err"
[ "$failed" -eq 0 ] || tail -n 5 "$work"/home*/log "$work/broker.log" "$work/dso.log" "$work/tso.log" "$work/watch" "$work/watch.err" "$work/aggregator.log"
finish
