#!/bin/bash
# One day of a neighbourhood on this machine: a real broker with the market in it, homes that are
# real `hem` processes, TLS, signatures, and a ledger that everybody re-checks.
# usage: demo.sh [homes.csv day]     (from the top of the project, after `make all`)
set -u
profile=${1:-}
day=${2:-2017-06-21}
homes=${DEMO_HOMES:-17}
slots=${DEMO_SLOTS:-24}
slot_real_ms=${DEMO_SLOT_MS:-2150}
start_in=${DEMO_START_IN:-}
build=${BUILD:-build}
run=${DEMO_DIR:-demo-run}
pids=()
last=$((slots + 2))

say() { printf '%s\n' "$*"; }
fail() {
	say "demo: FAILED: $*"
	exit 1
}
stop_all() {
	[ ${#pids[@]} -gt 0 ] && kill "${pids[@]}" 2>/dev/null
	for p in "${pids[@]}"; do wait "$p" 2>/dev/null; done
	pids=()
}
trap 'stop_all' EXIT
trap 'say; say "demo: interrupted, everything it started is stopped"; exit 130' INT TERM
sql() { sqlite3 -readonly -cmd '.timeout 2000' "$run/market/ledger.db" "$@"; }

free_port() { # a loopback port that nobody listens on
	local port
	for _ in $(seq 50); do
		port=$((10000 + RANDOM % 20000))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
			echo "$port"
			return
		}
		exec 3>&- 3<&- 2>/dev/null
	done
}

if [ -n "$profile" ]; then
	[ -r "$profile" ] || fail "$profile cannot be read"
	profile=$(realpath "$profile")
fi
rm -rf "$run"
mkdir -p "$run" || fail "$run cannot be made"
port=$(free_port)
rate=$((3600000 / slot_real_ms))
log="$run/demo.log"

# A moment for each home to be enrolled before the market begins.
start_in=${start_in:-$((8 + homes * 2 / 3))}
say "Making a market of $homes homes: $slots hourly slots of ${slot_real_ms} ms each, and two to settle."
"$build/lemctl" init --demo --name demo --rate "$rate" --slot 3600 --start "$day 00:00:00" \
	--start-in "$start_in" --port "$port" --user "$(id -un)" \
	--plugin "$build/mosquitto_lem.so" "$run/market" >>"$log" 2>&1 || fail "$(tail -n 1 "$log")"
began=$SECONDS
genesis=$(sed -n 's/.*"header_hash":"\([0-9a-f]*\)".*/\1/p' "$run/market/genesis.json")
sed -i 's/^#plugin_opt_aggregator no/plugin_opt_aggregator yes/' "$run/market/mosquitto.conf"
# All homes log in from one address.
sed -i 's/^#plugin_opt_login_rate 5/plugin_opt_login_rate 50/' "$run/market/mosquitto.conf"

hid() { printf 'home%04d' "$1"; }
each_home() { # each_home command...: for all homes, two at a time; fails if one of them does
	local i running=0 bad=0
	for i in $(seq "$homes"); do
		"$@" "$i" &
		running=$((running + 1))
		[ "$running" -lt 2 ] || { wait -n || bad=1; running=$((running - 1)); }
	done
	while [ "$running" -gt 0 ]; do
		wait -n || bad=1
		running=$((running - 1))
	done
	return "$bad"
}
start_broker() { # in a session of its own, as the homes: Ctrl-C reaches this script alone
	setsid mosquitto -c "$run/market/mosquitto.conf" >>"$run/broker.log" 2>&1 &
	broker=$!
	for _ in $(seq 100); do
		[ "$(grep -c 'running$' "$run/broker.log")" -ge "$1" ] && return
		kill -0 "$broker" 2>/dev/null || fail "the broker did not start: $(tail -n 1 "$run/broker.log")"
		sleep 0.05
	done
	fail "the broker did not start in five seconds"
}

declare -a code
for i in $(seq "$homes"); do
	id=$(hid "$i")
	out=$("$build/lemctl" home add --json --meter-type sim --meter-serial "SIM$i" --pv 8000 \
		--battery 5000 --fuse 25000 "$run/market" "$id" 2>>"$log") || fail "enrolling $id: see $log"
	code[i]=$(printf '%s' "$out" | sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
	"$build/lemctl" deposit --cents 2000 "$run/market" "$id" >>"$log" 2>&1 || fail "deposit for $id"
done
"$build/lemctl" deposit --cents 20000 "$run/market" aggregator >>"$log" 2>&1 || fail "deposit"
start_broker 1
pids=("$broker")

bring() { # the home of that number: its configuration, its keys, and the keys to the market
	local id dir
	id=$(hid "$1")
	dir="$run/$id"
	mkdir -p "$dir"
	{
		printf '[market]\nhost = 127.0.0.1\nport = %s\ncafile = %s\nname = demo\n' \
			"$port" "$(realpath "$run/market/ca.crt")"
		printf 'genesis = %s\nclient_id = %s\n' "$genesis" "$id"
		printf '[home]\nstate_dir = state\nmode = RE+TE\n'
		printf '[battery]\ncapacity_wh = 6400\n'
		# Each trade is to gain a little more than the forecast may be wrong by.
		printf '[tcr]\nstrategy = value\n'
		printf 'margin = %s\n' "2.$(($1 % 10))5"
		printf '[sim]\nday = %s\nhistory_days = 1\nhome = %s\nsoc = 0.5\n' "$day" "$1"
		[ -n "$profile" ] && printf 'source = profile\nprofile = %s\n' "$profile"
		printf '[replica]\nledger = ledger.db\n'
	} >"$dir/hem.conf"
	"$build/hem" run --test-config --config "$dir/hem.conf" >"$dir/refusal" 2>&1 &&
		"$build/hem" init --config "$dir/hem.conf" >>"$log" 2>&1 &&
		"$build/hem" register --config "$dir/hem.conf" --code "${code[$1]}" --meter "SIM$1" \
			--mode RE+TE >>"$log" 2>&1
}
each_home bring || fail "a home could not register: $(cat "$run"/home*/refusal | head -n 1) (see $log)"

# The day before, as the homes' meters signed it: the aggregator's first schedule. The market stands
# still for it, and begins anew.
kill "$broker" && wait "$broker"
tell() {
	local dir
	dir="$run/$(hid "$1")"
	"$build/hem" history --config "$dir/hem.conf" --genesis "$run/market/genesis.json" >"$dir/history" 2>>"$log"
}
each_home tell || fail "a home has no history: $(tail -n 1 "$log")"
cat "$run"/home*/history | "$build/lemctl" history import "$run/market" - >>"$log" 2>&1 ||
	fail "the history is refused: $(tail -n 1 "$log")"
start_broker 2
pids=("$broker")
for i in $(seq "$homes"); do
	dir="$run/$(hid "$i")"
	setsid "$build/hem" run --config "$dir/hem.conf" >"$dir/log" 2>&1 &
	pids+=($!)
done
[ $((SECONDS - began)) -le "$start_in" ] ||
	fail "this machine took more than $start_in s to enrol the homes: set DEMO_START_IN higher"
say "$homes homes are registered and running; the day begins."

height=0
bar=''
deadline=$((SECONDS + start_in + last * slot_real_ms / 1000 + 30))
while [ "$height" -lt "$last" ]; do
	[ "$SECONDS" -lt "$deadline" ] || fail "slot $height of $last: the market stands still"
	kill -0 "$broker" 2>/dev/null || fail "the broker stopped: $(tail -n 1 "$run/broker.log")"
	height=$(sql 'SELECT max(height) FROM blocks')
	line=$(sql "SELECT 'slot $height/$last  auctions '||(SELECT count(*) FROM auctions)||
		'  offers and bids '||(SELECT count(*) FROM orders)||'  awards '||(SELECT count(*) FROM awards)||
		'  delivered '||(SELECT coalesce(sum(wh),0)/1000.0 FROM deliveries)||' kWh'")
	[ "$line" != "$bar" ] && if [ -t 1 ]; then printf '\r%s' "$line"; else
		[ $((height % 6)) -eq 0 ] && [ "${line%%  *}" != "${bar%%  *}" ] && say "$line"
	fi
	bar=$line
	sleep 0.4
done
[ -t 1 ] && say
sleep 1.5 # the last block reaches the homes

rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null; }
broker_rss=$(rss "$broker")
hem_rss=0
for p in "${pids[@]:1:$homes}"; do
	r=$(rss "$p")
	[ "${r:-0}" -gt "$hem_rss" ] && hem_rss=$r
done
stop_all

sql() { sqlite3 -readonly "$run/market/ledger.db" "$@"; }
say
say "What happened"
# Accounts of roles are for all slots, addresses of homes for one.
sql -box "SELECT CASE o.slot WHEN -1 THEN 'aggregator' ELSE 'homes' END AS opened_by, count(*) AS auctions,
	sum(status = 'cleared' AND cleared_kwh > 0) AS traded, round(sum(cleared_kwh), 3) AS kwh,
	round(sum(cleared_cents), 2) AS cents, round(sum(cleared_cents) / sum(cleared_kwh), 2) AS mean_cents_per_kwh
	FROM v_auctions JOIN accounts o ON o.address = opener GROUP BY opened_by ORDER BY opened_by DESC"
sql -box 'SELECT why, count(*) AS n, round(sum(cents), 2) AS cents FROM v_payments GROUP BY why'
sql -box 'SELECT count(*) AS awards, round(sum(awarded_kwh), 3) AS awarded_kwh,
	round(sum(min(awarded_kwh, delivered_kwh)), 3) AS delivered_kwh FROM v_deliveries'
say "What each home saved against itself without the market (cents; rewards not counted)"
for i in $(seq "$homes"); do
	"$build/demo-savings" "$run/market" "$run/$(hid "$i")/hem.conf" 2>>"$log" || fail "savings: $(tail -n 1 "$log")"
done >"$run/savings"
sqlite3 -cmd 'CREATE TABLE s (home, without, "with", rewards, saved)' -cmd ".import $run/savings s" -box :memory: \
	"SELECT * FROM s UNION ALL SELECT 'together', round(sum(without), 2), round(sum(\"with\"), 2),
	round(sum(rewards), 2), round(sum(saved), 2) FROM s"
say "The community and its schedule (Wh; before: without what was traded)"
sqlite3 -readonly -cmd "ATTACH 'file:$run/market/ledger.db?mode=ro' AS ledger" -box "$run/market/csm.db" "
	WITH net AS (SELECT n.slot, n.home, n.import_wh - n.export_wh - b.import_wh + b.export_wh AS wh
		FROM v_registers n JOIN v_registers b ON b.home = n.home AND b.slot = n.slot - 1),
	both AS (SELECT t.slot, sum(t.wh) AS metered, coalesce((SELECT net_wh FROM ledger.schedules s
		WHERE s.slot = t.slot ORDER BY seq DESC LIMIT 1), sum(y.wh)) AS scheduled FROM net t
		JOIN net y ON y.home = t.home AND y.slot = t.slot - 24 WHERE t.slot >= 0 GROUP BY t.slot),
	traded AS (SELECT a.slot, sum(CASE side WHEN 1 THEN cleared_wh ELSE -cleared_wh END) AS wh
		FROM ledger.auctions a JOIN ledger.auction_ends e ON e.auction = a.seq
		JOIN ledger.accounts o ON o.number = a.opener WHERE o.slot = -1 GROUP BY a.slot)
	SELECT count(*) AS slots, sum(abs(metered + coalesce(t.wh, 0) - scheduled)) AS before,
		sum(abs(metered - scheduled)) AS after, sum(abs(coalesce(t.wh, 0))) AS traded
	FROM both LEFT JOIN traded t ON t.slot = both.slot WHERE both.slot < $slots"
say "Validators (Proof of Energy)"
sql -box "SELECT sum(validator NOT IN ('unvalidated','genesis')) AS sealed,
	sum(validator = 'unvalidated') AS unvalidated, round(avg(cpf), 2) AS mean_cpf FROM v_blocks
	WHERE height BETWEEN 1 AND $last - 1"
say "Wallets at the end"
sqlite3 -readonly -box "$run/market/csm.db" "SELECT client_id AS home, balance_uc / 1e6 AS cents,
	(balance_uc - 2000000000) / 1e6 AS earned FROM wallets JOIN homes ON number = home
	WHERE height = (SELECT max(height) FROM wallets)"

head=$("$build/lemctl" verify --json --genesis "$genesis" "$run/market/ledger.db" 2>>"$log") ||
	fail "lemctl verify: $(tail -n 1 "$log")"
head_hash=$(printf '%s' "$head" | sed -n 's/.*"hash":"\([0-9a-f]*\)".*/\1/p')
agree=0
for i in $(seq "$homes"); do
	dir="$run/$(hid "$i")"
	"$build/lemctl" verify --quiet --genesis "$genesis" "$dir/ledger.db" >>"$log" 2>&1 || continue
	theirs=$(sqlite3 -readonly "$dir/ledger.db" "SELECT lower(hex(hash)) FROM blocks WHERE height = $last")
	ours=$(sql "SELECT lower(hex(hash)) FROM blocks WHERE height = $last")
	[ "$theirs" = "$ours" ] && agree=$((agree + 1))
done
say "$agree of $homes replicas and lemctl verify agree on block $last; head $head_hash"
say "resident: broker $((broker_rss / 1024)) MiB, largest hem $((hem_rss / 1024)) MiB"

traded=$(sql 'SELECT count(*) FROM auction_ends WHERE status = 2 AND cleared_wh > 0')
paid=$(sql 'SELECT count(*) FROM transfers WHERE why = 2')
[ "$agree" -eq "$homes" ] || fail "only $agree of $homes replicas agree (logs: $run/home*/log)"
[ "$traded" -ge 12 ] || fail "only $traded auctions cleared"
[ "$paid" -gt 0 ] || fail "nothing was delivered and paid"
say
say "Look at the ledger yourself:"
say "  sqlite3 -readonly -box $run/market/ledger.db 'SELECT * FROM v_auctions'"
say "  sqlite3 -readonly -box $run/market/ledger.db 'SELECT * FROM v_blocks'"
say "  sqlite3 -readonly -box $run/market/ledger.db \"SELECT * FROM v_payments WHERE why = 'payment'\""
