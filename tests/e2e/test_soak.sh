#!/bin/bash
# Many homes at once: a market hour or so of readings, CPFs, auctions and seals, then a rush in which
# all bid in the last seconds before a gate. Nothing is late, lost or refused; every receipt is kept;
# the chain verifies and the money adds up. usage: test_soak.sh [HOMES SLOTS RATE [RUSH_RATE]]; `make
# soak` has a thousand homes and eight market hours.
. "$(dirname "$0")/lib.sh"
homes=${1:-100}
slots=${2:-5}
rate=${3:-150}
rush_rate=${4:-100}

# What the homes have receipts for and the market does not keep.
broken_receipts() { # broken_receipts DIR
	sqlite3 -cmd '.mode csv' -cmd "ATTACH '$1/csm.db' AS csm" -cmd "ATTACH '$1/ledger.db' AS ledger" :memory: <<-EOT
		CREATE TABLE told (home TEXT, req_id TEXT, operation TEXT, class TEXT, market_ms INTEGER, seq INTEGER,
			height INTEGER, intake_seq INTEGER PRIMARY KEY, tx_id TEXT);
		.import $1/receipts.csv told
		SELECT 'not in the intake log', home, req_id FROM told k WHERE NOT EXISTS (
			SELECT 1 FROM csm.intake i JOIN csm.homes h ON h.number = i.home WHERE i.seq = k.intake_seq
			AND h.client_id = k.home AND i.req_id = k.req_id AND i.operation = k.operation
			AND i.market_ms = k.market_ms AND i.ledger_seq = k.seq AND lower(hex(i.tx_id)) = k.tx_id) LIMIT 5;
		SELECT 'not in its block', home, req_id FROM told k WHERE class = 'ledger'
			AND height <= (SELECT max(height) FROM ledger.blocks) AND NOT EXISTS (
			SELECT 1 FROM ledger.transactions t WHERE t.seq = k.seq AND t.height = k.height
			AND lower(hex(t.tx_id)) = k.tx_id) LIMIT 5;
		SELECT 'only', count(*) FROM told HAVING count(*) < $homes;
	EOT
}

run() { # run NAME soak arguments...
	local dir=$work/$1
	shift
	"$build/soak" "$build" "$dir" "$homes" "$@" >"$dir.log" 2>&1 || bad "the soak: see above"
	grep -v '^[0-9]*: ' "$dir.log" # not the broker's own lines
	check "the chain verifies" "$build/lemctl" verify --quiet "$dir/ledger.db"
	expect "every receipt is kept" '' "$(broken_receipts "$dir")"
	expect "no block is of an outage" 0 "$(sqlite3 -readonly "$dir/ledger.db" 'SELECT count(*) FROM blocks WHERE flags')"
	money_adds_up "$dir/ledger.db" "$dir/csm.db"
	# A receipt that the market does not keep would be noticed.
	awk -F, -v OFS=, 'NR == 1 { $2 = "forged" } { print }' "$dir/receipts.csv" >"$dir/forged" &&
		mv "$dir/forged" "$dir/receipts.csv"
	check "a receipt that is not kept would be noticed" test -n "$(broken_receipts "$dir")"
}

run soak "$slots" "$rate" "$(free_port)"
run rush 3 "$rush_rate" "$(free_port)" $((900 / rush_rate < 12 ? 900 / rush_rate * 3 / 4 : 10))
finish
