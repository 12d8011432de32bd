#!/bin/bash
# The year's demo, shortened to days: its tables agree with the ledger and the meters, money adds up,
# lemctl verify agrees, and the same run comes out again.
. "$(dirname "$0")/lib.sh"
homes=../shared/data/homes_hourly.csv
if [ ! -r "$homes" ]; then
	echo "notice: $homes is not there: the built-in generator's homes live in its place"
	homes=
fi
year() { # year DIR OPTION...
	local dir=$1
	shift
	DEMO_DIR="$work/$dir" BUILD="$build" timeout 60 demo/year.sh ${homes:+"$homes"} "$@" >"$work/$dir.out" 2>&1
}
head_of() { sqlite3 -readonly "$work/$1/market/ledger.db" 'SELECT lower(hex(hash)) FROM blocks ORDER BY height DESC LIMIT 1'; }

year a --days 4
expect "four days" 0 $?
check "what is left out stands in the first line" grep -q '^Left out of this run' <(head -n 1 "$work/a.out")
check "lemctl verify agrees" grep -q "98 blocks, .* verified; head $(head_of a)" "$work/a.out"
check "--help says what is left out" grep -q 'not checked on arrival' <("$build/demo-year" --help)
tables='traded prices self savings saving deviation balance needs surplus answers validators elections costs'
for t in $tables; do
	check "$t.csv has rows" test "$(wc -l <"$work/a/$t.csv")" -gt 1
done
for t in prices self savings deviation validators; do
	check "$t.svg" grep -q '</svg>' "$work/a/$t.svg"
done

# The tables, found in another way out of the market's own two files.
market="$work/a/market"
sql() { sqlite3 -readonly -cmd "ATTACH 'file:$market/csm.db?mode=ro' AS csm" "$market/ledger.db" "$1"; }
cell() { # cell TABLE COLUMN [ROW]: row 1 is the first
	python3 -c 'import csv, sys; print(list(csv.DictReader(open(sys.argv[1])))[int(sys.argv[3]) - 1][sys.argv[2]])' \
		"$work/a/$1.csv" "$2" "${3:-1}"
}
expect "traded energy" "$(sql 'SELECT round(sum(cleared_wh) / 1e3, 1) FROM auction_ends JOIN auctions ON seq = auction WHERE slot < 96')" \
	"$(cell traded traded_kwh 0)"
expect "bills go by the tariffs in the ledger" "" "$(sql "ATTACH 'file:$work/a/year.db?mode=ro' AS year; SELECT s.slot FROM v_tariffs t
	JOIN year.slots s USING (slot) WHERE s.import_mc / 1000.0 <> t.import_cents_per_kwh OR s.export_mc / 1000.0 <> t.export_cents_per_kwh")"
[ -z "$homes" ] || check "which change by the hour" test "$(sql 'SELECT count(DISTINCT import_cents_per_kwh) FROM v_tariffs')" -gt 1
expect "delivered energy" "$(sql 'SELECT round(sum(min(w.quantity_wh, d.wh)) / 1e3, 1) FROM deliveries d JOIN awards w USING ("order")
	JOIN orders r ON r.seq = d."order" JOIN auctions u ON u.seq = r.auction WHERE slot < 96')" "$(cell traded delivered_kwh 0)"
expect "energy out of balance" "$(sql 'SELECT round(sum(abs(net - (SELECT net_wh FROM schedules s WHERE s.slot = m.slot ORDER BY seq DESC LIMIT 1))) / 1e3, 1)
	FROM (SELECT n.slot, sum(n.import_wh - b.import_wh - n.export_wh + b.export_wh) AS net FROM csm.readings n
	JOIN csm.readings b ON b.home = n.home AND b.slot = n.slot - 1 WHERE n.slot BETWEEN 0 AND 95 GROUP BY n.slot) m')" \
	"$(cell balance with_kwh)"
expect "every slot but the first has a schedule" 95 "$(cell balance slots)"
expect "imports" "$(sql 'SELECT round(sum(n.import_wh - b.import_wh) / 1e3, 1) FROM csm.readings n
	JOIN csm.readings b ON b.home = n.home AND b.slot = -1 WHERE n.slot = 95')" "$(cell self import_kwh 2)"
expect "sealed blocks" "$(sql 'SELECT count(*) FROM seals WHERE height <= 96')" "$(cell elections sealed)"
expect "blocks without an eligible home" "$(sql 'SELECT count(*) FROM blocks b WHERE height BETWEEN 1 AND 96 AND NOT EXISTS
	(SELECT 1 FROM rankings r WHERE r.height = b.height AND rewarded)')" "$(cell elections without_an_eligible_home)"
expect "rewards" "$(sql 'SELECT round(sum(amount_uc) / 1e6, 2) FROM transfers WHERE why = 4')" "$(cell elections rewards_cents)"
check "what homes saved is what the savings sum up to" python3 -c 'import csv, sys
total = sum(float(r["saved_cents"]) for r in csv.DictReader(open(sys.argv[1])))
sys.exit(abs(total - float(sys.argv[2])) > 0.2)' "$work/a/savings.csv" "$(cell saving saved_cents)"
made() { sqlite3 -readonly "$work/a/year.db" "SELECT sum(n) FROM quotes WHERE made AND side = $1"; }
answers_to() { sql "SELECT count(*) FROM orders r JOIN auctions u ON u.seq = r.auction WHERE u.side = $1"; }
expect "bids that were quoted are in the ledger" "$(answers_to 2)" "$(made 1)"
expect "offers that were quoted are in the ledger" "$(answers_to 1)" "$(made 2)"
check "something was traded" test "$(sql 'SELECT count(*) FROM awards')" -gt 20
money_adds_up "$market/ledger.db" "$market/csm.db"
expect "no home was refused but for a seal that came second" "" "$(grep '^refused' "$work/a.out" | grep -v SEALED)"

# Again, and from another seed.
year b --days 4
for t in $tables; do
	check "$t is the same again" cmp -s "$work/a/$t.csv" "$work/b/$t.csv"
done
expect "the same ledger again" "$(head_of a)" "$(head_of b)"
year c --days 1 --homes 3
year d --days 1 --homes 3 --check-signatures
year e --days 1 --homes 3 --seed 2
expect "signatures that are checked change nothing" "$(head_of c)" "$(head_of d)"
check "another seed, another ledger" test "$(head_of c)" != "$(head_of e)"

# Nobody trades: both worlds are one, whatever the aggregator asks for.
year n --days 2 --no-trades
is_0() { python3 -c 'import csv, sys; sys.exit(any(float(r[c]) for r in csv.DictReader(open(sys.argv[1])) for c in sys.argv[2:]))' "$@"; }
check "without trades nothing is saved" is_0 "$work/n/savings.csv" saved_cents bought_kwh sold_kwh
check "without trades the deviation is the same" is_0 "$work/n/balance.csv" less_percent
check "the aggregator asked for something" test "$(sqlite3 -readonly "$work/n/market/ledger.db" 'SELECT count(*) FROM auctions')" -gt 3

# What cannot be lived is said at once.
printf 'time,load_01_wh,pv_01_wh\nnever,1,1\n' >"$work/bad.csv"
DEMO_DIR="$work/f" BUILD="$build" demo/year.sh "$work/bad.csv" >"$work/f.out" 2>&1
expect "a file that is none: exit code" 1 $?
check "it is named" grep -q "bad.csv:2: column 1: 'never' must be a time" "$work/f.out"
DEMO_DIR="$work/f" BUILD="$build" demo/year.sh "$work/none.csv" >"$work/f.out" 2>&1
expect "no such file: exit code" 1 $?
"$build/demo-year" --days 0 "$work/g" >"$work/g.out" 2>&1
expect "usage" 2 $?
finish
