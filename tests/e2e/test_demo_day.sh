#!/bin/bash
# The demo, shortened: six homes through twenty slots and two more, every replica agreeing.

. "$(dirname "$0")/lib.sh"
DEMO_HOMES=6 DEMO_SLOTS=20 DEMO_SLOT_MS=1300 DEMO_START_IN=10 DEMO_DIR="$work/run" BUILD="$build" \
	demo/demo.sh >"$work/out" 2>&1
code=$?
[ "$code" -eq 0 ] || tail -n 40 "$work/out"
expect "the demo passes" 0 "$code"
ledger="$work/run/market/ledger.db"
check "replicas agree" grep -q '6 of 6 replicas and lemctl verify agree' "$work/out"
check "a second verifier agrees: tests/verify" env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/verify/verify.py \
	"$ledger" "$(sed -n 's/.*"header_hash":"\([0-9a-f]*\)".*/\1/p' "$work/run/market/genesis.json")" >/dev/null
sql() { sqlite3 -readonly "$ledger" "$1"; }
money_adds_up "$ledger" "$work/run/market/csm.db"
check "an award was delivered and paid" test "$(sql 'SELECT count(*) FROM transfers WHERE why = 2')" -gt 0
by_homes=$(sql 'SELECT count(*) FROM auctions JOIN accounts o ON o.number = opener WHERE o.slot >= 0')
check "a home opened an auction" test "$by_homes" -ge 1
told() { sed -n "s/^│ $1  *│ \([0-9]*\) .*/\1/p" "$work/out" | head -n 1; } # OPENER: its auctions in the summary
expect "the summary has the homes' auctions" "$by_homes" "$(told homes)"
expect "and the aggregator's" "$(sql 'SELECT count(*) FROM auctions WHERE opener = 3')" "$(told aggregator)"
check "a block was sealed by Proof of Energy" test "$(sql 'SELECT count(*) FROM seals')" -gt 3
for v in auctions orders awards deliveries payments balances blocks rewards prices; do
	check "view v_$v" test -n "$(sqlite3 -readonly -header "$ledger" "SELECT * FROM v_$v LIMIT 1")"
done
# The aggregator's schedules: today's in the ledger and at each home, in one piece, once.
expect "the rest of the day is scheduled once" "1 23 23" "$(sql 'SELECT min(slot), max(slot), count(*) FROM schedules WHERE slot < 24' | tr '|' ' ')"
expect "by the aggregator" 3 "$(sql 'SELECT DISTINCT account FROM transactions WHERE kind = 5')"
check "view v_schedule" test -n "$(sql 'SELECT * FROM v_schedule WHERE net_kwh <> 0 LIMIT 1')"
expect "homes have their own" 6 "$(sqlite3 -readonly "$work/run/market/csm.db" 'SELECT count(DISTINCT home) FROM baselines WHERE slot BETWEEN 5 AND 23')"
for n in 1 6; do
	expect "home $n knows what it is scheduled at" \
		"$(sqlite3 -readonly "$work/run/market/csm.db" "SELECT slot, round(scheduled_kwh * 1000) FROM v_home_baselines WHERE home = 'home000$n' AND slot BETWEEN 18 AND 23")" \
		"$(sqlite3 -readonly "$work/run/home000$n/state/hem.db" 'SELECT slot, round(net_wh) FROM baselines WHERE slot BETWEEN 18 AND 23')"
done
check "the deviation is held against it" grep -q 'lem: aggregator | slot [0-9]* | 6 homes: metered [-0-9]* Wh, scheduled' "$work/run/broker.log"
expect "the ledger holds no client" 0 "$(sqlite3 -readonly "$ledger" .dump | grep -c 'home000\|SIM[0-9]')"

# The analytics: the operator's, out of both files, agree with the tables they come from.
csm="$work/run/market/csm.db"
for v in slots days months cpf; do
	check "view v_$v" test -n "$(sqlite3 -readonly "$ledger" "SELECT * FROM v_$v LIMIT 1")"
done
for v in home_slots community_slots community_days community_months deviation readings; do
	check "view v_$v" test -n "$(sqlite3 -readonly "$csm" "SELECT * FROM v_$v LIMIT 1")"
done
stats() { "$build/lemctl" stats "$@" "$work/run/market"; }
expect "stats: what was traded" "$(sql 'SELECT printf("%.3f", sum(cleared_wh) / 1000.0) FROM auction_ends JOIN auctions ON seq = auction WHERE slot < (SELECT max(height) FROM blocks)')" \
	"$(stats --by month --csv | python3 -c 'import csv, sys; print("%.3f" % sum(float(r["traded_kwh"]) for r in csv.DictReader(sys.stdin)))')"
expect "stats: what was imported" "$(sqlite3 -readonly "$csm" 'SELECT printf("%.3f", sum(n.import_wh - b.import_wh) / 1000.0) FROM readings n JOIN readings b ON b.home = n.home AND b.slot = n.slot - 1 WHERE n.slot >= 0')" \
	"$(stats --by slot --json | python3 -c 'import json, sys; print("%.3f" % sum(r["import_kwh"] or 0 for r in json.load(sys.stdin)))')"
expect "stats: a day of none" 1 "$(stats --from 2001-01-01 --to 2001-01-02 --csv | wc -l)"
stats --by hour >/dev/null 2>&1
expect "stats: usage" 2 $?
stats --from yesterday >/dev/null 2>&1
expect "stats: a day is a day" 2 $?
finish
