# Shared by the e2e tests: a market in a temporary folder, a real broker on a free loopback port.
# A test sources this, calls what it needs, and ends with `finish`.
set -u
build=${BUILD:-build}
build=$(realpath "$build")
work=$(mktemp -d "${TMPDIR:-/tmp}/lem-e2e.XXXXXX")
failed=0
passed=0
broker=
# SANITIZER=libtsan.so or libasan.so: what build/ was made with. The broker itself was not, so it
# loads the sanitizer first; whatever is reported fails the test.
sanitizer=
if [ -n "${SANITIZER:-}" ]; then
	sanitizer="LD_PRELOAD=$(cc -print-file-name="$SANITIZER")"
	export ASAN_OPTIONS="log_path=$work/report" TSAN_OPTIONS="log_path=$work/report"
	export UBSAN_OPTIONS="log_path=$work/report:print_stacktrace=1"
fi

end_children() { # those that still run, and theirs: a number that is free may be another's by now
	local job
	for job in $(jobs -pr); do
		# shellcheck disable=SC2046
		kill "$job" $(pgrep -P "$job") 2>/dev/null
	done
	wait 2>/dev/null
}
cleanup() {
	[ "$BASHPID" = $$ ] || return # a child that was ended before it became another program
	end_children
	[ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap cleanup EXIT

ok() { passed=$((passed + 1)); }
bad() {
	failed=$((failed + 1))
	echo "  FAILED: $*"
}
check() { # check "what" command...
	local what=$1
	shift
	if "$@"; then ok; else bad "$what"; fi
}
expect() { # expect "what" wanted got
	if [ "$2" = "$3" ]; then ok; else bad "$1: wanted '$2', got '$3'"; fi
}
finish() {
	for report in "$work"/report.*; do
		[ -e "$report" ] && bad "$SANITIZER reports" && head -n 60 "$report"
	done
	echo "$(basename "$0"): $passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}

free_port() {
	local port
	while :; do
		port=$((10000 + RANDOM % 20000))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

market() { # market [lemctl init options]: makes $work/market; sets port, genesis, id
	port=$(free_port)
	"$build/lemctl" init --name e2e --port "$port" --user "$(id -un)" \
		--plugin "$build/mosquitto_lem.so" "$@" "$work/market" >/dev/null || exit 1
	genesis=$(sed -n 's/.*"header_hash":"\([0-9a-f]*\)".*/\1/p' "$work/market/genesis.json")
	id="e2e:${genesis:0:16}"
}

plugin_opt() { sed -i "s|^#plugin_opt_$1 .*|plugin_opt_$1 $2|" "$work/market/mosquitto.conf"; } # NAME VALUE

own_aggregator() { # the market's own trades, for as few homes as a test has
	plugin_opt aggregator yes
	plugin_opt aggregator_homes 2
}

sanitized() { exec env $sanitizer "$@"; } # in a process of its own: it does not return

start_broker() { # start_broker [conf]: waits until it runs; 1 if it does not
	: >"$work/broker.log" # what the last one said is no answer
	sanitized mosquitto -c "${1:-$work/market/mosquitto.conf}" >"$work/broker.log" 2>&1 &
	broker=$!
	for _ in $(seq 100); do
		grep -qs ' running$' "$work/broker.log" && return 0
		kill -0 "$broker" 2>/dev/null || return 1
		sleep 0.05
	done
	return 1
}

stop_broker() {
	kill "${1:--TERM}" "$broker" 2>/dev/null
	wait "$broker" 2>/dev/null
}

home_conf() { # home_conf N: writes the configuration of home000N
	local hid dir
	hid=$(printf 'home%04d' "$1")
	dir="$work/$hid"
	mkdir -p "$dir"
	cat >"$dir/hem.conf" <<-EOT
		[market]
		host = 127.0.0.1
		port = $port
		cafile = $work/market/ca.crt
		name = e2e
		genesis = $genesis
		client_id = $hid
		[home]
		state_dir = state
		mode = RE+TE
		[tcr]
		offer_price_min = 7
		offer_price_max = 17
		bid_price_min = 6.1
		bid_price_max = 12
		[sim]
		home = $1
		[replica]
		ledger = ledger.db
	EOT
}

enrolled_home() { # enrolled_home N CODE: configures and registers a home that lemctl has enrolled
	local dir
	dir="$work/$(printf 'home%04d' "$1")"
	home_conf "$1"
	"$build/hem" init --config "$dir/hem.conf" >>"$work/log" 2>&1 &&
		"$build/hem" register --config "$dir/hem.conf" --code "$2" --meter "SN$1" --mode RE+TE \
			>>"$work/log" 2>&1
}

home() { # home N [lemctl home add options]: enrols, configures and registers home000N
	local n=$1 code
	shift
	code=$("$build/lemctl" home add --json --meter-serial "SN$n" --pv 8000 --battery 5000 \
		--fuse 25000 "$@" "$work/market" "$(printf 'home%04d' "$n")" |
		sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
	enrolled_home "$n" "$code"
}

run_home() { # run_home N
	local dir
	dir="$work/$(printf 'home%04d' "$1")"
	"$build/hem" run --config "$dir/hem.conf" >>"$dir/log" 2>&1 &
}

keep_receipts() { # keep_receipts N: hem.db forgets what is settled; home000N's keeps its receipts
	sqlite3 "$work/$(printf 'home%04d' "$1")/state/hem.db" <<-'EOT'
		CREATE TABLE kept (req_id TEXT, operation TEXT, market_ms INTEGER, text TEXT, UNIQUE (req_id, text));
		CREATE TRIGGER keep_ledger AFTER INSERT ON receipts BEGIN
			INSERT OR IGNORE INTO kept VALUES ('', NULL, NULL, new.text);
		END;
		CREATE TRIGGER keep_reading AFTER UPDATE OF receipt_ms ON readings BEGIN
			INSERT OR IGNORE INTO kept VALUES (new.req_id, 'state', new.receipt_ms, '');
		END;
		CREATE TRIGGER keep_addresses AFTER UPDATE OF enrolled_ms ON address_keys BEGIN
			INSERT OR IGNORE INTO kept VALUES (new.req_id, 'addresses', new.enrolled_ms, '');
		END;
	EOT
}

# receipts N SELECT: home000N's kept receipts, as table told, beside the market's csm and ledger.
receipts() {
	sqlite3 "$work/$(printf 'home%04d' "$1")/state/hem.db" <<-EOT
		ATTACH '$work/market/csm.db' AS csm;
		ATTACH '$work/market/ledger.db' AS ledger;
		CREATE TEMP TABLE told AS SELECT 'private' AS class, operation, req_id, market_ms, 0 AS seq, 0 AS height,
			NULL AS intake_seq, NULL AS tx_id FROM kept WHERE text = ''
			UNION ALL SELECT t ->> 'class', t ->> 'operation', t ->> 'reqId', t ->> 'market_ms', t ->> 'seq',
			t ->> 'height', t ->> 'intake_seq', t ->> 'tx_id' FROM (SELECT text AS t FROM kept WHERE text <> '');
		$2
	EOT
}

# What home000N has receipts for and the market does not keep: broken_promises N. All must stand in
# the intake log as it was told, and those of class ledger in their block, once it is closed.
broken_promises() {
	receipts "$1" "
		SELECT 'not in the intake log', * FROM told k WHERE NOT EXISTS (
			SELECT 1 FROM csm.intake i JOIN csm.homes ON number = i.home
			WHERE client_id = '$(printf 'home%04d' "$1")' AND i.req_id = k.req_id AND i.operation = k.operation
			AND i.market_ms = k.market_ms AND ledger_seq = k.seq
			AND (class = 'private' OR (i.height = k.height AND i.seq = intake_seq AND lower(hex(i.tx_id)) = k.tx_id)));
		SELECT 'not in its block', * FROM told k WHERE class = 'ledger'
			AND height <= (SELECT max(height) FROM ledger.blocks) AND NOT EXISTS (
			SELECT 1 FROM ledger.transactions t WHERE t.seq = k.seq AND t.height = k.height
			AND lower(hex(t.tx_id)) = k.tx_id);"
}

# What does not add up in a market's money, one line for each: money LEDGER CSM.
money() { sqlite3 -readonly -cmd "ATTACH '$2' AS csm" "$1" <"$(dirname "$0")/money.sql" 2>&1; }

money_adds_up() { # money_adds_up LEDGER CSM: it does, and forged transfers would be noticed
	local forged last
	expect "the money adds up" '' "$(money "$1" "$2")"
	last='(SELECT max(height) FROM blocks)'
	for forged in "1, 2, 1000000, 0, 1" "1, 2, 1, 0, 4" "3, 2, 1, 0, 2" "2, 3, 1, 0, 2" \
		"2, (SELECT max(account) FROM closings), 1, 0, 3" "3, (SELECT max(number) FROM accounts), 1, 0, 2"; do
		rm -f "$work/forged.db"
		sqlite3 -readonly "$1" "VACUUM INTO '$work/forged.db'"
		sqlite3 "$work/forged.db" "INSERT INTO transfers SELECT $last, 1 + coalesce(max(n), 0), $forged
			FROM transfers WHERE height = $last"
		check "a forged transfer is noticed: $forged" test -n "$(money "$work/forged.db" "$2")"
	done
}

token() { "$build/lemctl" token --market "$id" --key "$1" "$2"; }

# The market's ledger, by a query; nothing while there is none.
sql() { sqlite3 -readonly -cmd '.timeout 3000' "$work/market/ledger.db" "$1" 2>/dev/null; }

height() { [ "$(sql 'SELECT max(height) FROM blocks')" -ge "$1" ]; }

number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$work/market/genesis.json"; }

market_date() { # market time now, as messages say it
	date -u -d "@$((($(number start_ms) + $(number rate) * ($(date +%s%3N) - $(number real_start_ms))) / 1000))" '+%Y-%m-%d %H:%M:%S'
}

begun() { [ "$(date +%s%3N)" -gt "$(number real_start_ms)" ]; }

awaits() { # awaits "what" command...: two minutes at most
	for _ in $(seq 1200); do
		"${@:2}" && ok && return
		sleep 0.1
	done
	bad "$1"
}

says() { # says CODE TEXT "what" command...: exit code, and a text in what the command left in $work/out
	local code=$1 text=$2 what=$3
	shift 3
	"$@"
	expect "$what: exit code" "$code" $?
	[ -z "$text" ] || check "$what: '$text' in: $(head -c 300 "$work/out")" grep -qF -- "$text" "$work/out"
}

# request USER KEY OPERATION PARAMETERS REQID [DATE]: a signed request into $work/message, of now.
request() {
	"$build/lemctl" sign --key "$2" --market "$id" >"$work/message" <<<"{\"clientId\":\"$1\",\"date\":\"${6:-$(market_date)}\",
		\"operation\":\"$3\",\"parameters\":$4,\"reqId\":\"$5\"}" || bad "signing $3"
}

street() { # street N: enrols N homes with money, starts the broker, and runs them
	local n
	for n in $(seq "$1"); do
		"$build/lemctl" home add --json --meter-serial "SN$n" --pv 8000 --battery 5000 --fuse 25000 \
			"$work/market" "home000$n" | sed -n 's/.*"code":"\([^"]*\)".*/\1/p' >"$work/code$n"
		"$build/lemctl" deposit --cents 2000 "$work/market" "home000$n" >/dev/null
	done
	check "the broker starts" start_broker
	for n in $(seq "$1"); do
		enrolled_home "$n" "$(cat "$work/code$n")" || bad "home $n registers"
		run_home "$n"
	done
}

second_verifier_agrees() {
	env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/verify/verify.py "$work/market/ledger.db" "$genesis" \
		>"$work/second" 2>&1 || { tail -n 3 "$work/second" && return 1; }
}

all_agree() { # all_agree N BEHIND: the audit, the second verifier, and N replicas, but for so many last blocks
	local n last
	check "lemctl verify" "$build/lemctl" verify --quiet --genesis "$genesis" "$work/market/ledger.db"
	check "a second verifier agrees" second_verifier_agrees
	last=$(($(sql 'SELECT max(height) FROM blocks') - $2))
	for n in $(seq "$1"); do
		expect "replica $n agrees" "$(sql "SELECT hex(hash) FROM blocks WHERE height = $last")" "$(sqlite3 -readonly "$work/home000$n/ledger.db" \
			"SELECT hex(hash) FROM blocks WHERE height = $last" 2>/dev/null)"
		expect "home $n refuses nothing" 1 "$(grep -c '"refused":null' "$work/home000$n/state/status.json")"
	done
}

# schedule_slots FIRST COUNT NET_WH: the aggregator schedules that net in each of those slots; once
# more where the message came too late; 1 if it is not in the ledger in the end.
schedule_slots() {
	local address nets
	nets=$(printf ",$3%.0s" $(seq "$2"))
	address=$(sql 'SELECT address FROM accounts WHERE number = 3')
	for _ in 1 2 3 4 5; do
		request aggregator "$work/market/aggregator.pem" schedule \
			"{\"address\":\"$address\",\"first_slot\":$1,\"net_wh\":[${nets:1}]}" "r$RANDOM$RANDOM$RANDOM"
		as aggregator "$work/market/aggregator.pem" pub -t lem/e2e/in/schedule -f "$work/message"
		for _ in $(seq 10); do
			[ "$(sql "SELECT count(*) FROM schedules WHERE slot = $1 AND net_wh = $3")" = 1 ] && return
			sleep 0.1
		done
	done
	return 1
}

# mosquitto_pub and _sub as a client of the market: as USER KEYFILE pub|sub options...
as() {
	local user=$1 key=$2 verb=$3
	shift 3
	"mosquitto_$verb" -h 127.0.0.1 -p "$port" --cafile "$work/market/ca.crt" -u "$user" \
		-P "$(token "$key" "$user")" -i "$user/$RANDOM$RANDOM" "$@"
}
