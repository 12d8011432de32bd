#!/bin/bash
# What the aggregator does for others: tariffs by `lemctl aggregator tariff`; regulation that the TSO asks
# for by `lemctl tso activate`, up and down, ahead and within the slot, turned into auctions, delivered by
# homes, proven by their meters and paid for. Replicas, the audit and the second verifier agree.
. "$(dirname "$0")/lib.sh"
homes=5
market --demo --rate 400 --slot 3600 --start '2017-06-21 08:00:00' --start-in 10 --tso
own_aggregator
"$build/lemctl" deposit --cents 5000 "$work/market" aggregator >/dev/null
check "the TSO has money" "$build/lemctl" deposit --cents 5000 "$work/market" tso
street $homes
tso() { "$build/lemctl" tso activate "$@" "$work/market"; }
tariff() { "$build/lemctl" aggregator tariff "$@" "$work/market"; }
refused() { # refused "what" CODE command...: exit code 1, and the code on stderr
	"${@:3}" >"$work/out" 2>"$work/err"
	expect "$1" "1 refused: $2" "$? $(grep -o 'refused: [A-Z_]*' "$work/err")"
}
awaits "the market begins" height 1
now=$(sql 'SELECT max(height) FROM blocks')

printf '30,8,9.5\n31,8.125,0\n' >"$work/tariff"
check "a tariff" tariff --first-slot $((now + 2)) --file "$work/tariff"
check "a later one, without wholesale prices" tariff --first-slot $((now + 3)) --file - <<<'40,10'
expect "the last one counts" "$((now + 2)) 30.0 8.0 9.5, $((now + 3)) 40.0 10.0 -" "$(sql "SELECT group_concat(slot || ' ' || import_cents_per_kwh || ' ' ||
	export_cents_per_kwh || ' ' || coalesce(wholesale_cents_per_kwh, '-'), ', ') FROM v_tariffs")"
expect "exports are not dearer than imports" 1 "$(tariff --first-slot 9 <<<'8,30' >/dev/null 2>&1; echo $?)"
refused "no slot that has begun" HORIZON tariff --first-slot 0 --file "$work/tariff"
expect "a line with a word" "1 lemctl: -: line 2 is not IMPORT,EXPORT or IMPORT,EXPORT,WHOLESALE in cents/kWh" \
	"$(printf '30,8\n30,x\n' | tariff --first-slot 9 2>&1 >/dev/null | sed "s/^/1 /")"
expect "a line with a column more" "1 lemctl: -: line 2 is not IMPORT,EXPORT or IMPORT,EXPORT,WHOLESALE in cents/kWh" \
	"$(printf '30,8\n30,8,9\n' | tariff --first-slot 9 2>&1 >/dev/null | sed "s/^/1 /")"
refused "not without cover" FUNDS_TOO_LOW tso up --slot $((now + 3)) --energy 200000 --price 100
refused "not of the running slot" HORIZON tso up --slot "$now" --energy 1 --price 1
tso sideways --slot 9 --energy 1 --price 1 >/dev/null 2>&1
expect "neither up nor down" 2 $?

now=$(sql 'SELECT max(height) FROM blocks')
# Homes go by the tariff, once its block is closed: what costs 0.4 cents outside nobody buys for 0.5.
dear=$((now + 6))
check "a very low tariff" tariff --first-slot "$dear" --file - <<<'0.4,0.1'
tso up --slot $((now + 3)) --energy 1500 --price 90 --wait --json >"$work/up" 2>"$work/up.err" &
tso down --slot $((now + 3)) --energy 1000 --price 0.5 --wait >"$work/down" 2>"$work/down.err" &
waits="$!"
tso up --slot $((now + 4)) --energy 1000 --price 90 --measure before-after --wait --json >"$work/half" 2>"$work/half.err" &
wait "$waits"
up() { grep -q '"status":"cleared"' "$work/up"; }
awaits "the TSO hears what can be delivered, up" up
# What the aggregator's own market would not do: a second answer, one to nothing; and a request that is late.
now=$(sql 'SELECT max(height) FROM blocks')
check "another activation" tso down --slot $((now + 3)) --energy 10 --price 1 --json >"$work/out"
activation=$(sed 's/.*"seq":\([0-9]*\).*/\1/' "$work/out")
answers() { # answers ACTIVATION SLOT: sends such an answer
	request aggregator "$work/market/aggregator.pem" bid-offer "{\"address\":\"$(sql 'SELECT address FROM accounts WHERE number = 3')\",
		\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"1\"},\"price\":{\"unit\":\"cents/kWh\",\"value\":\"1\"},\"type\":\"sell\"},
		\"contract\":{\"activation\":$1,\"slot\":$2}}" "request$RANDOM$RANDOM"
	as aggregator "$work/market/aggregator.pem" pub -t "lem/e2e/in/bid-offer" -f "$work/message"
}
logged() { grep -q "rejected: $1: parameters.$2" "$work/broker.log"; }
answers "$activation" $((now + 3))
awaits "one auction answers an activation" logged ACTIVATION_ANSWERED contract.activation
answers 1 $((now + 3))
awaits "what is none is answered by none" logged UNKNOWN_ACTIVATION contract.activation
late() { tso up --slot $(($(sql 'SELECT max(height) FROM blocks') + 1)) --energy 1 --price 1 2>&1 | grep -q 'refused: ACTIVATION_LATE'; }
awaits "the time to ask ends before the gate" late
check "down" grep -q 'is to deliver [0-9]* Wh of 1000 offered: cleared' "$work/down"
tso down --slot "$dear" --energy 1000 --price 0.5 --wait --json >"$work/dear" 2>"$work/dear.err" &
half() { grep -q '"status":"cleared"' "$work/half"; }
awaits "and within the slot" half
ended() { grep -q '"status"' "$work/dear"; }
awaits "its auction ends" ended
check "nobody buys above the tariff" grep -q '"cleared_wh":0,' "$work/dear"
awaits "all of it is settled" height $((dear + 2))
stop_broker
end_children
sql 'SELECT * FROM v_activations' >"$work/activations"
expect "each was answered, by one auction" "5 5 5" "$(sql 'SELECT count(*), count(auction), count(DISTINCT auction) FROM v_activations WHERE asked_kwh > 0.001' | tr '|' ' ')"
check "up was delivered" test "$(sql "SELECT delivered_kwh > 0 FROM v_activations WHERE regulation = 'up' AND measure = 'storage'")" = 1
expect "nothing is paid but what was delivered" "" "$(sql "SELECT v.activation, v.cents FROM v_activations v LEFT JOIN transfers t
	ON t.why = 9 AND t.\"order\" = v.activation WHERE coalesce(t.amount_uc, 0) / 1000000.0 <> coalesce(v.cents, 0)")"
expect "no more is delivered than cleared, nor cleared than asked" "" "$(sql 'SELECT * FROM v_activations
	WHERE delivered_kwh > cleared_kwh OR cleared_kwh > offered_kwh OR offered_kwh > asked_kwh')"
expect "up the TSO pays, down it is paid" "$(sql "SELECT -sum(cents * iif(regulation = 'up', 1, -1)) FROM v_activations")" "$(sql "SELECT
	sum(CASE payee WHEN 4 THEN amount_uc ELSE -amount_uc END) / 1000000.0 FROM transfers WHERE why = 9 AND 4 IN (payer, payee)")"
expect "each payment has a name" "" "$(sql 'SELECT * FROM v_payments WHERE why IS NULL')"
expect "regulation is one" 1 "$(sql "SELECT count(*) > 0 FROM v_payments WHERE why = 'regulation'")"
check "the log says it" grep -q 'lem: aggregator | slot [0-9]* | activation [0-9]*: 1500 Wh up at 90000 mc/kWh: an auction is open' "$work/broker.log"
all_agree $homes 1
port=$(free_port)
"$build/lemctl" serve --port "$port" "$work/market" >"$work/serve.log" 2>&1 &
served() { curl -s --max-time 5 "http://127.0.0.1:$port/api/network" -o "$work/network"; }
awaits "the page's program" served
expect "it has the regulation" "$(sql "SELECT count(*), printf('%.3f', sum(asked_kwh)), printf('%.3f', sum(delivered_kwh)), printf('%.2f', sum(cents)) FROM v_activations")" \
	"$(sqlite3 :memory: "SELECT count(*), printf('%.3f', sum(value ->> 'asked_kwh')), printf('%.3f', sum(value ->> 'delivered_kwh')), printf('%.2f', sum(value ->> 'cents'))
		FROM json_each(readfile('$work/network'), '\$.activations')")"
expect "the schedules" "$(sql "SELECT count(*), group_concat(DISTINCT state) FROM v_approvals")" \
	"$(sqlite3 :memory: "SELECT count(*), group_concat(DISTINCT value ->> 'state') FROM json_each(readfile('$work/network'), '\$.schedules')")"
expect "and the tariffs ahead" "$(sql "SELECT count(*), printf('%.3f', sum(wholesale_cents_per_kwh)) FROM v_tariffs WHERE slot >= (SELECT max(height) - 1 FROM blocks)")" \
	"$(sqlite3 :memory: "SELECT count(*), printf('%.3f', sum(value ->> 'wholesale_cents_per_kwh')) FROM json_each(readfile('$work/network'), '\$.ahead')
		WHERE value ->> 'import_cents_per_kwh'")"
end_children
row() { # row TABLE SQL: a copy of the ledger with another row there is refused, by the table's name
	sqlite3 -readonly "$work/market/ledger.db" "VACUUM INTO '$work/$1.db'"
	sqlite3 "$work/$1.db" "DROP TRIGGER $1_no_update; $2"
	"$build/lemctl" verify --quiet --genesis "$genesis" "$work/$1.db" >"$work/out" 2>&1
	expect "$1: exit code" 1 $?
	check "another row of $1: $(tail -n 1 "$work/out")" grep -q "BAD_ROW: table $1," "$work/out"
}
row tariffs 'UPDATE tariffs SET import_mc_per_kwh = import_mc_per_kwh + 1'
row activations 'UPDATE activations SET energy_wh = energy_wh + 1'
row activation_auctions 'UPDATE activation_auctions SET activation = (SELECT min(activation) FROM activation_auctions)'
[ "$failed" -eq 0 ] || tail -n 30 "$work/activations" "$work"/home*/log "$work/broker.log" "$work"/*.err "$work/up" "$work/down" "$work/half"
finish
