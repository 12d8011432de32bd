#!/bin/bash
# A bid is taken in, but nothing comes back until its auction is over: the home asks on, learns that it
# has been awarded, and delivers.
. "$(dirname "$0")/lib.sh"
market --demo --rate 400 --slot 3600 --start '2017-06-21 08:00:00' --start-in 7
line=$(free_port)
/usr/bin/python3 tests/e2e/line.py "$line" "$port" "$work" 2>"$work/line.log" &
check "the broker starts" start_broker
broker_port=$port
port=$line
home 1 || bad "the home is not registered"
"$build/lemctl" deposit -p "$broker_port" --cents 2000 "$work/market" home0001 >/dev/null || bad "no deposit"
run_home 1
"$build/e2e/aggregator" "$work/market" "$broker_port" 14 1200 >"$work/aggregator.log" 2>&1 &
newest() { sql 'SELECT coalesce(max(seq), 0) FROM auctions'; }
bids() { # how many of the home's are taken in
	sqlite3 -readonly -cmd '.timeout 3000' "$work/market/csm.db" "SELECT count(*) FROM intake i JOIN homes h ON h.number = i.home
		WHERE operation = 'bid-offer' AND client_id = 'home0001'"
}
known() { sqlite3 -readonly -cmd '.timeout 3000' "$work/home0001/state/hem.db" "SELECT coalesce(max(status), 0) FROM orders WHERE auction = $1"; }
opened() { [ "$(newest)" -gt "$last" ]; }
taken() { [ "$(bids)" -gt "$before" ]; }
over() { [ -n "$(sql "SELECT 1 FROM auction_ends WHERE auction = $auction")" ]; }
held=
for _ in 1 2 3 4 5 6 7 8; do
	last=$(newest) before=$(bids)
	awaits "another auction" opened
	auction=$(newest)
	touch "$work/held"
	for _ in $(seq 60); do
		taken && break
		sleep 0.05
	done
	# It must not have heard of it before the line was held, and it must have won.
	if taken && [ "$(known "$auction")" -le 1 ]; then
		awaits "the auction's end" over
		[ -z "$(sql "SELECT 1 FROM awards w JOIN orders o ON o.seq = \"order\" WHERE auction = $auction")" ] || held=$auction
	fi
	[ -z "$held" ] || expect "so far it knows of nothing" 1 "$(known "$auction")"
	touch "$work/cut"
	sleep 0.2
	rm "$work/held" "$work/cut"
	[ -z "$held" ] || break
done
check "a bid was awarded while its receipt was held" test -n "$held"
awarded() { [ "$(known "$held")" = 3 ]; }
awaits "the home learns of its award" awarded
slot=$(sql "SELECT slot FROM auctions WHERE seq = ${held:-0}")
awaits "it is settled" height $((${slot:-0} + 2))
expect "it has delivered" 1 "$(sql "SELECT sum(d.wh) > 0 FROM deliveries d JOIN orders o ON o.seq = d.\"order\" WHERE auction = ${held:-0}")"
stop_broker
end_children
port=$broker_port
expect "nothing was dropped" 0 "$(grep -c 'is dropped' "$work/home0001/log")"
[ "$failed" -eq 0 ] || tail -n 30 "$work/home0001/log" "$work/aggregator.log" "$work/line.log" "$work/broker.log"
finish
