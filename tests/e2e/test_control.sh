#!/bin/bash
# The operator's commands over $CONTROL/lem/v1, as any MQTT client sends them and as lemctl does:
# from the market's folder, and from another machine's with nothing but the keys in it.
. "$(dirname "$0")/lib.sh"
market --demo --rate 600 --slot 600 --start-in 2
operator="$work/market/operator.pem"
aggregator="$work/market/aggregator.pem"
response="\$CONTROL/lem/v1/response"
for n in $(seq 3 110); do
	"$build/lemctl" home add --meter-serial "SN$n" "$work/market" "$(printf 'home%04d' "$n")" >/dev/null || bad "home $n"
done
plain=$(free_port)
printf '%s\n' "listener $plain 127.0.0.1" "listener 0 $work/socket" >>"$work/market/mosquitto.conf"
check "the broker starts" start_broker
for n in 1 2; do check "home $n registers" home "$n"; done

ask() { # ask COMMANDS [PATTERN]: publishes a document and keeps what is answered
	as operator "$operator" sub -t "$response" -C "${2:-1}" -W 6 >"$work/got" 2>/dev/null &
	local ear=$!
	sleep 0.5
	as operator "$operator" pub -t "\$CONTROL/lem/v1" -m "$1" -q 1
	wait "$ear"
}
says() { check "$1 answers $2: $(head -c 300 "$work/got")" grep -qF -- "$2" "$work/got"; }

ask '{"commands":[{"command":"status","correlationData":"a b"}]}'
says status '{"responses":[{"command":"status","correlationData":"a b","data":{"accepted":'
check "the answer is JSON" bash -c "'$build/lemctl' canon <'$work/got' >/dev/null"
ask '{"commands":[{"command":"home-list","count":1},{"command":"nonsense","correlationData":"n"},{"command":"home-show","clientId":"home0001","correlationData":"s"}]}' 3
says "a list" '"totalCount":112'
says "an unknown command" '{"command":"nonsense","correlationData":"n","data":{"code":"UNKNOWN_OPERATION"'
says "home-show" '"clientId":"home0001"'
ask '{"commands":'
says "no JSON" '{"responses":[{"command":"Unknown command","data":{"code":"BAD_JSON"'
ask "{\"commands\":[{\"command\":\"status\",\"x\":\"$(head -c 17000 /dev/zero | tr '\0' x)\"}]}"
says "17 KB" '"code":"TOO_LARGE"'
check "the log has the refusals" grep -q 'lem: operator | ? | - | rejected: UNKNOWN_OPERATION: commands.command' "$work/broker.log"

# A request is answered when it is durable; what follows it waits for that.
signed() { # signed OPERATION PARAMETERS: as a command
	request operator "$operator" "$1" "$2" "control-$RANDOM$RANDOM"
	printf '{"command":"%s","message":%s}' "$1" "$(tr -d '\n' <"$work/message")"
}
ask "{\"commands\":[$(signed deposit '{"amount_uc":5,"clientId":"home0001"}'),{\"command\":\"home-show\",\"clientId\":\"home0001\"},{\"command\":\"nonsense\"},$(signed withdraw '{"amount_uc":1000000000,"clientId":"home0001"}'),{\"command\":\"status\"}]}" 5
expect "the answers come in order" "deposit home-show nonsense withdraw status " \
	"$(sed -n 's/^{"responses":\[{"command":"\([a-z-]*\)".*/\1/p' "$work/got" | tr '\n' ' ')"

# Nobody else may ask, and nobody else hears the answers.
as aggregator "$aggregator" pub -V 5 -t "\$CONTROL/lem/v1" -m '{"commands":[{"command":"status"}]}' -q 1 >"$work/got" 2>&1
check "a role may not" grep -qi 'not authorized' "$work/got"
as home0001 "$work/home0001/state/ems.pem" pub -V 5 -t "\$CONTROL/lem/v1" -m '{"commands":[]}' -q 1 >"$work/got" 2>&1
check "a home may not" grep -qi 'not authorized' "$work/got"
as operator "$operator" pub -V 5 -t "$response" -m forged -q 1 >"$work/got" 2>&1
check "an answer cannot be forged, by the operator neither" grep -qi 'not authorized' "$work/got"
as aggregator "$aggregator" sub -t "$response" -C 1 -W 2 >"$work/got" 2>/dev/null &
ear=$!
sleep 0.4
"$build/lemctl" status "$work/market" >/dev/null
wait "$ear"
check "nobody else hears" test ! -s "$work/got"

# lemctl, beside the running broker.
lemctl() { "$build/lemctl" "$@" >"$work/out" 2>"$work/err"; }
check "status" lemctl status "$work/market"
check "it prints lines" grep -q '^homes.registered  *2$' "$work/out"
check "home list" lemctl home list "$work/market"
expect "of all clients, page by page, and a heading" 113 "$(wc -l <"$work/out")"
check "home show" lemctl home show --json "$work/market" home0002
check "its keys are there" grep -q '"ems_key":"p256:' "$work/out"
lemctl home show "$work/market" nobody
expect "an unknown home" "1 lemctl: refused: UNKNOWN_HOME commands.clientId: no such home or role in the certified meters database" "$? $(cat "$work/err")"
check "params show, from the ledger" lemctl params show "$work/market"
check "and over the broker" lemctl params show --json -h 127.0.0.1 -p "$port" "$work/market"
check "with what waits" grep -q '^{"height":[0-9]*,"parameters":{.*},"scheduled":\[\]}$' "$work/out"
check "deposit" lemctl deposit --cents 5 "$work/market" home0001
check "what was booked: $(cat "$work/out")" grep -q '^accepted: [0-9]* in the ledger, block [0-9]*$' "$work/out"
check "its receipt" lemctl deposit --json --cents 5 "$work/market" home0001
check "as it came" grep -q '^{"class":"ledger",.*"tx_id":"[0-9a-f]*"}$' "$work/out"
lemctl deposit --cents 5 "$work/market" nobody
expect "a deposit to nobody" "1 lemctl: refused: UNKNOWN_HOME parameters.clientId: no such home or role in the certified meters database" "$? $(cat "$work/err")"

# From another machine: genesis, the operator's key and the authority's certificate are all it has.
mkdir "$work/desk"
cp "$work/market/genesis.json" "$operator" "$work/market/ca.crt" "$work/desk/"
check "by letters" lemctl home list -h 127.0.0.1 -p "$port" "$work/desk"
printf '%s\n' '# the broker' '-h 127.0.0.1' "--port $port" >"$work/options"
check "by a file of options" lemctl status -o "$work/options" "$work/desk"
check "with one's own authority" lemctl status -o "$work/options" --cafile "$work/market/ca.crt" --tls-version tlsv1.3 "$work/desk"
lemctl status -o "$work/options" --cafile /nonexistent "$work/desk"
expect "without it" 3 $?
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/other.key" -out "$work/other.crt" -days 2 -subj /CN=other 2>/dev/null
lemctl status -o "$work/options" --cafile "$work/other.crt" "$work/desk"
expect "with another's" 3 $?
lemctl status -o "$work/options" -P nonsense "$work/desk"
expect "with a wrong password" 3 $?
check "why" grep -q 'refuses the login: not authorised: look at the password' "$work/err"
cp "$work/market/aggregator.pem" "$work/desk/operator.pem"
lemctl status -o "$work/options" "$work/desk"
expect "with another's key" 3 $?
check "what to do" grep -q "check this machine's clock (it says 2[-0-9]* [:0-9]* UTC), or the key" "$work/err"
cp "$operator" "$work/desk/operator.pem"
lemctl status -o "$work/options" -u aggregator -i aggregator/x "$work/desk"
expect "as another user" 3 $?
lemctl status --options="$work/none" "$work/desk"
expect "a file that is not there" 2 $?
lemctl status -o "$work/options" --options="$work/options" "$work/desk"
expect "two files" 2 $?
check "MQTT 5, QoS 2" lemctl status -o "$work/options" -V mqttv5 -q 2 "$work/desk"
lemctl status -o "$work/options" -q 3 "$work/desk"
expect "no QoS" 2 $?
lemctl status -o "$work/options" -V 4 "$work/desk"
expect "no MQTT" 3 $?
echo '-x 1' >>"$work/options"
lemctl status -o "$work/options" "$work/desk"
expect "a wrong option in the file" "2" "$?"
lemctl status -h 127.0.0.1 -p 1 "$work/desk"
expect "no broker" 3 $?

# Without TLS, from this machine alone.
check "a plain listener: status" lemctl status --no-tls -h 127.0.0.1 -p "$plain" "$work/desk"
check "a plain listener: home add" lemctl home add --no-tls -p "$plain" --meter-serial SN111 "$work/market" home0111
check "by name" lemctl home show --no-tls -h localhost -p "$plain" "$work/market" home0111
check "a plain Unix socket" lemctl status --no-tls --unix "$work/socket" "$work/market"
lemctl status -h 127.0.0.1 -p "$plain" "$work/desk"
expect "never unless it is said" 3 $?
for host in 192.0.2.1 128.0.0.1 0.0.0.0 :: ::ffff:127.0.0.1 127.evil.example localhost.evil.example; do
	lemctl status --no-tls -h "$host" -p "$plain" "$work/desk"
	expect "not to $host" 2 $?
	check "with the reason" grep -q '^lemctl: --no-tls: is for a listener on this machine alone: ' "$work/err"
done
for host in 127.0.0.1 127.255.255.254 ::1; do
	lemctl status --no-tls -h "$host" -p 1 "$work/desk"
	expect "to $host" 3 $?
done
lemctl status --no-tls --cafile "$work/market/ca.crt" -p "$plain" "$work/desk"
expect "no certificates without TLS" 2 $?
lemctl dso limits --help
check "the roles have it too" grep -q -- '--no-tls' "$work/out"

# Backups, while homes trade.
run_home 1
run_home 2
"$build/e2e/aggregator" "$work/market" "$port" 20 3000 >"$work/aggregator.log" 2>&1 &
height() { sqlite3 -readonly -cmd '.timeout 2000' "$1/ledger.db" 'SELECT max(height) FROM blocks'; }
for _ in $(seq 300); do [ "$(height "$work/market")" -ge 4 ] && break || sleep 0.1; done
check "a backup by the broker" lemctl backup --json "$work/market"
folder=$(sed -n 's/.*"folder":"\([^"]*\)".*/\1/p' "$work/out")
check "in the market's folder" test -s "$folder/csm.db"
check "the log tells" grep -q "lem: backup | $folder | height" "$work/broker.log"
check "a backup by lemctl" lemctl backup "$work/market" "$work/copy"
mkdir "$work/again.part" # as a backup that was killed leaves it
touch "$work/again.part/csm.db"
check "a backup beside what a killed one left" lemctl backup --json "$work/market" "$work/again/"
check "says where it is" grep -q "\"folder\":\"$work/again\"" "$work/out"
lemctl backup -p "$port" "$work/market" "$work/copy2"
expect "no copy of ours of another machine's" 2 $?
lemctl backup "$work/market" "$work/copy"
expect "never over another" "1 lemctl: backup: $work/copy: exists already" "$? $(cat "$work/err")"
stop_broker
check "the original verifies" lemctl verify "$work/market/ledger.db"
sleep 2 # slots of a second are over since
for copy in "$folder" "$work/copy"; do
	check "the copy verifies: $copy" lemctl verify --genesis "$genesis" "$copy/ledger.db"
	expect "0600" 600 "$(stat -c %a "$copy/csm.db")"
	check "there are no keys in it" test ! -e "$copy/operator.pem"
	top=$(height "$copy")
	expect "its blocks are the market's" \
		"$(sqlite3 -readonly "$work/market/ledger.db" "SELECT hex(hash) FROM blocks WHERE height = $top")" \
		"$(sqlite3 -readonly "$copy/ledger.db" "SELECT hex(hash) FROM blocks WHERE height = $top")"
	cp "$work/market/operator.pem" "$work/market/aggregator.pem" "$work/market/ca.crt" "$copy/"
	check "a market can be asked" lemctl home list --json "$copy"
	expect "and is as it was" "$top" "$(height "$copy")"
	check "a market goes on from it" lemctl deposit --cents 1 "$copy" home0001
	check "there are new blocks" test "$(height "$copy")" -gt "$top"
	check "a market goes on from it" lemctl home list --json "$copy"
	check "with its homes" grep -q home0002 "$work/out"
	check "and still verifies" lemctl verify "$copy/ledger.db"
done
lemctl status -p 1 "$work/market"
expect "with a port it never touches the files" 3 $?
lemctl backup "$work/market"
expect "with the broker stopped, where to?" "2 lemctl: TARGET: the broker is stopped: name a folder" \
	"$? $(head -n 1 "$work/err")"

# A disk that stands still, in a market with time: the same request is sent until it is answered,
# and counts once.
mv "$work/market" "$work/first"
market --demo --rate 1 --slot 3600
for n in 3 4; do
	"$build/lemctl" home add --meter-serial "SN$n" "$work/market" "home000$n" >/dev/null || bad "home $n"
done
check "another broker starts" start_broker
balance() { "$build/lemctl" home show --json "$work/market" home0003 | sed 's/.*"balance_uc":\([0-9]*\).*/\1/'; }
sqlite3 "$work/market/csm.db" <<<$'BEGIN IMMEDIATE;\n.system sleep 7\nCOMMIT;' &
sleep 0.5
lemctl deposit --cents 7 "$work/market" home0003
expect "a deposit while the disk stands still" "0 " "$? $(cat "$work/err")"
check "it stood still" grep -q 'the market stands still' "$work/broker.log"
expect "it is booked once" 7000000 "$(balance)"
stop_broker
finish
