#!/bin/bash
# Abuse: floods of wrong logins, packets, names, topics and payloads out of form. Others are served, the
# log is bounded, nothing is taken in. usage: test_abuse.sh [LOGINS_A_SECOND SECONDS MS]: what a flood
# of that rate may add to others' p99.
. "$(dirname "$0")/lib.sh"
rate=${1:-300}
seconds=${2:-3}
added_ms=${3:-30}
market
plain=$(free_port)
conf="$work/market/plain.conf"
{ sed 's/^#plugin_opt_login_burst 50/plugin_opt_login_burst 200/' "$work/market/mosquitto.conf"; echo "listener $plain 127.0.0.1"; } >"$conf"
check "the broker starts" start_broker "$conf"
for n in 1 2; do
	home "$n" || bad "home $n registers"
done
taken=$(sqlite3 -readonly "$work/market/csm.db" 'SELECT count(*) FROM intake')
if [ $# -eq 0 ]; then
	"$build/e2e/rough" "$work/market/genesis.json" "$plain" home0001 "$work/home0001/state/ems.pem" "$broker" \
		>"$work/rough" 2>&1 || bad "rough ends early"
	grep -v '^rough:' "$work/rough"
	check "all that is out of form is refused: $(tail -n 1 "$work/rough")" grep -q '^rough: [0-9]* passed, 0 failed' "$work/rough"
	expect "and none of it is taken in" "$taken" "$(sqlite3 -readonly "$work/market/csm.db" 'SELECT count(*) FROM intake')"
fi
lines() { grep -c "$1" "$work/broker.log"; }
before=$(wc -l <"$work/broker.log")
told=$(lines '| login | rejected')
result=$("$build/e2e/abuse" logins "$work/market/genesis.json" "$plain" home0001 "$work/home0001/state/ems.pem" \
	home0002 "$work/home0002/state/ems.pem" "$broker" "$rate" "$seconds")
echo "  $result"
number() { printf '%s' "$result" | sed -n "s/.*\"$1\":\([-0-9.]*\).*/\1/p"; }
check "there was a flood" test "$(number done)" -ge $((rate * seconds))
check "every question of another was answered" test "$(number answered)" -ge "$(($(number asked) - 1))"
check "and in time" awk -v q="$(number quiet_p99_ms)" -v h="$(number harmed_p99_ms)" -v m="$added_ms" \
	'BEGIN { printf "  a flood of %d wrong logins a second adds %.1f ms to the p99 of another (at most %d)\n",
		'"$rate"', h - q, m; exit !(h <= q + m) }'
told=$(($(lines '| login | rejected') - told))
check "rejected logins are in the log: $told" test "$told" -ge 10
check "but not each: $told" test "$told" -le $((100 + 10 * (4 * seconds + 2)))
check "nor as the broker's own lines" test $(($(wc -l <"$work/broker.log") - before)) -le $((told + 20))
"$build/e2e/abuse" logins "$work/market/genesis.json" "$plain" home0001 "$work/home0001/state/ems.pem" \
	home0002 "$work/home0002/state/ems.pem" "$broker" 20 4 >/dev/null
check "those left out are counted" grep -q 'log lines were left out' "$work/broker.log"
# Who logged in well before gets in during a flood from everywhere, in its own name even, of five times
# what all together may have.
"$build/e2e/abuse" logins "$work/market/genesis.json" "$plain" home0001 "$work/home0001/state/ems.pem" \
	home0002 "$work/home0002/state/ems.pem" "$broker" 1000 4 >"$work/flood" 2>&1 &
flood=$!
turned_away() { # wait for the log to say it of one more
	local out
	out=$(lines 'home0001 | login | rejected: too many logins')
	for _ in $(seq 150); do
		[ "$(lines 'home0001 | login | rejected: too many logins')" -gt "$out" ] && return 0
		sleep 0.1
	done
	return 1
}
in=0
check "a flood is on: $(cat "$work/flood")" turned_away
for _ in $(seq 10); do
	as home0001 "$work/home0001/state/ems.pem" pub -t lem/e2e/in/state -m '{}' >/dev/null 2>&1 && in=$((in + 1))
done
check "and goes on" turned_away
expect "a home gets in where it has been before" 10 "$in"
wait "$flood"
# One client alone cannot fill the log: neither with what is refused unread nor with what is read.
refusals() { # refusals OPERATION CODE BYTES: 300 messages of home0002, each refused; 20 lines at once, one a second
	local begun=$SECONDS before left n
	before=$(lines "home0002 | .* | rejected: $2")
	left=$(lines 'log lines were left out')
	yes "$(head -c "$3" /dev/zero | tr '\0' x)" | head -n 300 |
		as home0002 "$work/home0002/state/ems.pem" pub -t "lem/e2e/in/$1" -q 1 -l >/dev/null 2>&1
	for _ in $(seq 120); do
		[ "$(lines 'log lines were left out')" -gt "$left" ] && break
		sleep 0.1
	done
	n=$(($(lines "home0002 | .* | rejected: $2") - before))
	check "$2 of one client is in the log: $n" test "$n" -ge 1
	check "but not each: $n" test "$n" -le $((20 + SECONDS - begun + 1))
	check "and what is left out is counted" test "$(lines 'log lines were left out')" -gt "$left"
}
refusals cpf TOO_LARGE 3000
sleep 11 # its share of messages is full again
refusals cpf BAD_JSON 10
stop_broker
# Connections before a login: no more than the listener has room for, which the unit's descriptors cover.
most=$(sed -n 's/^max_connections //p' "$work/market/mosquitto.conf")
check "there are descriptors for $most" test "$most" -lt "$(sed -n 's/^LimitNOFILE=//p' plugin/mosquitto.service.conf)"
check "and room for all sessions" test "$most" -gt 32768
sed 's/^max_connections .*/max_connections 20/' "$work/market/mosquitto.conf" >"$work/market/few.conf"
check "the broker starts with room for 20" start_broker "$work/market/few.conf"
python3 - "$port" <<-'EOT' || bad "20 connections, and no more"
	import socket, sys
	def is_open(s, wait):
	    s.settimeout(wait)
	    try: return s.recv(1) != b""
	    except TimeoutError: return True
	    except OSError: return False
	many = [socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5) for _ in range(20)]
	more = [socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5) for _ in range(5)]
	assert not any(is_open(s, 2) for s in more), "more are let in"
	assert all(is_open(s, 0.05) for s in many), "fewer are let in"
EOT
check "and then a client has room" as home0002 "$work/home0002/state/ems.pem" pub -t lem/e2e/in/state -m '{}'
stop_broker
finish
