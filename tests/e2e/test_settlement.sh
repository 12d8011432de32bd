#!/bin/bash
# Six homes settle trade with fees, and their aggregator its imbalance with the grid; one home's meter
# falls silent, and neither the others nor the blocks wait for it. Every book is held against every other.
. "$(dirname "$0")/lib.sh"
homes=6
market --demo --rate 450 --slot 3600 --start '2017-06-21 14:00:00' --start-in 14 --floor 0
check "the broker starts" start_broker
for n in $(seq $homes); do
	check "home $n registers" home "$n"
	"$build/lemctl" deposit --cents 2000 "$work/market" "home000$n" >>"$work/log"
	run_home "$n"
	pids[n]=$!
done
"$build/e2e/aggregator" "$work/market" "$port" 40 4000 >"$work/aggregator.log" 2>&1 &
sql() { sqlite3 -readonly -cmd '.timeout 3000' -cmd "ATTACH '$work/market/csm.db' AS csm" "$work/market/ledger.db" "$1"; }
until_closed() { # until_closed HEIGHT
	local end=$((SECONDS + 150))
	until [ "$(sql 'SELECT max(height) FROM blocks')" -ge "$1" ]; do
		[ "$SECONDS" -lt "$end" ] || { bad "block $1 is closed" && return; }
		sleep 0.2
	done
	ok
}
set_params() { "$build/lemctl" params set "$@" "$work/market" >"$work/out" 2>&1; }
says 1 'OUT_OF_RANGE' "a fee beyond all prices" set_params --from-slot 2 settlement.fee_buyer_mc_per_kwh=10000001
says 2 'no parameter' "no such fee" set_params --from-slot 2 settlement.fee=1
says 0 'counts from slot 2' "fees and imbalance from slot 2 on" set_params --from-slot 2 settlement.fee_buyer_mc_per_kwh=300 \
	settlement.fee_seller_mc_per_kwh=200 settlement.imbalance_short_mc_per_kwh=30000 settlement.imbalance_long_mc_per_kwh=2000
says 0 'fee_buyer_mc_per_kwh' "params show has them" bash -c "'$build/lemctl' params show --json '$work/market' >'$work/out'"

# The aggregator's schedule of slots 3 to 14.
key="$work/market/aggregator.pem"
address=$(sql 'SELECT address FROM accounts WHERE number = 3')
until_closed 1
ms=$(sql "SELECT json_extract(document, '\$.rules.parameters.start_ms') + 3600000 * (SELECT max(height) FROM blocks) FROM genesis")
printf '{"clientId":"aggregator","date":"%s","operation":"schedule","parameters":{"address":"%s","first_slot":3,"net_wh":[%s]},"reqId":"schedule-3-14"}' \
	"$(date -u -d "@$((ms / 1000))" '+%F %T')" "$address" "$(yes 1500 | head -n 12 | paste -sd,)" |
	"$build/lemctl" sign --key "$key" --market "$id" >"$work/message"
as aggregator "$key" pub -t lem/e2e/in/schedule -f "$work/message" -q 1
until_closed 7
kill "${pids[6]}"
wait "${pids[6]}" 2>/dev/null
silent=$(sql 'SELECT max(height) FROM blocks')
until_closed $((silent + 4))
for n in 1 2 3 4 5; do
	check "home $n believes the market" grep -q '"refused":null' "$work/home000$n/state/status.json"
	kill "${pids[n]}"
	wait "${pids[n]}" 2>/dev/null
done
stop_broker

expect "no fee before slot 2" 0 "$(sql "SELECT count(*) FROM transfers t JOIN orders o ON o.seq = t.\"order\" JOIN transactions a ON a.seq = o.auction
	WHERE t.why = 7 AND a.height < 3")"
check "fees are paid" test "$(sql 'SELECT count(*) FROM transfers WHERE why = 7 AND payee = 3')" -gt 0
expect "and by homes alone" 0 "$(sql 'SELECT count(*) FROM transfers WHERE why = 7 AND payer < 11')"
check "v_payments names them" test "$(sql "SELECT count(*) FROM v_payments WHERE why = 'fee'")" -gt 0
check "all six were metered" test "$(sql 'SELECT count(*) FROM v_imbalance WHERE homes = 6 AND missing = 0')" -gt 0
expect "what was attested is what the meters said" '' "$(sql "SELECT slot, metered_kwh, net_kwh FROM v_imbalance
	JOIN csm.v_community_slots c USING (slot) WHERE missing = 0 AND abs(metered_kwh - net_kwh) > 0.0001")"
check "the grid was paid, or paid" test "$(sql 'SELECT count(*) FROM transfers WHERE why = 8')" -gt 0
check "with one silent the slot is settled by five" test "$(sql 'SELECT count(*) FROM v_imbalance WHERE homes = 5 AND missing = 1')" -gt 0
expect "the silent home's awards are not delivered" 0 "$(sql "SELECT count(*) FROM deliveries d JOIN orders o ON o.seq = d.\"order\" JOIN accounts a ON a.number = o.account
	JOIN csm.addresses x ON x.address = a.address JOIN csm.homes h ON h.number = x.home WHERE h.client_id = 'home0006' AND d.height > $((silent + 2)) AND d.why <> 2")"
check "the others' are metered" test "$(sql "SELECT count(*) FROM deliveries WHERE height > $((silent + 2)) AND why = 1")" -gt 0

# The books: the aggregator's account, and each home's invoice at both ends.
expect "the book is the account" "$(sql 'SELECT round(cents, 6) FROM v_balances WHERE account = 3')" \
	"$(sql "SELECT round(sum(change), 6) FROM v_book_slots WHERE role = 'aggregator'")"
expect "days are slots, months are days" "$(sql "SELECT round(sum(margin), 6) FROM v_book_slots")|$(sql "SELECT round(sum(fees), 6) FROM v_book_slots")" \
	"$(sql "SELECT round(sum(margin), 6) FROM v_book_months")|$(sql "SELECT round(sum(fees), 6) FROM v_book_days")"
expect "its lines are its margin" 0 "$(sql "SELECT count(*) FROM v_book_slots WHERE abs(sales - purchases + penalties + fees + imbalance - margin) > 0.0000005")"
for n in 1 2 3 4 5; do
	"$build/hem" invoice --config "$work/home000$n/hem.conf" --json --month 2017-06 >"$work/own" 2>&1
	expect "home $n's invoice" "$("$build/lemctl" invoice --json --month 2017-06 --home "home000$n" "$work/market")" "$(cat "$work/own")"
done
expect "all fees of homes are on their invoices" "$(sql 'SELECT sum(amount_uc) FROM transfers WHERE why = 7')" "$(sql 'SELECT sum(fees_uc) FROM csm.months')"
expect "all accounts sum to zero" 0 "$(sql 'SELECT round(sum(cents), 6) = 0 FROM v_balances' | sed 's/1/0/')"
money_adds_up "$work/market/ledger.db" "$work/market/csm.db"
check "what it says of imbalance is as its schema has it" /usr/bin/python3 - "$work/market/ledger.db" <<'EOF'
import json, sqlite3, sys
from pathlib import Path
from jsonschema import Draft202012Validator, RefResolver
folder = Path("schema/messages").resolve()
store = {p.as_uri(): json.loads(p.read_text()) for p in folder.glob("*.json")}
uri = (folder / "ledger-transaction.schema.json").as_uri()
schema = Draft202012Validator(store[uri], resolver=RefResolver(uri, store[uri], store=store))
rows = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(
	"SELECT body, market_ms, seq FROM transactions WHERE kind = 23").fetchall()
for body, ms, seq in rows:
	tx = {"body": json.loads(body), "market_ms": ms, "seq": seq, "signature": ""}
	assert schema.is_valid(tx), tx
	tx["body"]["parameters"]["homes"] = 4
	assert not schema.is_valid(tx), tx
assert rows
EOF
check "the ledger verifies" "$build/lemctl" verify --quiet --genesis "$genesis" "$work/market/ledger.db"
check "a second verifier agrees" second_verifier_agrees
finish
