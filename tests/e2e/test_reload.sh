#!/bin/bash
# SIGHUP: what may change while the broker runs changes, and a bad file changes nothing.
. "$(dirname "$0")/lib.sh"
market
conf="$work/market/mosquitto.conf"
limits="$work/limits"
sed -i "s|^#plugin_opt_config none|plugin_opt_config $limits|" "$conf"
key="$work/market/aggregator.pem"

refuses() { # refuses "what" "sentence": the broker does not start with this file
	start_broker && bad "$1: it starts"
	stop_broker
	check "$1" grep -q "lem: not loaded: .*$2" "$work/broker.log"
}
refuses "no file" 'limits cannot be read'
echo 'client_burst = 0' >"$limits"
refuses "a bad value" 'limits: line 1: client_burst: bad value'
echo 'verifiers = 2' >"$limits"
refuses "what cannot change" 'verifiers: stands in mosquitto.conf only'

limited() { # how many of 8 messages at once are refused for their rate
	as aggregator "$key" sub -t "lem/e2e/to/aggregator/reject" -W 2 >"$work/heard" 2>/dev/null &
	local ear=$!
	sleep 0.5
	seq 8 | as aggregator "$key" pub -t lem/e2e/in/wallet -q 1 -l >/dev/null 2>&1
	wait "$ear"
	grep -c RATE_LIMITED "$work/heard"
}
hup() { # hup "sentence": wait for the log to say it once more
	local before
	before=$(grep -c "$1" "$work/broker.log")
	kill -HUP "$broker"
	for _ in $(seq 100); do
		[ "$(grep -c "$1" "$work/broker.log")" -gt "$before" ] && return 0
		sleep 0.05
	done
	return 1
}
printf 'client_rate = 1\nclient_burst = 2\n' >"$limits"
check "the broker starts" start_broker
check "the file counts from the start" test "$(limited)" -ge 1
echo 'client_burst = many' >"$limits"
check "a bad file is told" hup 'lem: nothing changes: .*line 1: client_burst: bad value'
check "and changes nothing" test "$(limited)" -ge 1
printf 'client_rate = 100\nclient_burst = 100\n' >"$limits"
check "a good one is told" hup 'lem: .*limits is read: client_rate 100, client_burst 100,'
expect "and counts at once" 0 "$(limited)"
rm "$limits"
check "a missing one is told" hup 'lem: nothing changes: .*cannot be read'
expect "and changes nothing either" 0 "$(limited)"
: >"$limits"
check "an empty one is mosquitto.conf's own" hup 'is read: client_rate 20, client_burst 200,'
stop_broker
finish
