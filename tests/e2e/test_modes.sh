#!/bin/bash
# Two homes change their modes while they trade, one by itself and one by the operator: what counts from
# the stated slot on, what is announced without trading, and that rewards stand apart from trade on
# invoices that are the same at both ends, over the turn of a month.
. "$(dirname "$0")/lib.sh"
market --demo --rate 600 --slot 3600 --start '2017-06-30 20:00:00' --start-in 8 --floor 0
check "the broker starts" start_broker
for n in 1 2; do
	check "home $n registers" home $n
	"$build/lemctl" deposit --cents 2000 "$work/market" home000$n >>"$work/log"
done
run_home 1
homes=$!
run_home 2
homes+=" $!"
"$build/e2e/aggregator" "$work/market" "$port" 40 1500 >"$work/aggregator.log" 2>&1 &

hem() { "$build/hem" "$1" --config "$work/home000$2/hem.conf" "${@:3}" >"$work/out" 2>&1; }
sql() { sqlite3 -readonly -cmd '.timeout 3000' -cmd "ATTACH '$work/market/csm.db' AS csm" "$work/market/ledger.db" "$1"; }
closed() { [ "$(sql 'SELECT max(height) FROM blocks')" -ge "$1" ]; }
until_closed() { # until_closed HEIGHT
	local end=$((SECONDS + 120))
	until closed "$1"; do
		[ "$SECONDS" -lt "$end" ] || { bad "block $1 is closed" && return; }
		sleep 0.2
	done
	ok
}
until_closed 3
says 0 'RE+TE' "the mode at first" hem mode 1
says 2 'te, re or re+te' "no such mode" hem mode 1 rewards
says 1 'OUT_OF_RANGE' "a slot that has begun" hem mode 1 re --from-slot 1
says 0 're+te from slot' "its help" bash -c "'$build/hem' mode --help | tr A-Z a-z | sed 's/\[te|re|re+te\]/re+te from slot/' >'$work/out'"
says 0 'RE from slot' "the home does not trade from then on" hem mode 1 re
first=$(sed -n 's/.*from slot \([0-9]*\) on.*/\1/p' "$work/out")
says 0 'accepted' "the other is not rewarded from then on" bash -c \
	"'$build/lemctl' home change --mode te --from-slot $first '$work/market' home0002 >'$work/out' 2>&1"
says 2 'needs --from-slot' "a mode without a slot" bash -c \
	"'$build/lemctl' home change --mode te '$work/market' home0002 >'$work/out' 2>&1"
check "home show has it" bash -c "'$build/lemctl' home show --json '$work/market' home0002 | grep -q '\"from_slot\":$first,\"mode\":\"TE\"'"
until_closed $((first - 1))
says 0 "RE from slot $first on" "the home has heard of it" hem mode 1
says 0 'mode       RE' "and its status says so" bash -c "sleep 8; '$build/hem' status --config '$work/home0001/hem.conf' >'$work/out'"
says 1 'MODE' "an order in that slot" hem offer 1 --energy 1kWh --price 20 --slot $((first + 2))
until_closed $((first + 6))
last=$(sql 'SELECT max(height) - 1 FROM blocks')

# Orders by delivery slot, announcements by the slot whose CPF they say.
of() { # of HOME: its addresses' accounts
	echo "SELECT a.number FROM accounts a JOIN csm.addresses d ON d.slot = a.slot AND d.address = a.address
		JOIN csm.homes h ON h.number = d.home WHERE h.client_id = 'home000$1'"
}
orders() { # orders HOME CONDITION
	sql "SELECT count(*) FROM (SELECT a.slot FROM orders o JOIN auctions a ON a.seq = o.auction WHERE o.account IN ($(of "$1"))
		UNION ALL SELECT slot FROM auctions WHERE opener IN ($(of "$1"))) WHERE slot $2"
}
announced() { # announced HOME CONDITION
	sql "SELECT count(DISTINCT height) FROM transactions WHERE account IN ($(of "$1")) AND height - 2 $2
		AND body ->> '\$.parameters.cpf' IS NOT NULL"
}
standing() { # standing HOME CONDITION
	sql "SELECT count(*) FROM transactions t JOIN accounts a ON a.address = t.body ->> '\$.parameters.address'
		WHERE kind = 18 AND a.number IN ($(of "$1")) AND t.height - 2 $2"
}
says 0 'rewards' "the wallet shows rewards apart" hem wallet 1
check "both traded before" test "$(orders 1 "< $first")" -gt 0 -a "$(orders 2 "< $first")" -gt 0
expect "home 1 has no order from there on" 0 "$(orders 1 ">= $first")"
check "home 2 has" test "$(orders 2 ">= $first")" -gt 0
expect "home 1 goes on saying its CPF, each slot" $((last - 1 - first)) "$(announced 1 "BETWEEN $first AND $((last - 2))")"
check "and is eligible by it" test "$(standing 1 ">= $first")" -gt 0
check "home 2 said it before" test "$(announced 2 "< $first")" -gt 0
expect "and says it no more" 0 "$(announced 2 ">= $first")"
expect "nor is it eligible" 0 "$(standing 2 ">= $first")"
rewards=$(sql "SELECT coalesce(sum(amount_uc), 0) FROM transfers WHERE why = 4 AND height > $((first + 2)) AND payee IN ($(of 1))")
check "home 1 is rewarded after that" test "$rewards" -gt 0
expect "modes are on record" "-1 3|$first 2" "$(sql "SELECT group_concat(from_slot || ' ' || mode, '|') FROM
	(SELECT * FROM csm.modes JOIN csm.homes ON number = home WHERE client_id = 'home0001' ORDER BY intake_seq)")"

# The invoices: both ends say the same, and the lines are the ledger's.
kill $homes
wait $homes 2>/dev/null
stop_broker
for n in 1 2; do
	for month in 2017-06 2017-07; do
		says 0 '"month"' "home $n's invoice of $month" hem invoice "$n" --json --month $month
		cp "$work/out" "$work/own"
		expect "is the operator's" "$("$build/lemctl" invoice --json --month $month --home home000$n "$work/market")" "$(cat "$work/own")"
		check "and explains everything" grep -q '"unexplained_uc":0' "$work/own"
	done
	expect "July begins where June ended" \
		"$("$build/lemctl" invoice --json --month 2017-06 --home home000$n "$work/market" | sed 's/.*"closing_uc":\([-0-9]*\).*/\1/')" \
		"$("$build/lemctl" invoice --json --month 2017-07 --home home000$n "$work/market" | sed 's/.*"opening_uc":\([-0-9]*\).*/\1/')"
	expect "June's deposit" 2000000000 \
		"$("$build/lemctl" invoice --json --month 2017-06 --home home000$n "$work/market" | sed 's/.*"deposited_uc":\([0-9]*\).*/\1/')"
	expect "rewards of both months" "$(sql "SELECT sum(amount_uc) FROM transfers WHERE why = 4 AND payee IN ($(of $n))")" \
		"$(sql "SELECT sum(rewards_uc) FROM csm.months JOIN csm.homes ON number = home WHERE client_id = 'home000$n'")"
	expect "sales of both months" "$(sql "SELECT coalesce(sum(amount_uc), 0) FROM transfers WHERE why = 2 AND payee IN ($(of $n))")" \
		"$(sql "SELECT sum(sold_uc) FROM csm.months JOIN csm.homes ON number = home WHERE client_id = 'home000$n'")"
done
expect "a row for each home, and its head" 3 "$("$build/lemctl" invoice --csv --month 2017-07 "$work/market" | wc -l)"
says 1 'no such home' "another's invoice" bash -c "'$build/lemctl' invoice --month 2017-07 --home home0009 '$work/market' >'$work/out' 2>&1"
says 2 'needs YYYY-MM' "no month" bash -c "'$build/lemctl' invoice --month 2017-7 '$work/market' >'$work/out' 2>&1"
says 1 'no statement' "a month before all" hem invoice 1 --month 2017-05
says 0 'closing balance' "for a person" hem invoice 1 --month 2017-06
expect "no home was contradicted" 0 "$(cat "$work"/home000?/log | grep -c 'contradict\|BROKEN')"
money_adds_up "$work/market/ledger.db" "$work/market/csm.db"
check "the ledger verifies" "$build/lemctl" verify --quiet --genesis "$genesis" "$work/market/ledger.db" >/dev/null
finish
