#!/bin/bash
# The commands by themselves, without a broker: each knows --help, says what is wrong with what it
# is given, and prints nothing that is not so.
. "$(dirname "$0")/lib.sh"
lemctl() { "$build/lemctl" "$@" >"$work/out" 2>&1; }
hem() { "$build/hem" "$@" >"$work/out" 2>&1; }

while read -r program words; do # every command, with an option that its --help names
	command=${words%%|*}
	# shellcheck disable=SC2086
	for option in ${words#*|}; do
		says 0 "--$option" "$program $command --help" "$program" $command --help
	done
done <<-'EOT'
	lemctl init|name slot port host user plugin reward penalty credit floor horizon demo rate start
	lemctl home add|meter-type meter-serial pv battery fuse json host port no-tls
	lemctl home change|pv battery fuse meter-type meter-serial json host port
	lemctl home list|json
	lemctl home revoke|host port
	lemctl deposit|cents host port
	lemctl withdraw|cents host port
	lemctl params set|host port from-slot from
	lemctl params show|all json
	lemctl verify|genesis json quiet
	lemctl clear|rule
	lemctl sign|key market kind bare
	lemctl check-message|key market
	lemctl token|key market
	lemctl serve|port host
	lemctl canon|help
	hem init|config
	hem register|config code meter mode
	hem run|config
	hem quote|soc config side limit slot json
	hem bid|config energy price slot auction
	hem offer|config energy price slot auction
	hem wallet|config json
	hem status|config json
	hem ledger show|config ledger json
	hem ledger verify|config ledger json genesis
	hem verify|config ledger json genesis
EOT
for program in lemctl hem; do
	says 0 "$program $(sed -n 's/^VERSION := //p' Makefile)" "$program --version" $program --version
	for command in $("$build/$program" --help | sed -n '/^commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'); do
		says 0 "usage: $program " "$program $command --help" $program "$command" --help
	done
	says 2 "'nonsense' is not a command" "$program nonsense" $program nonsense
done
for verb in show verify; do
	says 0 "ledger $verb" "hem ledger --help" hem ledger --help
done

market --demo --rate 600 --slot 60 --start '2018-01-01 00:00:00'
for verb in deposit withdraw; do
	says 2 "--cents: is missing" "$verb of nothing" lemctl $verb "$work/market" home0001
done
says 2 "a clientId is 3 to 32 of a-z and 0-9" "a client id out of form" \
	lemctl home add --meter-serial SN1 "$work/market" 'Ab!'
for serial in 's"1' $'s\n1' 's 1' '' 012345678901234567890123456789012; do
	says 2 "a meter's type and serial are 1 to 32 of" "serial '$serial'" \
		lemctl home add --meter-serial "$serial" "$work/market" home0001
done
says 2 "--meter-serial: is missing" "no meter" lemctl home add "$work/market" home0001
says 2 "from 0 to 10000000" "a rating" lemctl home add --pv 10000001 --meter-serial SN1 "$work/market" home0001
says 0 "home0001 is enrolled" "a home" lemctl home add --meter-serial sN._-9 "$work/market" home0001
says 0 '"meter_serial":"sN._-9"' "the list" lemctl home list --json "$work/market"
says 2 "home change: needs --pv" "nothing to change" lemctl home change "$work/market" home0001
says 2 "--meter-type: needs --meter-serial" "a type alone" lemctl home change --meter-type t "$work/market" home0001
says 2 "a meter's type and serial are 1 to 32 of" "another meter's serial" \
	lemctl home change --meter-serial 's 1' "$work/market" home0001
says 2 "a clientId is 3 to 32 of a-z and 0-9" "a change of nobody" lemctl home change --pv 1 "$work/market" 'Ab!'
says 0 "accepted" "other ratings" lemctl home change --pv 0 --battery 7 "$work/market" home0001
says 0 "home0001 has another meter. The code for its key" "another meter" \
	lemctl home change --meter-serial sN2 "$work/market" home0001
says 0 '"battery_w":7,' "the list has both" lemctl home list --json "$work/market"
check "the meter, too" grep -q '"meter_serial":"sN2","meter_type":"smart-meter"' "$work/out"
check "the list is JSON" bash -c "'$build/lemctl' home list --json '$work/market' | while read -r line; do
	'$build/lemctl' canon <<<\"\$line\" >/dev/null || exit 1; done"

key="$work/key.pem"
other="$work/other.pem"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$key" 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$other" 2>/dev/null
openssl pkey -in "$key" -pubout -out "$work/key.pub"
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null | openssl pkey -pubout -out "$work/rsa.pub"
chmod 600 "$key" "$other"
chmod 644 "$work/key.pub" "$work/rsa.pub"
sign() { # sign TEXT [OPTION...]: signs it by the key
	local text=$1
	shift
	"$build/lemctl" sign --key "$key" --market "$id" "$@" <<<"$text" >"$work/out" 2>&1
}
says 2 "there is no kind 'pop'" "an unknown kind" sign '{}' --kind pop
says 1 "no number but cpf has decimals" "decimals" sign '{"a":1.5}'
says 1 "line 1, column 8: a message's decimals" "three decimals" sign '{"cpf":0.725}'
says 1 "it must be an object" "an array" sign '[1]'
for text in '{}' '{"zz":1}' '{ "t" : 1, "s" : "\u0041", "cpf" : 0.5 }'; do
	says 0 '"signature":"' "signing $text" sign "$text"
	expect "$text signed is canonical" "$("$build/lemctl" canon <"$work/out")" "$(cat "$work/out")"
done
message() { # message ADDRESS: a signed cpf under it
	sign "{\"clientId\":\"home0001\",\"date\":\"2018-01-01 00:00:00\",\"operation\":\"cpf\",
		\"parameters\":{\"address\":\"$1\",\"cpf\":0.72},\"reqId\":\"abcdefgh\"}"
	mv "$work/out" "$work/message"
}
judge() { lemctl check-message "$work/message" --market "$id" --key "$@"; }
message ajothtsfd4stctbzxaqr5fh37g
says 1 "UNKNOWN_ADDRESS: parameters.address: ajothtsfd4stctbzxaqr5fh37g is not the key's address" \
	"another's address" judge "$key"
address=$(sed -n "s/.*the key's address, //p" "$work/out")
message "$address"
says 0 "operation      cpf" "its own address" judge "$key"
says 0 "signature      by that key" "a public key, readable by all" judge "$work/key.pub"
says 1 "BAD_SIGNATURE" "another key" judge "$other"
says 1 "it holds no P-256 or Ed25519 key" "a key of another kind" judge "$work/rsa.pub"
says 1 "the key cannot be read" "no key" judge "$work/none"
printf '%s' '{"clientId":"home0001","date":"2018-01-01 00:00:00","operation":"state","parameters":{"item":"d",
	"name":"n","value":"1"},"reqId":"abcdefgh"}' >"$work/message"
says 0 "none: the message is not signed" "an unsigned observation" judge "$key"

# Parameters: shown as genesis and the ledger have them, and changed without a broker.
[[ $(<"$work/market/genesis.json") == *'"tariff":{"export_mc_per_kwh":5000,"import_mc_per_kwh":22000}'* ]] ||
	bad "the tariff is not what lemctl init says"
set_params() { lemctl params set "$@" "$work/market"; }
says 2 "--from-slot: it or --from, one of both" "no slot" set_params rule=uniform
says 2 "--from-slot: it or --from, one of both" "two slots" set_params --from-slot 5 --from 2018-01-02 rule=uniform
says 2 "--from: needs YYYY-MM-DD" "no date" set_params --from tomorrow rule=uniform
says 2 "--from: is before the market's start" "a date long ago" set_params --from 2017-01-01 rule=uniform
for word in rule rule=lottery slot_s=900 reward_uc=-1 =1 credit_limits_uc.x=1; do
	says 2 "$word: is no" "the word $word" set_params --from-slot 5000 "$word"
done
says 1 "OUT_OF_RANGE parameters.parameters.reward_uc" "a bound" set_params --from-slot 5000 reward_uc=1000000000000001
says 1 "BAD_FIELD parameters.parameters.credit_limits_uc" "a role" set_params --from-slot 5000 credit_limits_uc.nobody=1
says 0 "counts from slot 5000 on, which begins at 2018-01-04 11:20:00" "a change" \
	set_params --from-slot 5000 rule=uniform credit_limits_uc.aggregator=7000000 tariff.import_mc_per_kwh=23000
says 0 "counts from slot 7200 on, which begins at 2018-01-06 00:00:00" "by date" set_params --from 2018-01-05' 23:59:01' boundary_s=5
says 1 "OUT_OF_RANGE parameters.from_slot: a change begins in one of the slots " "too far ahead" \
	set_params --from-slot 90000 rule=vickrey
says 0 "counts from slot 7200 on" "in place of one that waits" set_params --from-slot 7200 boundary_s=6
says 0 '"rule":"uniform"' "the sets as JSON" lemctl params show --json "$work/market"
check "the sets are JSON" bash -c "'$build/lemctl' canon <'$work/out' >/dev/null"
says 0 "credit_limits_cents     aggregator 7.0" "a set for a person" lemctl params show --all "$work/market"
says 0 "parameters.rule          pay-as-bid" "the set in force, for a person" lemctl params show "$work/market"
expect "who waits" "0|in force 5000|waits 7200|waits" "$(sqlite3 -readonly "$work/market/ledger.db" \
	"SELECT group_concat(from_slot || '|' || state, ' ') FROM v_parameters")"
expect "what the second took over" "uniform|23.0|6" "$(sqlite3 -readonly "$work/market/ledger.db" \
	"SELECT rule, import_cents_per_kwh, boundary_s FROM v_parameters WHERE from_slot = 7200")"
says 1 "no market is here" "no market" lemctl params set --from-slot 5 rule=uniform "$work/none"
says 1 "" "nothing to show" lemctl params show "$work/none"

# Some empty blocks, and a row that no transaction gives.
lemctl deposit --cents 10 "$work/market" home0001
sleep 1
says 0 "" "a deposit closes what is due" lemctl deposit --cents 10 "$work/market" home0001
cp "$work/market/ledger.db" "$work/ledger.db"
sql() { sqlite3 "$work/ledger.db" "$1"; }
check "there are blocks" test "$(sql 'SELECT max(height) FROM blocks')" -gt 3
audits() { # audits CODE TEXT "what" [GENESIS]: by both programs
	says "$1" "$2" "lemctl verify, $3" lemctl verify --genesis "${4:-$genesis}" "$work/ledger.db"
	says "$1" "$2" "hem verify, $3" hem verify --genesis "${4:-$genesis}" --ledger "$work/ledger.db"
}
audits 0 "blocks" "as it is"
audits 1 "this is another market than the one that was pinned" "another genesis" "${genesis//[0-9]/0}"
says 78 "$work/none" "hem verify without a genesis" hem verify --config "$work/none" --ledger "$work/ledger.db"
tamper() { # tamper SQL: in a copy, whose rows may be changed
	cp "$work/market/ledger.db" "$work/ledger.db"
	sql "$(sql "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_master WHERE type = 'trigger'") $1"
}
tamper "UPDATE accounts SET address = 'issues' WHERE number = 1"
audits 1 "BAD_ROW: table accounts, number 1" "a changed row"
tamper "UPDATE transfers SET amount_uc = amount_uc + 1"
audits 1 "BAD_ROW: table transfers" "a changed amount"
tamper "UPDATE blocks SET tx_count = tx_count + 1 WHERE height = 2"
audits 1 "table blocks, height 2" "a changed header"
finish
