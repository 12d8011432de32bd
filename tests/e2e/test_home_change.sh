#!/bin/bash
# The operator corrects a home's enrolment while it trades: what it may offer counts from its next
# message on, with the broker and without, and over a crash.
. "$(dirname "$0")/lib.sh"
market --demo --rate 300 --slot 3600 --start '2017-06-21 00:00:00' --start-in 6
code=$("$build/lemctl" home add --json --meter-serial SN1 --pv 8000 --battery 5000 --fuse 25000 \
	"$work/market" home0001 2>"$work/err" | sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
expect "a home with PV is no cause for a warning" '' "$(cat "$work/err")"
"$build/lemctl" deposit --cents 2000 "$work/market" home0001 >>"$work/log"
check "the broker starts" start_broker
check "home 1 registers" enrolled_home 1 "$code"
run_home 1
ems=$!

hem() { "$build/hem" "$@" --config "$work/home0001/hem.conf" >"$work/out" 2>&1; }
change() { "$build/lemctl" home change "$@" >"$work/out" 2>&1; }
csm() { sqlite3 -readonly -cmd '.timeout 3000' "$work/market/csm.db" "$1"; }
within_a_minute() { # within_a_minute "what" command...
	local what=$1 end=$((SECONDS + 60))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || { bad "$what: $(tail -n 1 "$work/out")" && return; }
		sleep 0.2
	done
	ok
}

# What it sells is of its PV and battery: 13 kWh in an hour.
within_a_minute "it may offer 13 kWh" hem offer --energy 13kWh --price 20
says 1 'BEYOND_RATING' "and no more" hem offer --energy 14kWh --price 20
says 0 'accepted' "a larger battery" change --battery 6000 "$work/market" home0001
says 0 "auction" "counts at once" hem offer --energy 14kWh --price 20
says 1 'BEYOND_RATING' "up to its own bound" hem offer --energy 14.001kWh --price 20
orders=$(sqlite3 -readonly "$work/market/ledger.db" 'SELECT count(*) FROM auctions')
says 0 '"operation":"home-change"' "all ratings" \
	change --json --pv 1000 --battery 2000 --fuse 3000 "$work/market" home0001
says 1 'BEYOND_RATING' "lowered it counts, too" hem offer --energy 3.001kWh --price 20
expect "what was accepted stays" "$orders" \
	"$(sqlite3 -readonly "$work/market/ledger.db" 'SELECT count(*) FROM auctions')"
expect "the table follows" '1000|2000|3000' \
	"$(csm "SELECT pv_w, battery_w, fuse_w FROM homes WHERE client_id = 'home0001'")"

says 2 'needs --' "nothing to change" change "$work/market" home0001
says 2 'from 0 to 10000000' "a rating beyond all" change --pv 10000001 "$work/market" home0001
says 1 'UNKNOWN_HOME' "no such home" change --pv 1 "$work/market" home0002
says 1 'UNKNOWN_HOME' "a role" change --pv 1 "$work/market" aggregator
says 1 'UNKNOWN_HOME' "the operator" change --pv 1 "$work/market" operator

closed() { [ "$(sqlite3 -readonly "$work/market/ledger.db" 'SELECT max(height) FROM blocks')" -ge 1 ]; }
within_a_minute "a block is closed" closed

# Another meter: the running home keeps all else, and brings the new key by the code.
register() { "$build/hem" register --config "$work/home0001/hem.conf" "$@" >"$work/out" 2>&1; }
state="$work/home0001/state"
says 1 'EXISTS' "another home's meter" bash -c "'$build/lemctl' home add --pv 1 --meter-serial SN7 '$work/market' home0007 >/dev/null
	'$build/lemctl' home change --meter-serial SN7 '$work/market' home0001 >'$work/out' 2>&1"
says 0 'has another meter. The code' "another meter" change --meter-serial SN1b --meter-type better "$work/market" home0001
first=$(tail -n 1 "$work/out")
refused() { [ "$(csm "SELECT count(*) FROM readings WHERE refused = '' AND slot > $last")" -eq 0 ] &&
	grep -q UNKNOWN_METER "$work/home0001/log"; }
last=$(csm "SELECT max(slot) FROM readings WHERE refused = ''")
within_a_minute "the old meter's readings are refused" refused
says 0 '"code":"' "another code, the first is lost" change --json --meter-serial SN1b --meter-type better "$work/market" home0001
code=$(sed -n 's/.*"code":"\([^"]*\)".*/\1/p' "$work/out")
check "home show has no meter's key" bash -c "! '$build/lemctl' home show --json '$work/market' home0001 | grep -q meter_key"
says 1 'KEY_KNOWN' "the old meter's key" register --code "$code" --meter SN1b
kill "$ems"
wait "$ems"
mv "$state/meter.pem" "$state/meter-old.pem"
says 0 'meter key made' "a new key" bash -c "'$build/hem' init --config '$work/home0001/hem.conf' >'$work/out'"
says 1 'does not take this code' "the lost code" register --code "$first" --meter SN1b
says 0 'home0001 is registered' "the new key" register --code "$code" --meter SN1b
says 0 'is registered already' "the same again" register --code "$code" --meter SN1b
run_home 1
metered() { [ "$(csm "SELECT count(*) FROM readings n JOIN readings b ON b.home = n.home AND b.slot = n.slot - 1
	WHERE n.meter = 3 AND b.meter = 3 AND n.refused = '' AND b.refused = ''")" -ge 1 ]; }
within_a_minute "a slot is metered by the new meter" metered
says 0 'auction' "it goes on selling" hem offer --energy 1kWh --price 20
check "and believes the market" grep -q '"refused":null' "$state/status.json"
expect "without a contradiction" 0 "$(grep -ci 'contradict\|stated as not metered' "$work/home0001/log")"
expect "the old meter stays on record" 'SN1|0 SN1b|0 SN1b|1' "$(csm "SELECT group_concat(serial || '|' || (until_seq IS NULL), ' ')
	FROM (SELECT * FROM meters WHERE serial LIKE 'SN1%' ORDER BY meter)")"
stop_broker -KILL
says 0 '"pv_w":1000' "it is there after a crash" bash -c "'$build/lemctl' home show --json '$work/market' home0001 >'$work/out'"
says 0 'accepted' "without a broker" change --fuse 4000 "$work/market" home0001
check "the broker starts again" start_broker
says 0 '"fuse_w":4000' "that counts as well" \
	bash -c "'$build/lemctl' home show --json '$work/market' home0001 >'$work/out'"
says 0 'accepted' "its end" bash -c "'$build/lemctl' home revoke '$work/market' home0001 >'$work/out'"
says 1 'REVOKED' "a revoked home" change --pv 1 "$work/market" home0001
stop_broker
end_children
expect "the intake log has them" 5 "$(csm "SELECT count(*) FROM intake WHERE operation = 'home-change' AND kind = 11")"
expect "the ledger has none" 0 "$(sqlite3 -readonly "$work/market/ledger.db" \
	"SELECT count(*) FROM transactions WHERE body LIKE '%home-change%'")"
check "the ledger verifies" "$build/lemctl" verify --quiet --genesis "$genesis" "$work/market/ledger.db" >/dev/null
"$build/lemctl" home add --meter-serial SN2 "$work/market" home0002 >"$work/out" 2>"$work/err"
check "a home with neither PV nor battery is told" grep -q 'it can only buy' "$work/err"
check "and enrolled" grep -q 'home0002 is enrolled' "$work/out"
finish
