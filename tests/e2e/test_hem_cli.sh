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
# What takes its time is asked again, for a minute at most: a busy machine is slow.
within_a_minute() { # within_a_minute "what" command...
	local what=$1 end=$((SECONDS + 60))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || { bad "$what: $(tail -n 1 "$work/out")" && return; }
		sleep 0.2
	done
	ok
}
says() { # says PATTERN command...
	local pattern=$1
	shift
	"$@" >"$work/out" 2>&1
	grep -q "$pattern" "$work/out"
}
exits() { # exits CODE command...
	local want=$1
	shift
	"$@" >"$work/out" 2>&1
	[ $? -eq "$want" ]
}
home_conf 1
hem wallet >"$work/out" 2>&1
check "before init a sentence says what to do" grep -q 'hem init' "$work/out"
check "registers" enrolled_home 1 "$code"
hem register --code "$code" --meter SN1 --mode RE+TE >"$work/out" 2>&1
expect "registering again does no harm" 0 $?
expect "keys are private" 600 "$(stat -c %a "$work/home0001/state/ems.pem")"

# A clock that is ten minutes ahead: the broker says only "not authorised", the home what to do.
advice="refuses the login: not authorised: check this machine's clock (it says $(date -u -d '+10 minutes' '+%Y-%m-%d %H:')"
fast() {
	exec env LD_PRELOAD="$(find /usr/lib -name libfaketime.so.1 | head -n 1)" FAKETIME=+600 FAKETIME_DONT_FAKE_MONOTONIC=1 \
		"$build/hem" "$@" --config "$work/home0001/hem.conf"
}
fast run >"$work/fast.log" 2>&1 &
rejected() { [ "$(grep -c '| login | rejected' "$work/broker.log")" -ge "$1" ]; }
within_a_minute "the broker rejects it, again and again" rejected 3
within_a_minute "its log says what to do" grep -qF "$advice" "$work/fast.log"
expect "once" 1 "$(grep -cF 'refuses the login' "$work/fast.log")"
within_a_minute "its status too" says "NOT connected .*this machine's clock" hem status
kill $! && wait $!
(fast wallet) >"$work/out" 2>&1
expect "a command is refused" 1 $?
check "in its words: $(cat "$work/out")" grep -qF "$advice" "$work/out"
run_home 1
within_a_minute "wallet" says '"balance_uc":1000000000' hem wallet --json
order() { # order KIND KWH: for the last slot of the horizon, whatever the time is: 30 s are one
	local start now
	start=$(sed -n 's/.*"real_start_ms":\([0-9]*\).*/\1/p' "$work/market/genesis.json")
	now=$(date +%s%3N)
	hem "$1" --energy "$2kWh" --price 9 --slot $(((now - start) / 30000 + 4))
}
within_a_minute "an offer opens an auction" exits 0 order offer 1
within_a_minute "a bid beyond the wallet is refused, with the rule" says \
	'FUNDS_TOO_LOW\|does not cover\|OUT_OF_RANGE\|bounds' order bid 999999
within_a_minute "status" says '[Cc]onnected' hem status
within_a_minute "status for programs" says '"clientId":"home0001"' hem status --json
sealed() { [ "$(sqlite3 -readonly "$work/home0001/ledger.db" "SELECT $1" 2>/dev/null)" -ge 1 ] 2>/dev/null; }
within_a_minute "a block is sealed" sealed 'max(height) FROM blocks'
within_a_minute "a block can be shown" exits 0 hem ledger show 1
within_a_minute "the replica verifies" exits 0 hem verify
within_a_minute "an auction of the home is in the ledger" sealed 'count(*) FROM auctions'
stop_broker
within_a_minute "without a broker it says so" exits 3 hem wallet
finish
