#!/bin/bash
# An independent verifier, made from docs/protocol.md alone (tests/verify), agrees with the market
# about a ledger with every rule of clearing, about the examples, and about what has been changed.
. "$(dirname "$0")/lib.sh"
verify() { PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/verify/verify.py "$@" >"$work/out" 2>&1; }
says() { # says CODE TEXT "what" verify.py's words...
	verify "${@:4}"
	expect "$3: exit code" "$1" $?
	check "$3: '$2' in: $(tail -n 1 "$work/out")" grep -qF -- "$2" "$work/out"
}
mkdir "$work/kept"
LEM_KEEP_LEDGER="$work/kept" "$build/unit/test_ledger_audit" >"$work/log" 2>&1
code=$?
expect "a ledger is made: $(grep LEM_SEED "$work/log")" 0 "$code"
genesis=$(cat "$work/kept/genesis")
says 0 "cleared by pay-as-bid uniform vickrey; head $(sqlite3 "$work/kept/copy.db" \
	'SELECT lower(hex(hash)) FROM blocks ORDER BY height DESC LIMIT 1')" \
	"the ledger, $(grep LEM_SEED "$work/log")" "$work/kept/copy.db" "$genesis"

sqlite3 "$work/kept/copy.db" "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_master
	WHERE type = 'trigger'" >"$work/drop"
changed() { # changed TEXT SQL: a copy so changed is refused with that text
	cp "$work/kept/copy.db" "$work/bad.db"
	sqlite3 "$work/bad.db" "$(cat "$work/drop") $2" || bad "$2"
	says 1 "$1" "$2" "$work/bad.db" "$genesis"
}
first="(SELECT min(seq) FROM transactions WHERE height > 2 AND kind ="
says 1 "the genesis hash" "another genesis" "$work/kept/copy.db" "${genesis//[0-9]/0}"
changed "BAD_SIGNATURE" "UPDATE transactions SET signature = zeroblob(64) WHERE seq = $first 1)"
changed "BAD_SIGNATURE" "UPDATE transactions SET body = replace(body, '\"Wh\"', '\"kWh\"') WHERE seq = $first 1)"
changed "BAD_TIME" "UPDATE transactions SET market_ms = market_ms + 1 WHERE seq = $first 18)"
changed "tx_root" "UPDATE transactions SET market_ms = market_ms + 1
	WHERE seq = (SELECT max(seq) FROM transactions WHERE height = 3)"
changed "results_root" "UPDATE transactions SET body = replace(body, '\"wh\":', '\"wh\":1')
	WHERE kind = 19 AND body LIKE '%metered%'"
for uc in 0 -1 1000000000000001; do
	changed "deposit" "UPDATE transactions SET body = json_set(body, '\$.parameters.amount_uc', $uc)
		WHERE seq = (SELECT max(seq) FROM transactions WHERE kind = 20)"
done
changed "a fixed parameter" "UPDATE transactions SET body = replace(body, '\"slot_s\":3600', '\"slot_s\":3601')
	WHERE kind = 22"
changed "tx_root" "UPDATE transactions SET body = replace(body, '\"boundary_s\":30', '\"boundary_s\":31') WHERE kind = 22"
changed "rules_hash" "UPDATE blocks SET header = replace(header, json_extract(header, '\$.rules_hash'),
	(SELECT json_extract(header, '\$.rules_hash') FROM blocks WHERE height = 1)) WHERE height = 4"
changed "" "DELETE FROM transactions WHERE seq = $first 19)"
changed "" "UPDATE blocks SET header = replace(header, '\"flags\":0', '\"flags\":1') WHERE height = 3"
changed "the signature" "UPDATE blocks SET operator_signature = zeroblob(64) WHERE height = 3"
changed "the genesis header" "UPDATE genesis SET document = replace(document, '\"rate\":1', '\"rate\":2')"

# The same of a market with operators of its network: limits, answers, cut auctions under each rule.
rm "$work"/kept/*
LEM_KEEP_LEDGER="$work/kept" "$build/unit/test_network_market" >"$work/log" 2>&1
expect "a ledger with limits is made" 0 $?
genesis=$(cat "$work/kept/genesis")
says 0 "cleared by pay-as-bid uniform vickrey; head $(sqlite3 "$work/kept/copy.db" \
	'SELECT lower(hex(hash)) FROM blocks ORDER BY height DESC LIMIT 1')" \
	"the ledger with limits" "$work/kept/copy.db" "$genesis"
limits="(SELECT max(seq) FROM transactions WHERE kind = 6)"
changed "BAD_SIGNATURE" "UPDATE transactions SET body = replace(body, '\"import_wh\":[5000]', '\"import_wh\":[5001]')
	WHERE seq = $limits"
changed "BAD_SIGNATURE" "UPDATE transactions SET body = replace(body, '\"change\"', '\"approve\"') WHERE kind = 7
	AND body LIKE '%\"change\"%'"
changed "BAD_TIME" "UPDATE transactions SET market_ms = market_ms - 1 WHERE seq = (SELECT min(seq) FROM transactions WHERE kind = 7)"
changed "" "DELETE FROM transactions WHERE kind = 7 AND body LIKE '%\"change\"%'"

says 0 " examples, 3 blocks" "the examples" docs/examples.md
spoilt() { # spoilt TEXT SED: the examples so changed are refused
	sed "$2" docs/examples.md >"$work/examples.md"
	cmp -s docs/examples.md "$work/examples.md" && bad "nothing to spoil: $2"
	says 1 "$1" "$2" "$work/examples.md"
}
spoilt "a receipt's path" 's/"path":"[A-Za-z0-9]\{4\}/"path":"AAAA/'
spoilt "a receipt's signature" '/^\[{"class/s/"signature":"[A-Za-z0-9]\{4\}/"signature":"AAAA/'
spoilt "a meter's signature" 's/"pv_wh":1250/"pv_wh":1251/'
spoilt "a proof of possession" 's/"pop":"[A-Za-z0-9_-]\{4\}/"pop":"AAAA/'
spoilt "wallet" 's/"balance_uc":2000000000/"balance_uc":2000000001/'
spoilt "statement" 's/"metered":true/"metered":false/'
spoilt "market" 's/"scheduled":\[{"from_slot":8/"scheduled":[{"from_slot":9/'
spoilt "the token" 's/^\(eyJ[^.]*\.[^.]*\)\.[A-Za-z0-9_-]\{4\}/\1.AAAA/'
finish
