#!/bin/bash
# The plugin refuses to load, and says why in the broker's log.
. "$(dirname "$0")/lib.sh"
market
conf="$work/market/mosquitto.conf"

refuses() { # refuses "what" sentence [conf]
	if start_broker "${3:-$work/bad.conf}"; then
		bad "$1: it loaded"
		stop_broker
	else
		check "$1" grep -q "lem: not loaded: .*$2" "$work/broker.log"
	fi
}

check "it loads as lemctl made it" start_broker "$conf"
# A second broker over the same market, on another port.
first=$broker
sed "s/^listener [0-9]*/listener $(free_port)/" "$conf" >"$work/bad.conf"
cp "$work/broker.log" "$work/first.log"
refuses "second copy" "in use by another"
broker=$first
stop_broker

sed 's/^per_listener_settings false/per_listener_settings true/' "$conf" >"$work/bad.conf"
refuses "per_listener_settings" "per_listener_settings must not be true"
mkdir "$work/conf.d"
echo 'per_listener_settings true' >"$work/conf.d/x.conf"
{ echo "include_dir $work/conf.d"; grep -v per_listener "$conf"; } >"$work/bad.conf"
refuses "per_listener_settings in include_dir" "per_listener_settings must not be true"
bridge() { # bridge TOPIC...: the market's broker with a bridge of that topic
	{ cat "$conf"; printf '%s\n' "connection b" "address 127.0.0.1:$(free_port)" "topic $*"; } >"$work/bad.conf"
}
for topic in 'lem/# out 1' 'lem/#' '# both 1' 'e2e/# out 1 lem/ x/' "\$CONTROL/lem/v1 out"; do
	bridge "$topic"
	refuses "a bridge's topic $topic" "a bridge's topic must not lead out of the market"
done
bridge 'house/# both 1 "" lem/'
check "a bridge of other topics does no harm" start_broker "$work/bad.conf"
stop_broker
{ cat "$conf"; echo 'plugin_opt_verifyers 2'; } >"$work/bad.conf"
refuses "unknown option" "plugin_opt_verifyers: no such option"
{ cat "$conf"; echo 'plugin_opt_verifiers 0'; } >"$work/bad.conf"
refuses "bad value" "plugin_opt_verifiers: bad value"
grep -v other_topics "$conf" >"$work/bad.conf"
refuses "other_topics missing" "plugin_opt_other_topics is missing"
grep -v state_dir "$conf" >"$work/bad.conf"
refuses "state_dir missing" "plugin_opt_state_dir is missing"
cp "$conf" "$work/bad.conf"
mv "$work/market/csm.db" "$work/csm.db"
refuses "no database" "csm.db"
sqlite3 "$work/market/csm.db" 'CREATE TABLE t (x)'
refuses "foreign database" "it is not a csm database"
printf 'not a database at all, but long enough to look like a file of one' >"$work/market/csm.db"
refuses "damaged database" "csm.db"
rm "$work/market/csm.db"
"$build/lemctl" init --name e2e "$work/other" >/dev/null
cp "$work/other/csm.db" "$work/market/csm.db"
refuses "another market's database" "of two markets"
cp "$work/csm.db" "$work/market/csm.db"
sqlite3 "$work/market/csm.db" 'PRAGMA user_version = 99'
refuses "a newer version's database" "version 99"
cp "$work/csm.db" "$work/market/csm.db"
chmod 644 "$work/market/operator.pem"
refuses "operator's key readable by others" "operator.pem"
chmod 600 "$work/market/operator.pem"
check "it loads again" start_broker "$conf"
stop_broker

# What its user may not write. Root may write everything, so the broker runs as Debian's user.
user=$(id -un)
[ "$(id -u)" -ne 0 ] || user=mosquitto
chmod 755 "$work"
cp "$build/mosquitto_lem.so" "$work/"
mine=$work/mine
"$build/lemctl" init --name e2e --port "$port" --user "$user" --plugin "$work/mosquitto_lem.so" "$mine" >/dev/null
check "it loads for $user" start_broker "$mine/mosquitto.conf"
stop_broker
unwritable() { # unwritable FILE MODE sentence: with that mode it does not load, with its own it does
	local mode
	mode=$(stat -c %a "$1")
	chmod "$2" "$1"
	refuses "$1 of mode $2" "$3" "$mine/mosquitto.conf"
	chmod "$mode" "$1"
	check "it loads with $1 of mode $mode" start_broker "$mine/mosquitto.conf"
	stop_broker
}
unwritable "$mine/csm.db" 400 'csm.db: Permission denied'
unwritable "$mine/csm.db" 000 'csm.db: Permission denied'
unwritable "$mine/ledger.db" 400 'ledger.db: Permission denied'
unwritable "$mine/lock" 400 'lock cannot be written'
unwritable "$mine" 500 'csm.db: '
rm "$mine/lock"
unwritable "$mine" 500 'lock cannot be written'
finish
