#!/bin/bash
# The household's commands, while `hem run` runs with the same state folder.
. "$(dirname "$0")/lib.sh"
market --demo --rate 120 --slot 3600 --start '2017-06-21 00:00:00' --start-in 6
code=$("$build/lemctl" home add --json --meter-serial SN1 --pv 8000 --battery 5000 --fuse 25000 \
	"$work/market" home0001 | sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
"$build/lemctl" deposit --cents 1000 "$work/market" home0001
check "the broker starts" start_broker
hem() { "$build/hem" "$@" --config "$work/home0001/hem.conf"; }

for c in init register run quote bid offer wallet status ledger verify; do
	check "hem $c --help" bash -c "'$build/hem' $c --help | grep -q '^usage: hem '"
done
"$build/hem" nonsense >/dev/null 2>&1
expect "an unknown command is usage" 2 $?
"$build/hem" quote --soc 1.5 >/dev/null 2>&1
expect "a SOC beyond 1 is usage" 2 $?
check "hem --version" bash -c "'$build/hem' --version | grep -q '^hem [0-9]'"
check "lemctl --version" bash -c "'$build/lemctl' --version | grep -q '^lemctl [0-9]'"
home_conf 1
hem wallet >"$work/out" 2>&1
check "before init a sentence says what to do" grep -q 'hem init' "$work/out"
check "registers" enrolled_home 1 "$code"
hem register --code "$code" --meter SN1 --mode RE+TE >"$work/out" 2>&1
expect "registering again does no harm" 0 $?
expect "keys are private" 600 "$(stat -c %a "$work/home0001/state/ems.pem")"
run_home 1
sleep 8
check "wallet" bash -c "'$build/hem' wallet --json --config '$work/home0001/hem.conf' | grep -q '\"balance_uc\":1000000000'"
hem offer --energy 1kWh --price 9 --slot 3 >"$work/out" 2>&1
expect "an offer opens an auction" 0 $?
hem bid --energy 999999kWh --price 9 --slot 3 >"$work/out" 2>&1
check "a bid beyond the wallet is refused, with the rule" grep -q 'FUNDS_TOO_LOW\|does not cover\|OUT_OF_RANGE\|bounds' "$work/out"
hem status >"$work/out" 2>&1
check "status" grep -qi 'connected' "$work/out"
check "status for programs" bash -c "'$build/hem' status --json --config '$work/home0001/hem.conf' | grep -q '\"clientId\":\"home0001\"'"
for _ in $(seq 400); do
	[ "$(sqlite3 -readonly "$work/home0001/ledger.db" 'SELECT max(height) FROM blocks' 2>/dev/null)" -ge 1 ] && break
	sleep 0.1
done
hem ledger show 1 >"$work/out" 2>&1
expect "a block can be shown" 0 $?
hem verify >"$work/out" 2>&1
expect "the replica verifies" 0 $?
check "an auction of the home is in the ledger" test \
	"$(sqlite3 -readonly "$work/home0001/ledger.db" 'SELECT count(*) FROM auctions')" -ge 1
stop_broker
sleep 1
hem wallet >"$work/out" 2>&1
expect "without a broker it says so" 3 $?
finish
