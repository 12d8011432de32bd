#!/bin/bash
# Who may write, read and subscribe to what, by every way into the broker.
. "$(dirname "$0")/lib.sh"
market
conf="$work/market/mosquitto.conf"
second=$(free_port)
peer=$(free_port)
printf '%s\n' "listener $peer 127.0.0.1" 'allow_anonymous true' >"$work/peer.conf"
mosquitto -c "$work/peer.conf" >"$work/peer.log" 2>&1 &
# A second listener without TLS that lets strangers in, as an operator might have for other devices.
{
	sed 's/^allow_anonymous false/allow_anonymous true/; s/other_topics defer/other_topics allow/' "$conf"
	echo "listener $second 127.0.0.1"
	echo 'log_type all'
	# What is retained is looked at when the market is gone.
	printf '%s\n' 'persistence true' "persistence_location $work/"
	# A bridge of our own to another broker. Bridges pass by access checks.
	printf '%s\n' 'connection ours' "address 127.0.0.1:$peer" 'topic lem/# in 1' 'topic free/# both 1'
} >"$work/open.conf"
code=$("$build/lemctl" home add --json --meter-serial SN1 "$work/market" home0001 |
	sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
check "the broker starts" start_broker "$work/open.conf"
key="$work/market/aggregator.pem"
root=lem/e2e

heard() { # what a listening operator hears on its own topics while a command runs
	as operator "$work/market/operator.pem" sub -t "$root/to/operator/#" -t "$root/offers" -W 2 -F '%t %p' \
		>"$work/heard" 2>/dev/null &
	local ear=$!
	sleep 0.6
	"$@" >/dev/null 2>&1
	wait "$ear"
}
silent() { # silent "what" command...: nothing forged may be heard
	local what=$1
	shift
	heard "$@"
	check "$what" test ! -s "$work/heard"
}

as aggregator "$key" sub -t "$root/market" -C 1 -W 3 >"$work/got" 2>/dev/null
check "a client reads the market document" grep -q '"market":"e2e:' "$work/got"
mosquitto_sub -h 127.0.0.1 -p "$second" -t "$root/market" -C 1 -W 1 >"$work/got" 2>/dev/null
check "a stranger does not" test ! -s "$work/got"
mosquitto_sub -h 127.0.0.1 -p "$second" -t '#' -C 1 -W 1 >"$work/got" 2>/dev/null
check "nor with a wildcard" test ! -s "$work/got"

# A stranger under a client's MQTT id would take over its session and what is queued for it.
for stolen in aggregator aggregator/tool operator; do
	mosquitto_sub -h 127.0.0.1 -p "$second" -i "$stolen" -t x -C 1 -W 1 >"$work/got" 2>&1
	check "a stranger cannot be $stolen" grep -qi 'not authorised' "$work/got"
done
mosquitto_sub -h 127.0.0.1 -p "$second" -i anybody -t x -C 1 -W 1 >"$work/got" 2>&1
check "but may have an id of its own" bash -c "! grep -qi 'not authorised' '$work/got'"
silent "a stranger cannot write to another's topic" \
	mosquitto_pub -h 127.0.0.1 -p "$second" -t "$root/to/operator/receipt" -m forged -q 1
silent "a client cannot either" as aggregator "$key" pub -t "$root/to/operator/receipt" -m forged -q 1
silent "nor on the common topics" as aggregator "$key" pub -t "$root/offers" -m forged -q 1
silent "a Last Will is not delivered" bash -c "
	mosquitto_sub -h 127.0.0.1 -p $second -t x --will-topic $root/offers --will-payload forged & p=\$!
	sleep 0.5; kill -9 \$p"
silent "nor a client's own" bash -c "
	$build/lemctl token --market $id --key $key aggregator >$work/t
	mosquitto_sub -h 127.0.0.1 -p $port --cafile $work/market/ca.crt -u aggregator -P \$(cat $work/t) -i aggregator/w \
		-t x --will-topic $root/to/operator/reject --will-payload forged --will-retain & p=\$!
	sleep 0.6; kill -9 \$p"

# Retained messages: a client may not leave any, and so nobody finds one.
as aggregator "$key" pub -V 5 -t "$root/in/bid-offer" -m '{}' -q 1 >"$work/got" 2>&1
check "a client may publish to the intake" test ! -s "$work/got"
for client in aggregator operator; do
	as "$client" "$work/market/$client.pem" pub -V 5 -t "$root/in/bid-offer" -m '{}' -r -q 1 >"$work/got" 2>&1
	check "$client may not leave anything in the intake" grep -qi 'not authorized' "$work/got"
done
as operator "$work/market/operator.pem" pub -V 5 -t "\$CONTROL/lem/v1" -m '{}' -r -q 1 >"$work/got" 2>&1
check "nor the operator in its own topic" grep -qi 'not authorized' "$work/got"
as operator "$work/market/operator.pem" sub -t "$root/in/#" -C 1 -W 1 >"$work/got" 2>/dev/null
check "intake is readable by nobody" test ! -s "$work/got"
mosquitto_pub -h 127.0.0.1 -p "$second" -t "$root/head" -m forged -r -q 1 >/dev/null 2>&1
as aggregator "$key" sub -t "$root/head" -C 1 -W 1 -F %p >"$work/got" 2>&1
check "nobody can replace a retained document" bash -c "! grep -q forged '$work/got'"

# Shared subscriptions would take messages away from their owner.
for filter in "\$share/g/$root/to/operator/#" "\$share/g/$root/offers" "lem/#" "$root/#" "$root/+/operator/reject" \
	"$root/to/#" "$root/to/+/receipt" "$root/auctions/12" "$root/auctions/1/a/a" "$root/to/aggregator/1/a/a" "\$CONTROL/lem/#" "\$CONTROL/lem/v1/response"; do
	as aggregator "$key" sub -V 5 -t "$filter" -W 1 -d >"$work/got" 2>&1
	check "no subscription to $filter" grep -q 'Not authorized\|denied\|code 135\|Subscribed (mid: 1): 1[0-9][0-9]\|: 135' "$work/got"
done

# Another bridge: its messages come without an access check.
bridge=$(free_port)
cat >"$work/bridge.conf" <<EOT
listener $bridge 127.0.0.1
allow_anonymous true
connection b
address 127.0.0.1:$second
topic lem/# both 1
try_private false
EOT
mosquitto -c "$work/bridge.conf" >"$work/bridge.log" 2>&1 &
sleep 1.2
silent "a bridge's messages have no effect" mosquitto_pub -h 127.0.0.1 -p "$bridge" -t "$root/to/operator/x" -m forged -q 1
silent "nor on the common topics" mosquitto_pub -h 127.0.0.1 -p "$bridge" -t "$root/offers" -m forged -q 1
mosquitto_sub -h 127.0.0.1 -p "$bridge" -t "$root/market" -C 1 -W 1 >"$work/got" 2>/dev/null
check "a bridge hears nothing of the market" test ! -s "$work/got"

# The bridge of our own: it works, it brings nothing in, and takes nothing out.
mosquitto_sub -h 127.0.0.1 -p "$peer" -t 'lem/#' -W 8 -F '%t' >"$work/leaked" 2>/dev/null &
leak=$!
mosquitto_sub -h 127.0.0.1 -p "$second" -t free/bridged -C 1 -W 15 >"$work/got" 2>&1 &
ear=$!
for _ in $(seq 60); do
	mosquitto_pub -h 127.0.0.1 -p "$peer" -t free/bridged -m hello
	kill -0 "$ear" 2>/dev/null || break
	sleep 0.2
done
check "our bridge is up" grep -q hello "$work/got"
bridged() { mosquitto_pub -h 127.0.0.1 -p "$peer" -t "$1" -m forged -q 1; }
silent "what our bridge brings has no effect" bridged "$root/to/operator/receipt"
silent "nor on the common topics" bridged "$root/offers"
bridged "$root/in/bid-offer"
mosquitto_pub -h 127.0.0.1 -p "$peer" -t "$root/blocks" -m forged -r -q 1
as aggregator "$key" pub -t "$root/in/cpf" -m '{}' -q 1 # it is refused, to one's face alone
wait "$leak"
check "only what the peer was told is heard there" bash -c "! grep -v '^$root/\(to/operator/receipt\|offers\|in/bid-offer\|blocks\)$' '$work/leaked'"

# A code's session may register, and nothing else.
mosquitto_sub -h 127.0.0.1 -p "$port" --cafile "$work/market/ca.crt" -u home0001 -P "$code" -i home0001 \
	-t "$root/market" -C 1 -W 2 >"$work/got" 2>&1
check "a code logs in and reads the market" grep -q '"market":"e2e:' "$work/got"
mosquitto_sub -V 5 -h 127.0.0.1 -p "$port" --cafile "$work/market/ca.crt" -u home0001 -P "$code" -i home0001 \
	-t "$root/offers" -W 1 -d >"$work/got" 2>&1
check "but not the offers" grep -q '135\|Not authorized\|denied' "$work/got"
mosquitto_sub -h 127.0.0.1 -p "$port" --cafile "$work/market/ca.crt" -u home0001 -P "$code" -i other -t x -W 1 \
	>"$work/got" 2>&1
check "a client id that is not the user's is refused" grep -qi 'not authori\|refused' "$work/got"
mosquitto_sub -h 127.0.0.1 -p "$port" --cafile "$work/market/ca.crt" -u home0001 -P "x$code" -i home0001 -t x -W 1 \
	>"$work/got" 2>&1
check "a wrong code is refused" grep -qi 'not authori\|refused' "$work/got"
old=$(token "$key" aggregator)
mosquitto_sub -h 127.0.0.1 -p "$port" --cafile "$work/market/ca.crt" -u operator -P "$old" -i operator -t x -W 1 \
	>"$work/got" 2>&1
check "another's token is refused" grep -qi 'not authori\|refused' "$work/got"
mosquitto_sub -h 127.0.0.1 -p "$port" --cafile "$work/market/ca.crt" -u aggregator -P "${old%?}" -i aggregator -t x -W 1 \
	>"$work/got" 2>&1
check "a cut token is refused" grep -qi 'not authori\|refused' "$work/got"
mosquitto_sub -h 127.0.0.1 -p "$second" -t free -C 1 -W 3 >"$work/got" 2>&1 &
ear=$!
sleep 0.4
mosquitto_pub -h 127.0.0.1 -p "$second" -t free -m hello
wait "$ear"
check "topics outside the market work" grep -q hello "$work/got"
stop_broker
# The same broker without the market tells what was left behind: what the market itself retains.
{
	printf '%s\n' "listener $second 127.0.0.1" 'allow_anonymous true' 'persistence true' "persistence_location $work/" "user $(id -un)"
} >"$work/bare.conf"
check "a bare broker starts" start_broker "$work/bare.conf"
mosquitto_sub -h 127.0.0.1 -p "$second" -t '#' -t '$CONTROL/#' -W 1 --retained-only -F '%t' >"$work/got" 2>/dev/null
expect "retained is what the market said" "$root/head $root/market" "$(sort "$work/got" | tr '\n' ' ' | sed 's/ $//')"
stop_broker
finish
