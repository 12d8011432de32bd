#!/bin/bash
# SIGHUP: what may change while the broker runs changes, a bad file changes nothing, and who is logged in
# stays.
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
# Reading the settings again judges every login anew. Those that stand stay: however old their token, and
# however many they are; but not one of a revoked home.
home 1 || bad "home 1 registers"
home 2 || bad "home 2 registers"
sed 's/^connection_messages false/connection_messages true/' "$conf" >"$work/market/told.conf"
stop_broker
check "the broker starts, and tells of connections" start_broker "$work/market/told.conf"
stand() { # stand USER KEY SUFFIX PASSWORD: a session that stays, and comes back at most after the test
	mosquitto_sub -h 127.0.0.1 -p "$port" --cafile "$work/market/ca.crt" -u "$1" -P "$4" -i "$1/$3" \
		-t lem/e2e/head -F '%t' >>"$work/standing" 2>&1 &
}
told() { grep -c "$1" "$work/broker.log"; }
has() { # has N "sentence": wait for N such lines
	for _ in $(seq 200); do
		[ "$(told "$2")" -ge "$1" ] && return 0
		sleep 0.05
	done
	return 1
}
old=$(faketime -f -116s "$build/lemctl" token --market "$id" --key "$key" aggregator)
stand aggregator "$key" old "$old"
check "a session with a token that is good for four seconds" has 1 'New client connected .* as aggregator/old '
stand home0002 "$work/home0002/state/ems.pem" doomed "$(token "$work/home0002/state/ems.pem" home0002)"
for n in $(seq 13); do
	for user in aggregator operator; do
		stand "$user" "$work/market/$user.pem" "s$n" "$(token "$work/market/$user.pem" "$user")"
	done
	stand home0001 "$work/home0001/state/ems.pem" "s$n" "$(token "$work/home0001/state/ems.pem" home0001)"
done
check "and forty fresh ones" has 41 'New client connected '
sleep 5
mosquitto_sub -h 127.0.0.1 -p "$port" --cafile "$work/market/ca.crt" -u aggregator -P "$old" -i aggregator/late -t x -W 1 \
	>"$work/got" 2>&1
check "that token lets nobody in any more" grep -qi 'not authori' "$work/got"
for round in 1 2; do
	check "the settings are read again: $round" hup 'is read: client_rate 20, client_burst 200,'
done
sleep 1
ended='Client [a-z].* disconnected\|closed its connection\|already connected' # and who never got in is <unknown>
expect "nobody is thrown out" 0 "$(told "$ended")"
expect "nor comes anew" 41 "$(told 'New client connected ')"
# Who takes over a standing session needs a login of its own.
mosquitto_sub -h 127.0.0.1 -p "$port" --cafile "$work/market/ca.crt" -u aggregator -P "$old" -i aggregator/old -t x -W 1 \
	>"$work/got" 2>&1
check "not even that session's own old token" grep -qi 'not authori' "$work/got"
expect "and the session stands" 0 "$(told 'aggregator/old already connected')"
check "a home is revoked" "$build/lemctl" home revoke -p "$port" "$work/market" home0002
check "the settings are read once more" hup 'is read: client_rate 20, client_burst 200,'
check "its session is thrown out" has 1 'Client home0002/doomed disconnected'
expect "and no other" 1 "$(told 'Client .*/\(doomed\|old\|s[0-9]*\) disconnected')"
stop_broker
finish
