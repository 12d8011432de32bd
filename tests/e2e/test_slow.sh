#!/bin/bash
# Clients that stop reading, or read 1 KiB a second, while the market trades: what they cost the broker
# is bounded, by each of the settings that `lemctl init` writes for it, others are answered as before,
# and a stopped home catches up by `sync`, re-executing every block.
. "$(dirname "$0")/lib.sh"
seconds=${1:-4}
market --demo --rate 450 --slot 900 --start-in 10
# So that what they ask for comes in parts of 32 KiB, some dozen of them.
check "the first block is long" "$build/e2e/abuse" fill "$work/market" 2500
plain=$(free_port)
conf="$work/market/plain.conf"
{ sed 's/^#plugin_opt_login_burst 50/plugin_opt_login_burst 500/' "$work/market/mosquitto.conf"; echo "listener $plain 127.0.0.1"; } >"$conf"
check "the broker starts" start_broker "$conf"
for n in 1 2 3; do
	home "$n" || bad "home $n registers"
	"$build/lemctl" deposit --cents 2000 "$work/market" "home000$n" >>"$work/log" 2>&1
	run_home "$n"
done
stopped=$!
"$build/e2e/aggregator" "$work/market" "$port" 100 2000 >"$work/aggregator.log" 2>&1 &
height() { sqlite3 -readonly -cmd '.timeout 3000' "$1" 'SELECT max(height) FROM blocks' 2>/dev/null; }
wait_for_height() { # wait_for_height LEDGER HEIGHT
	for _ in $(seq 300); do
		[ "$(height "$1")" -ge "$2" ] 2>/dev/null && return 0
		sleep 0.1
	done
	return 1
}
number() { printf '%s' "$result" | sed -n "s/.*\"$1\":\([-0-9.]*\).*/\1/p"; }
stall() { # stall QOS SESSIONS LEAST MOST: what they cost the broker is within these KiB
	local grown
	result=$("$build/e2e/abuse" "stall$1" "$work/market/genesis.json" "$plain" home0001 "$work/home0001/state/ems.pem" \
		home0002 "$work/home0002/state/ems.pem" "$broker" "$2" "$seconds")
	echo "  QoS $1, $2 sessions: $result"
	check "others are asked enough" test "$(number asked)" -ge $((seconds * 20))
	check "every question was answered" test "$(number answered)" -ge "$(($(number asked) - 1))"
	check "blocks were asked for and not read" test "$(number done)" -ge $((seconds * 4))
	check "others' answers are not delayed by them" \
		awk -v q="$(number quiet_p99_ms)" -v h="$(number harmed_p99_ms)" 'BEGIN { exit !(h <= q + 50) }'
	grown=$(($(number peak_kib) - $(number before_kib)))
	check "with QoS $1 they cost $grown KiB, at least $3" test "$grown" -ge "$3"
	check "with QoS $1 they cost $grown KiB, at most $4" test "$grown" -le "$4"
}
check "home 3 has blocks" wait_for_height "$work/home0003/ledger.db" 8
kill -STOP "$stopped"
stood=$(height "$work/home0003/ledger.db")
# The bounds lie between what is seen with each setting and without: 4.4 MiB and 10.1 (max_queued_bytes);
# 340 KiB and 620, which are most of it the kernel's (max_inflight_bytes); 33 MiB and 113
# (max_queued_messages).
stall 1 14 2000 7000
unread=$(number unread_kib)
check "on its way to one of them are $unread KiB, at least 32" test "$unread" -ge 32
check "on its way to one of them are $unread KiB, at most 480" test "$unread" -le 480
stall 0 4 10000 60000
reached=$(height "$work/market/ledger.db")
check "the market went on" test "$reached" -ge $((stood + 4))
expect "the stopped home did not" "$stood" "$(height "$work/home0003/ledger.db")"
kill -CONT "$stopped"
check "it catches up" wait_for_height "$work/home0003/ledger.db" "$reached"
expect "with the market's block" \
	"$(sqlite3 -readonly "$work/market/ledger.db" "SELECT hex(hash) FROM blocks WHERE height = $reached")" \
	"$(sqlite3 -readonly "$work/home0003/ledger.db" "SELECT hex(hash) FROM blocks WHERE height = $reached")"
expect "and refuses none" 1 "$(grep -c '"refused":null' "$work/home0003/state/status.json")"
stop_broker
end_children
check "its ledger verifies" "$build/lemctl" verify --quiet --genesis "$genesis" "$work/home0003/ledger.db"
[ "$failed" -eq 0 ] || tail -n 5 "$work"/home*/log "$work/broker.log"
finish
