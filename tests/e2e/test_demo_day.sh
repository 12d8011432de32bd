#!/bin/bash
# The demo, shortened: three homes through twenty slots and two more, every replica agreeing.

. "$(dirname "$0")/lib.sh"
DEMO_HOMES=3 DEMO_SLOTS=20 DEMO_SLOT_MS=1300 DEMO_START_IN=8 DEMO_DIR="$work/run" BUILD="$build" \
	demo/demo.sh >"$work/out" 2>&1
code=$?
[ "$code" -eq 0 ] || tail -n 40 "$work/out"
expect "the demo passes" 0 "$code"
ledger="$work/run/market/ledger.db"
check "replicas agree" grep -q '3 of 3 replicas and lemctl verify agree' "$work/out"
check "a second verifier agrees: tests/verify" env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/verify/verify.py \
	"$ledger" "$(sed -n 's/.*"header_hash":"\([0-9a-f]*\)".*/\1/p' "$work/run/market/genesis.json")" >/dev/null
sql() { sqlite3 -readonly "$ledger" "$1"; }
money_adds_up "$ledger" "$work/run/market/csm.db"
check "an award was delivered and paid" test "$(sql 'SELECT count(*) FROM transfers WHERE why = 2')" -gt 0
check "a block was sealed by Proof of Energy" test "$(sql 'SELECT count(*) FROM seals')" -gt 3
for v in auctions orders awards deliveries payments balances blocks rewards prices; do
	check "view v_$v" test -n "$(sqlite3 -readonly -header "$ledger" "SELECT * FROM v_$v LIMIT 1")"
done
expect "the ledger holds no client" 0 "$(sqlite3 -readonly "$ledger" .dump | grep -c 'home000\|SIM[0-9]')"
finish
