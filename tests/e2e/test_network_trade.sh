#!/bin/bash
# The market's own aggregator trades within slots under a DSO's limit: it is far off the schedule, asks
# for what the limit leaves room for, for nothing where it leaves none, and is cut by what the TSO's
# activation has taken before. Replicas, the audit and the second verifier agree.
. "$(dirname "$0")/lib.sh"
homes=8
slots=8
net=-20000 # of a night in which nobody can give as much: the community will be short
room=300
market --demo --rate 400 --slot 3600 --start '2017-06-21 18:00:00' --start-in 10 --dso --tso
own_aggregator
for role in aggregator tso; do
	"$build/lemctl" deposit --cents 5000 "$work/market" "$role" >/dev/null
done
street $homes
operator() { "$build/lemctl" "$@" "$work/market" >>"$work/operator.log" 2>&1; }
ours() { sql "SELECT lower(hex(t.tx_id)) FROM schedules s JOIN transactions t USING (seq) WHERE net_wh = $net LIMIT 1"; }
awaits "the market begins" height 1
first=$(($(sql 'SELECT max(height) FROM blocks') + 4))
for n in $(seq "$slots"); do
	echo "99999,$(((n == 2 ? 0 : room) - net))"
done >"$work/limits.csv"
check "the DSO posts limits" operator dso limits --first-slot "$first" --file "$work/limits.csv"
check "a schedule far from what will be" schedule_slots "$first" "$slots" "$net"
check "the DSO approves it" operator dso approve "$(ours)"
check "the TSO too" operator tso approve "$(ours)"
# A home answers one auction of a slot's second half, whichever it comes to first, and so all may answer
# the same one: the TSO asks again until both are answered.
slot=$((first + 1))
cut() { [ "$(sql 'SELECT count(*) FROM v_cuts')" -gt 0 ]; }
ended() { [ "$(sql "SELECT count(*) FROM auctions a JOIN auction_ends e ON e.auction = a.seq WHERE slot = $slot")" = 2 ]; }
until cut || [ "$slot" -eq $((first + slots - 1)) ]; do
	slot=$((slot + 1))
	awaits "the slot before" height $((slot - 1))
	check "the TSO asks for regulation" operator tso activate up --slot "$slot" --energy 200 --price 90 --measure before-after
	awaits "two auctions of it end" ended
done
awaits "all of it is settled" height $((slot + 2))
stop_broker
end_children
expect "that schedule counts" "$net approved $slots" "$(sql "SELECT CAST(net_kwh * 1000 AS INTEGER) || ' ' || state || ' ' || count(*) FROM v_schedule
	WHERE slot BETWEEN $first AND $((first + slots - 1)) GROUP BY net_kwh, state")"
said() { sed -n "s/.*lem: aggregator | slot $1 | \(buys .*\)/\1/p" "$work/broker.log" | sed 's/of [0-9]*,/of N,/'; }
limited="at 25400 mc/kWh of N, for the limit of the dso leaves no more room"
expect "it asks for what there is room for" "buys $room Wh $limited" "$(said "$first")"
expect "for nothing where there is none" "buys 0 Wh $limited" "$(said $((first + 1)))"
# Slot, what was asked for, and whether more than the room was cleared.
expect "its auctions" "$first $room 0, $slot $room 0" "$(sql "SELECT group_concat(slot || ' ' || quantity_wh || ' ' || (cleared_wh > $room), ', ')
	FROM (SELECT * FROM auctions a JOIN auction_ends e ON e.auction = a.seq WHERE slot IN ($first, $((first + 1)), $slot) AND opener = 3 AND measure = 5
	AND seq NOT IN (SELECT auction FROM activation_auctions) ORDER BY slot)")"
check "homes answer" test "$(sql "SELECT cleared_wh > 0 FROM auctions a JOIN auction_ends e ON e.auction = a.seq WHERE slot = $first")" = 1
expect "both take the room" "$room 2" "$(sql "SELECT sum(cleared_wh) || ' ' || sum(cleared_wh > 0) FROM auctions a
	JOIN auction_ends e ON e.auction = a.seq WHERE slot = $slot")"
expect "what the one takes the other is cut by" "$slot dso network_limit 1" "$(sql "SELECT delivery_slot || ' ' || role || ' ' || why || ' ' ||
	(cut_kwh > 0 AND auction NOT IN (SELECT auction FROM activation_auctions)) FROM v_cuts")"
check "a home was told" grep -q 'was cut by .* a limit of the network' "$work"/home*/log
all_agree $homes 1
[ "$failed" -eq 0 ] || tail -n 12 "$work"/home*/log "$work/broker.log" "$work/operator.log"
finish
