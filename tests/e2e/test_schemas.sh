#!/bin/bash
# The schemas of schema/messages say what a broker and its clients really say to one another, and
# refuse what the reader refuses. Two homes through a few short slots; schemas.py judges.
. "$(dirname "$0")/lib.sh"
market --demo --rate 2400 --slot 3600 --start '2017-06-21 18:00:00' --start-in 5 --floor 0 --dso --tso --approval-lead 1
for n in 1 2 3; do
	"$build/lemctl" home add --json --meter-serial "SN$n" --pv 8000 --battery 5000 --fuse 25000 \
		"$work/market" "home000$n" | sed -n 's/.*"code":"\([^"]*\)".*/\1/p' >"$work/code$n"
	"$build/lemctl" deposit --cents 2000 "$work/market" "home000$n"
done
"$build/lemctl" deposit --cents 20000 "$work/market" aggregator
address=$(sql 'SELECT address FROM accounts WHERE number = 3')
aggregator="$work/market/aggregator.pem"
operator="$work/market/operator.pem"
dso="$work/market/dso.pem"
grid=$(sql 'SELECT address FROM accounts WHERE number = 4')
system=$(sql 'SELECT address FROM accounts WHERE number = 5')
tso=$work/market/tso.pem
ems="$work/home0001/state/ems.pem"
count=0

hear() { # hear USER KEY TOPIC...: keeps all that this client is told, from now on
	local user=$1 key=$2 topics=()
	shift 2
	for t in "to/$user/#" market "$@"; do topics+=(-t "lem/e2e/$t"); done
	[ "$user" = operator ] && topics+=(-t "\$CONTROL/lem/v1/response")
	as "$user" "$key" sub "${topics[@]}" -F '%t %p' >"$work/heard.$user" 2>/dev/null &
	awaits "$user listens" test -s "$work/heard.$user"
}
publish() { # publish USER KEY OPERATION PARAMETERS: a signed request, dated now
	local topic="lem/e2e/in/$3"
	[ "$1" = operator ] && topic="\$CONTROL/lem/v1"
	count=$((count + 1))
	request "$1" "$2" "$3" "$4" "schemas-$count"
	if [ "$1" = operator ]; then
		printf '{"commands":[{"command":"%s","correlationData":"schemas","message":%s}]}' \
			"$3" "$(cat "$work/message")" >"$work/document"
	else
		cp "$work/message" "$work/document"
	fi
	tr -d '\n' <"$work/document" | as "$1" "$2" pub -t "$topic" -s -q 1
}
answered() { # answered USER: whether the last request is; sets answer
	answer=$(grep "\"reqId\":\"schemas-$count\"" "$work/heard.$1")
}
ask() { # ask USER KEY OPERATION PARAMETERS: again if the machine was too slow for the date
	for _ in 1 2 3 4 5; do
		publish "$@"
		awaits "an answer to $3" answered "$1"
		[[ $answer == *'"STALE"'* ]] || return
	done
}
send() { # send USER KEY OPERATION PARAMETERS: a request that is good
	ask "$@"
	cat "$work/message" >>"$work/sent"
	[ "$1" != operator ] || cat "$work/document" <(echo) >>"$work/documents"
}
break_rule() { # break_rule CODE USER KEY OPERATION PARAMETERS: one that the market refuses so
	ask "${@:2}"
	check "$1 to $5: $answer" grep -q "\"code\":\"$1\"" <<<"$answer"
	cat "$work/message" >>"$work/broken"
}
bid() { # bid SLOT [MEMBERS]: parameters that open an auction
	printf '{"address":"%s","bid":{"energy":{"unit":"Wh","value":"1"},"price":{"unit":"cents/kWh",
		"value":"0"},"type":"buy"},"contract":{"slot":%s}%s}' "$address" "$1" "${2:-}"
}
terms() { # terms CLIENTID PV_W: parameters of home-add
	printf '{"battery_w":0,"clientId":"%s","code_hash":"%064d","fuse_w":0,"meter_serial":"X",
		"meter_type":"t","pv_w":%s}' "$1" 0 "$2"
}

check "the broker starts" start_broker
for n in 1 2; do
	enrolled_home "$n" "$(cat "$work/code$n")" || bad "home $n registers"
done
hear home0001 "$ems" offers 'auctions/+' blocks head
hear home0002 "$work/home0002/state/ems.pem"
hear aggregator "$aggregator"
hear operator "$operator"
hear dso "$dso"
hear tso "$tso"
run_home 1
run_home 2
"$build/e2e/aggregator" "$work/market" "$port" 12 1000 >"$work/aggregator.log" 2>&1 &
awaits "the market begins" begun
send aggregator "$aggregator" bid-offer "$(bid 4)"
order=$(sed 's/.*"seq":\([0-9]*\).*/\1/' <<<"$answer")
send aggregator "$aggregator" cancel "{\"address\":\"$address\",\"order\":$order}"
slot=$(sql 'SELECT max(height) FROM blocks')
send aggregator "$aggregator" schedule "{\"address\":\"$address\",\"first_slot\":$((slot + 4)),\"net_wh\":[1200,-3,0]}"
schedule=$(sql 'SELECT lower(hex(tx_id)) FROM transactions WHERE kind = 5')
send dso "$dso" approve "{\"address\":\"$grid\",\"reason\":\"a line is out\",\"schedule\":\"$schedule\",\"verdict\":\"change\"}"
send dso "$dso" limits "{\"address\":\"$grid\",\"export_wh\":[0],\"first_slot\":$((slot + 4)),\"import_wh\":[900]}"
send aggregator "$aggregator" tariff "{\"address\":\"$address\",\"export_mc_per_kwh\":[8000],\"first_slot\":$((slot + 4)),
	\"import_mc_per_kwh\":[30000],\"wholesale_mc_per_kwh\":[9100]}"
activate="\"energy\":{\"unit\":\"Wh\",\"value\":\"900\"},\"measure\":\"storage\",\"price\":{\"unit\":\"cents/kWh\",\"value\":\"31.5\"}"
send tso "$tso" activate "{\"address\":\"$system\",$activate,\"regulation\":\"down\",\"slot\":$((slot + 4))}"
activation=$(sed 's/.*"seq":\([0-9]*\).*/\1/' <<<"$answer")
send aggregator "$aggregator" bid-offer "{\"address\":\"$address\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"1\"},\"price\":{
	\"unit\":\"cents/kWh\",\"value\":\"31.5\"},\"type\":\"sell\"},\"contract\":{\"activation\":$activation,\"slot\":$((slot + 4))}}"
send aggregator "$aggregator" baseline "{\"clientId\":\"home0001\",\"first_slot\":$((slot + 9)),\"net_wh\":[1200,-3,0]}"
send home0001 "$ems" wallet '{}'
send home0001 "$ems" preference "{\"from_slot\":$((slot + 500)),\"mode\":\"TE\"}"
send operator "$operator" home-change "{\"clientId\":\"home0002\",\"from_slot\":$((slot + 500)),\"mode\":\"TE\"}"
slot=$(sql 'SELECT max(height) FROM blocks')
send operator "$operator" params-set "{\"from_slot\":$((slot + 3)),\"parameters\":{\"boundary_s\":40,\"credit_limits_uc\":{
	\"aggregator\":100000000000},\"limit_inclusive\":false,\"settlement\":{\"fee_buyer_mc_per_kwh\":300},\"tariff\":{\"import_mc_per_kwh\":23000}}}"
send operator "$operator" home-change "$(printf '{"battery_w":6000,"clientId":"home0003",
	"code_hash":"%064d","fuse_w":20000,"meter_serial":"Y","meter_type":"t","pv_w":0}' 0)"
send operator "$operator" home-revoke '{"clientId":"home0003"}'
publish home0001 "$ems" state '{"item":"device","name":"Smart Temperature Sensor","value":"28"}'
cat "$work/message" >>"$work/sent"
control() { # control FILE DOCUMENT: asked of the market, and kept
	as operator "$operator" pub -t "\$CONTROL/lem/v1" -m "$2" -q 1
	echo "$2" >>"$work/$1"
}
answers() { grep -c "response .*$1" "$work/heard.operator"; }
before=$(answers '"error"')
control documents '{"commands":[{"command":"status"},{"command":"home-list","count":100,"offset":0}]}'
control documents '{"commands":[{"command":"home-show","clientId":"home0001","correlationData":"x"},{"command":"params-show"},{"command":"backup"}]}'
for broken in '{}' '{"commands":[]}' '{"commands":[{}]}' '{"commands":[{"command":"Status"}]}' \
	'{"commands":[{"command":"status","count":1}]}' '{"commands":[{"command":"home-list","count":101}]}' \
	'{"commands":[{"command":"home-show"}]}' '{"commands":[{"command":"deposit","message":{}}]}' \
	'{"commands":[{"command":"status"}],"more":1}' '{"commands":[{"command":"status","correlationData":""}]}'; do
	control broken-documents "$broken"
done
told() { [ "$(answers '"error"')" -eq $((before + 10)) ] && [ "$(answers '"folder"')" -eq 1 ]; }
awaits "the market refuses each broken document" told
break_rule BAD_TERMS aggregator "$aggregator" bid-offer "$(bid 4 ',"all_or_nothing":true')"
break_rule BAD_FIELD aggregator "$aggregator" bid-offer "$(bid 4 ',"Cpf":1')"
break_rule BAD_FIELD aggregator "$aggregator" schedule "{\"address\":\"$address\",\"first_slot\":9999,\"net_wh\":[]}"
break_rule BAD_FIELD dso "$dso" limits "{\"address\":\"$grid\",\"export_wh\":[],\"first_slot\":9999,\"import_wh\":[]}"
break_rule BAD_FIELD aggregator "$aggregator" tariff "{\"address\":\"$address\",\"export_mc_per_kwh\":[],\"first_slot\":9999,\"import_mc_per_kwh\":[]}"
break_rule BAD_FIELD tso "$tso" activate "{\"address\":\"$system\",$activate,\"regulation\":\"off\",\"slot\":9999}"
break_rule BAD_FIELD dso "$dso" approve "{\"address\":\"$grid\",\"schedule\":\"$schedule\",\"verdict\":\"refuse\"}"
break_rule OUT_OF_RANGE aggregator "$aggregator" baseline "{\"clientId\":\"home0001\",\"first_slot\":9999,\"net_wh\":[2000000000]}"
break_rule OUT_OF_RANGE aggregator "$aggregator" cpf "{\"address\":\"$address\",\"cpf\":1.01}"
break_rule BAD_FIELD operator "$operator" home-add "$(terms Home 0)"
break_rule OUT_OF_RANGE operator "$operator" home-add "$(terms home0004 10000001)"
break_rule UNKNOWN_HOME operator "$operator" home-change '{"clientId":"Home","pv_w":0}'
break_rule BAD_FIELD operator "$operator" home-change '{"clientId":"home0001"}'
break_rule BAD_FIELD operator "$operator" home-change '{"clientId":"home0001","meter_serial":"Y","meter_type":"t"}'
break_rule OUT_OF_RANGE operator "$operator" home-change '{"clientId":"home0001","fuse_w":10000001}'
break_rule BAD_FIELD operator "$operator" home-change '{"clientId":"home0001","mode":"RE"}'
break_rule BAD_FIELD home0001 "$ems" preference '{"from_slot":1,"mode":"re"}'
break_rule UNKNOWN_HOME operator "$operator" home-revoke '{"clientId":"Home"}'
break_rule UNKNOWN_HOME operator "$operator" deposit '{"amount_uc":1,"clientId":"Home"}'
break_rule UNKNOWN_HOME operator "$operator" withdraw '{"amount_uc":1,"clientId":"Home"}'
break_rule OUT_OF_RANGE operator "$operator" params-set '{"from_slot":9,"parameters":{"penalty_mc_per_kwh":10000001}}'
break_rule BAD_FIELD operator "$operator" params-set '{"from_slot":9,"parameters":{"slot_s":900}}'
break_rule OUT_OF_RANGE home0001 "$ems" addresses '{"keys":[]}'
sealed() { [ "$(sql 'SELECT count(*) FROM seals')" -gt 0 ]; }
awaits "a sealed block, for the money in it" sealed
send operator "$operator" withdraw '{"amount_uc":1,"clientId":"aggregator"}'
settled() { # a transaction of each kind, and a home has been told of a delivery
	[ "$(sql 'SELECT count(DISTINCT kind) FROM transactions')" -eq 16 ] &&
		grep -q '/statement .*"deliveries":\[{' "$work"/heard.home*
}
awaits "a settled slot, a sealed block" settled
cut() { grep -q '/award .*"network_limit":{' "$work"/heard.home*; }
awaits "an auction cut by a limit" cut
publish home0001 "$ems" sync '{"from":1,"to":2}'
cat "$work/message" >>"$work/sent"
synced() { grep -q '^lem/e2e/to/home0001/block .*"height":2' "$work/heard.home0001"; }
awaits "the blocks asked for" synced
stop_broker
cat "$work"/heard.* >"$work/heard"
BUILD="$build" /usr/bin/python3 tests/e2e/schemas.py "$work" >"$work/out" 2>&1
expect "schemas.py" 0 $?
tail -n 40 "$work/out"
finish
