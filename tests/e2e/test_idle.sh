#!/bin/bash
# A home that is behind when the broker goes away waits for it and spends nothing on it.
. "$(dirname "$0")/lib.sh"
market --demo --rate 60 --slot 60 --start-in 1
sleep 25 # slots of a second that the broker will make up for
check "the broker starts" start_broker
home 1
height() { sqlite3 -readonly -cmd '.timeout 2000' "$work/market/ledger.db" 'SELECT max(height) FROM blocks'; }
for _ in $(seq 300); do [ "$(height)" -ge 20 ] && break || sleep 0.1; done
check "there is a ledger to catch up with" test "$(height)" -ge 20
run_home 1
hem=$!
for _ in $(seq 500); do grep -qs 'connected to' "$work/home0001/log" && break || sleep 0.01; done
check "the home connects" grep -q 'connected to' "$work/home0001/log"
stop_broker -KILL
used() { awk '{ print $14 + $15 }' "/proc/$hem/stat"; } # hundredths of a second
sleep 0.5
before=$(used)
sleep 3
spent=$(($(used) - before))
check "three seconds alone cost $spent hundredths, at most 60" test "$spent" -le 60
check "it is still there" kill -0 "$hem"
check "the broker is back" start_broker
copy() { sqlite3 -readonly "$work/home0001/ledger.db" 'SELECT max(height) FROM blocks' 2>/dev/null; }
for _ in $(seq 300); do [ "$(copy)" -ge 20 ] 2>/dev/null && break || sleep 0.1; done
check "and the home catches up" test "$(copy)" -ge 20
stop_broker
finish
