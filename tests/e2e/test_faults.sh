#!/bin/bash
# Brokers with one planted fault each: who re-executes, or whom it concerns, refuses and says why.
. "$(dirname "$0")/lib.sh"
jobs=${FAULT_JOBS:-5}

# The places "height|seq" (seq 0: the block as a whole) where this broker's own ledger shows that it
# lied first, or, of what only a home can see, where it may have.
lies() { # lies NAME
	sqlite3 -readonly "$work/market/ledger.db" "$(case $1 in
		award_plus_wh | price_plus_mc) echo "SELECT min(height), 0 FROM awards" ;;
		limit_ignored) echo "SELECT min(w.height), 0 FROM awards w JOIN orders o ON o.seq = \"order\"
			JOIN auctions a ON a.seq = auction WHERE a.slot >= 4" ;;
		wrong_winner | order_left_out) echo "SELECT DISTINCT height, 0 FROM auction_ends WHERE status = 2" ;;
		unbalanced_transfer) echo "SELECT min(height), 0 FROM transfers WHERE payer BETWEEN 3 AND 10" ;;
		wrong_ranking) echo "SELECT min(height), 0 FROM rankings WHERE rank = 2" ;;
		wrong_root | rules_forgotten) echo "SELECT 3, 0" ;;
		unadmitted_address) echo "SELECT t.height, seq FROM transactions t JOIN accounts a ON number = account
			WHERE a.slot = 5 ORDER BY t.height, seq LIMIT 1" ;;
		bad_signature) echo "SELECT height, seq FROM orders JOIN transactions USING (seq) WHERE height >= 3
			ORDER BY height, seq LIMIT 1" ;;
		late_order) echo "SELECT height, t.seq FROM orders o JOIN transactions t USING (seq)
			JOIN auctions a ON a.seq = auction WHERE market_ms >= gate_ms ORDER BY height, t.seq LIMIT 1" ;;
		order_missing) echo "WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq <
			(SELECT max(seq) FROM transactions)) SELECT height, seq FROM s, blocks
			WHERE height >= 3 AND seq NOT IN (SELECT seq FROM transactions)" ;;
		false_standing) echo "SELECT DISTINCT height, 0 FROM transactions WHERE kind = 3" ;;
		false_change) echo "SELECT DISTINCT d.height, 0 FROM deliveries d JOIN orders o ON o.seq = \"order\"
			JOIN auctions a ON a.seq = auction WHERE measure = 5" ;;
		false_delivery) echo "SELECT DISTINCT height, 0 FROM deliveries WHERE wh > 0" ;;
		false_money) echo "SELECT DISTINCT height, 0 FROM transfers WHERE why = 2" ;;
		esac)"
}

one() { # one NAME RULE WHO: a market with that fault; prints "ok ..." or "bad ..." lines
	local name=$1 rule=$2 who=$3 told= height=0 found=0 horizon=4 rate=2600 open_at=2 start=08 tries=420 place places more=()
	work="$work/$name"
	mkdir -p "$work"
	build_dir=$build
	# Where an address is admitted in the slot in which it trades, its absence is seen at the order.
	[ "$name" = unadmitted_address ] && horizon=1
	# A stamp of the gate is within the window of an order's date only if the auction opens late, and
	# then the homes need time to answer.
	[ "$name" = late_order ] && rate=900 open_at=9
	[ "$name" = limit_ignored ] && more=(--dso)
	# What is traded within a slot takes the market's own aggregator, a need, and time for both quarters.
	[ "$name" = false_change ] && rate=500 start=18 tries=900
	market --demo --rate "$rate" --slot 3600 --start "2017-06-21 $start:00:00" --start-in 8 --horizon "$horizon" "${more[@]}"
	sed -i "s|^plugin .*|plugin $build_dir/fault/$name.so|" "$work/market/mosquitto.conf"
	[ "$name" != false_change ] || own_aggregator
	for n in 1 2 3; do
		"$build/lemctl" home add --json --meter-serial "SN$n" --pv 8000 --battery 5000 --fuse 25000 \
			"$work/market" "home000$n" | sed -n 's/.*"code":"\([^"]*\)".*/\1/p' >"$work/code$n"
		"$build/lemctl" deposit --cents 2000 "$work/market" "home000$n"
	done
	[ "$name" != rules_forgotten ] ||
		"$build/lemctl" params set --from-slot 2 reward_uc=5 "$work/market" >/dev/null ||
		echo "bad $name: the parameters do not change"
	start_broker || echo "bad $name: the broker does not start"
	[ "$name" != limit_ignored ] ||
		"$build/lemctl" dso limits --first-slot 4 --slots 30 --import 10 --export 10 "$work/market" >/dev/null ||
		echo "bad $name: no limits are posted"
	for n in 1 2 3; do
		enrolled_home "$n" "$(cat "$work/code$n")" || enrolled_home "$n" "$(cat "$work/code$n")" ||
			echo "bad $name: home $n does not register"
		run_home "$n"
	done
	if [ "$name" = false_change ]; then
		schedule_slots 3 12 -30000 || echo "bad $name: nothing is scheduled"
	else
		"$build/e2e/aggregator" "$work/market" "$port" 12 1200 "$open_at" >"$work/aggregator.log" 2>&1 &
	fi
	for _ in $(seq "$tries"); do
		found=$(grep -l "$rule" "$work"/home*/state/status.json 2>/dev/null | wc -l)
		[ "$found" -eq 3 ] && break
		[ "$who" = home ] && [ "$found" -ge 1 ] && break
		height=$(sqlite3 -readonly "$work/market/ledger.db" 'SELECT max(height) FROM blocks' 2>/dev/null)
		[ "${height:-0}" -ge 14 ] && break
		sleep 0.1
	done
	end_children
	places=$(lies "$name")
	for told in $(grep -h "$rule" "$work"/home*/state/status.json 2>/dev/null |
		sed 's/.*"refused":{"height":\([0-9]*\),"seq":\([0-9]*\),.*/\1|\2/'); do
		grep -qxF "$told" <<<"$places" && echo "ok" ||
			echo "bad $name: a home names $told, the lie is at ${places//$'\n'/ }"
	done
	if [ "$who" = all ]; then
		[ "$found" -eq 3 ] && echo "ok" || echo "bad $name: $found of 3 replicas refuse with $rule at height $height: $(
			tail -qn 1 "$work"/home*/log | cut -c1-200 | tr '\n' ';')"
		place=${told/|/, transaction }
		"$build/lemctl" verify --quiet "$work/market/ledger.db" >"$work/verify" 2>&1
		[ $? -eq 1 ] && grep -q "block ${place%, transaction 0}: $rule" "$work/verify" && echo "ok" ||
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
