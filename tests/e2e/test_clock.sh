#!/bin/bash
# The market's clock when the machine's is strange: 1970, 2038, a leap second, jumps either way, and
# a broker that was away for some slots. Each block once, in order, each at its time.
. "$(dirname "$0")/lib.sh"
lib=$(find /usr/lib -name libfaketime.so.1 | head -n 1)
check "libfaketime is there (package faketime)" test -n "$lib"
faked() { # faked command...: under the clock that $work/shift says
	LD_PRELOAD=$lib FAKETIME_TIMESTAMP_FILE="$work/shift" FAKETIME_NO_CACHE=1 \
		FAKETIME_DONT_FAKE_MONOTONIC=1 "$@"
}
shift_to() { # shift_to DATE [seconds]: from now on the clock shows that, and so many seconds more
	printf '+%ds\n' $(($(date -u -d "$1" +%s) - $(date +%s) + ${2:-0})) | sed 's/+-/-/' >"$work/shift"
}
jump() { # jump SECONDS: the clock leaps
	local now
	now=$(sed 's/s$//' "$work/shift")
	printf '%+ds\n' $((now + $1)) >"$work/shift"
}
height() { sqlite3 -readonly -cmd '.timeout 2000' "$work/market/ledger.db" 'SELECT max(height) FROM blocks'; }
await() { # await HEIGHT: until that block is there; fails after 15 seconds
	for _ in $(seq 150); do
		[ "$(height)" -ge "$1" ] && return 0
		sleep 0.1
	done
	return 1
}
begin() { # begin NAME: a market whose slots take a second, under the shifted clock, its broker running
	rm -rf "$work/market"
	port=$(free_port)
	faked "$build/lemctl" init --demo --name clock --rate 60 --slot 60 --start '2020-01-01 00:00:00' \
		--port "$port" --user "$(id -un)" --plugin "$build/mosquitto_lem.so" \
		"$work/market" >/dev/null || bad "$1: lemctl init"
	run
	check "$1: blocks are closed" await 3
}
run() {
	LD_PRELOAD=$lib FAKETIME_TIMESTAMP_FILE="$work/shift" FAKETIME_NO_CACHE=1 \
		FAKETIME_DONT_FAKE_MONOTONIC=1 mosquitto -c "$work/market/mosquitto.conf" >>"$work/broker.log" 2>&1 &
	broker=$!
}
sound() { # sound NAME: every height once, an hour of market time apart, and the chain verifies
	local file="$work/market/ledger.db"
	stop_broker
	expect "$1: no block is missing or twice" 0 "$(sqlite3 -readonly "$file" \
		'SELECT count(*) - 1 - max(height) FROM blocks')"
	expect "$1: each block at its time" 0 "$(sqlite3 -readonly "$file" \
		'SELECT count(*) FROM blocks b JOIN blocks p ON p.height = b.height - 1 WHERE b.time_ms - p.time_ms <> 60000')"
	check "$1: the chain verifies" "$build/lemctl" verify --quiet "$file"
}
outages() { sqlite3 -readonly "$work/market/ledger.db" 'SELECT count(*) FROM blocks WHERE flags & 1'; }

shift_to '1970-01-02 00:00:00'
begin 1970
sound 1970

shift_to '2038-01-19 03:14:04'
begin 2038
check "2038: past the end of 32 bits" await 7
sound 2038

shift_to '2016-12-31 23:59:57'
begin "leap second"
check "leap second: into the new year" await 6
sound "leap second"

shift_to '2026-06-01 12:00:00'
begin "jump forward"
jump 20
check "jump forward: each slot's end in its turn" await 23
sound "jump forward"
check "jump forward: late blocks are outages" test "$(outages)" -ge 15

shift_to '2026-06-01 12:00:00'
begin "jump back"
at=$(height)
jump -4
sleep 2
check "jump back: time stands still" test "$(height)" -le $((at + 1))
check "jump back: it says so" grep -q 'the clock is [0-9]* s of market time behind' "$work/broker.log"
check "jump back: and goes on" await $((at + 2))
sound "jump back"
expect "jump back: nothing is late" 0 "$(outages)"

shift_to '2026-06-01 12:00:00'
begin "broker away"
at=$(height)
stop_broker
sleep 4
run
check "broker away: it catches up" await $((at + 5))
sound "broker away"
check "broker away: the missed slots are outages" test "$(outages)" -ge 2
expect "broker away: and empty" 0 "$(sqlite3 -readonly "$work/market/ledger.db" \
	'SELECT count(*) FROM transactions JOIN blocks USING (height) WHERE flags & 1 AND kind < 16')"

shift_to '2026-06-01 12:00:00'
begin "wild clock"
jump 100000000
sleep 2
at=$(height)
check "wild clock: it is told" grep -q 'stands still: the clock is more than 700 slots ahead' "$work/broker.log"
sleep 2
expect "wild clock: and not believed" "$at" "$(height)"
jump -100000000
check "wild clock: the market goes on with the right one" await $((at + 2))
sound "wild clock"
# A home whose clock leaps ahead, and back, in a market whose clock does not.
stop_broker
rm -rf "$work/market"
printf '+0s\n' >"$work/shift"
market --rate 60 --slot 60 --horizon 4 --start-in 4 --demo
check "a home's leap: the broker starts" start_broker
home 1 || bad "the home is not registered"
LD_PRELOAD=$lib FAKETIME_TIMESTAMP_FILE="$work/shift" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \
	"$build/hem" run --config "$work/home0001/hem.conf" >"$work/home.log" 2>&1 &
readings() { sqlite3 -readonly -cmd '.timeout 2000' "$work/market/csm.db" "SELECT count(*) >= $1 FROM readings" | grep -q 1; }
awaits "a home's leap: readings come in" readings 4
jump 600
had=$(sqlite3 -readonly "$work/market/csm.db" 'SELECT count(*) FROM readings')
awaits "a home's leap: they go on" readings $((had + 6))
check "a home's leap: it is told" grep -q 'clock was set by [56][0-9]* s: it is believed when' "$work/home.log"
jump -600
awaits "a home's leap: and when it is mended" readings $((had + 12))
check "a home's leap: nothing was sent by it" test "$(grep -c 'refused: STALE\|READING_EARLY' "$work/home.log")" -eq 0
end_children
[ "$failed" -eq 0 ] || tail -n 20 "$work/home.log"
finish
