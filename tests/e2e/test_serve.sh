#!/bin/bash
# lemctl serve: what it says agrees with the databases, it writes nothing, and it is not impressed.
. "$(dirname "$0")/lib.sh"
DEMO_HOMES=3 DEMO_SLOTS=12 DEMO_SLOT_MS=1600 DEMO_START_IN=8 DEMO_DIR="$work/run" BUILD="$build" \
	demo/demo.sh >"$work/out" 2>&1
dir="$work/run/market" # a day so short may not please the demo, but it leaves a ledger
check "a ledger is there: $(tail -n 1 "$work/out")" test -s "$dir/ledger.db"
sums() { sha256sum "$dir/ledger.db" "$dir/csm.db" "$dir"/*-wal 2>/dev/null; }
port=$(free_port)
url="http://127.0.0.1:$port"
# Whoever reads a database first may leave an empty log beside it: let that be us.
sqlite3 -readonly "$dir/ledger.db" 'SELECT count(*) FROM blocks' >/dev/null
sqlite3 -readonly "$dir/csm.db" 'SELECT count(*) FROM homes' >/dev/null
before=$(sums)
serve() { # serve LOG: the page's program over $dir
	"$build/lemctl" serve --port "$port" "$dir" >"$work/$1" 2>&1 &
	server=$!
	for _ in $(seq 50); do
		grep -qs "^$url/" "$work/$1" && break
		sleep 0.1
	done
}
serve serve.log
sql() { sqlite3 -readonly "$dir/ledger.db" "$1"; }
csm() { sqlite3 -readonly "$dir/csm.db" "$1"; }
status() { # status [curl options]: the HTTP code
	curl -s -o "$work/body" -D "$work/head" -w '%{http_code}' --max-time 20 "$@"
}
says() { # says PATH EXPRESSION: of the answer as d, in python
	curl -s "$url/api/$1" | python3 -c "import json, sys
d = json.load(sys.stdin)
print($2)" 2>&1
}

# Each list against SQL on the same files.
expect "state: head" "$(sql 'SELECT max(height) FROM blocks')" "$(says state "d['head'][0]['height']")"
expect "state: hash" "$(sql 'SELECT lower(hex(hash)) FROM blocks ORDER BY height DESC LIMIT 1')" \
	"$(says state "d['head'][0]['hash']")"
expect "state: unvalidated" "$(sql "SELECT count(*) FROM v_blocks WHERE validator = 'unvalidated' AND height < (SELECT max(height) FROM blocks)")" \
	"$(says state "sum(a['kind'] == 'unvalidated' for a in d['alarms'])")"
expect "auctions" "$(sql 'SELECT count(*), sum(orders), printf("%.3f", sum(cleared_kwh)) FROM v_auctions')" \
	"$(says auctions "'%d|%d|%.3f' % (len(d['auctions']), sum(a['orders'] for a in d['auctions']), sum(a['cleared_kwh'] or 0 for a in d['auctions']))")"
some=$(sql 'SELECT auction FROM orders GROUP BY auction ORDER BY count(*) DESC LIMIT 1')
check "an auction has orders" test -n "$some"
expect "auction: orders" "$(sql "SELECT count(*), printf('%.3f', sum(kwh)) FROM v_orders WHERE auction = $some")" \
	"$(says "auction?seq=$some" "'%d|%.3f' % (len(d['orders']), sum(o['kwh'] for o in d['orders']))")"
expect "auction: in merit order" True "$(says "auction?seq=$some" \
	"[o['cents_per_kwh'] for o in d['orders']] == sorted((o['cents_per_kwh'] for o in d['orders']), reverse=d['auction'][0]['side'] == 'sells')")"
expect "auction: none" 0 "$(says 'auction?seq=999999' "len(d['auction']) + len(d['orders'])")"
expect "slots: traded" "$(sql 'SELECT max(height) FROM blocks')|$(sql 'SELECT sum(auctions), sum(cleared), sum(orders), sum(bidders),
	printf("%.3f|%.3f|%.3f|%.3f", sum(traded_kwh), sum(mean_cents_per_kwh), sum(delivered_kwh), sum(short_kwh)) FROM v_slots')" \
	"$(says slots "'|'.join([str(len(d['market']))] + [str(sum(s[k] for s in d['market'])) for k in ('auctions', 'cleared', 'orders', 'bidders')]
		+ ['%.3f' % sum(s[k] or 0 for s in d['market']) for k in ('traded_kwh', 'mean_cents_per_kwh', 'delivered_kwh', 'short_kwh')])")"
expect "slots: community" "$(csm 'SELECT printf("%.2f", sum(import_kwh)) FROM v_community_slots WHERE slot >= 0')" \
	"$(says slots "'%.2f' % sum(s['import_kwh'] for s in d['community'])")"
expect "slots: deviation" "$(csm 'SELECT count(*), printf("%.2f", sum(abs(deviation_kwh))) FROM v_deviation')" \
	"$(says slots "'%d|%.2f' % (len(d['deviation']), sum(abs(s['deviation_kwh']) for s in d['deviation']))")"
expect "homes" "$(csm 'SELECT client_id FROM homes WHERE kind = 1 ORDER BY 1' | paste -sd' ')" \
	"$(says homes "' '.join(h['home'] for h in d['homes'])")"
expect "homes: the last reading" "$(csm 'SELECT sum(last_slot), printf("%.2f|%.2f", sum(import_kwh), sum(consumption_kwh)) FROM v_readings
	LEFT JOIN v_home_slots ON v_home_slots.home = v_readings.home AND slot = last_slot')" \
	"$(says homes "'%d|%.2f|%.2f' % tuple(sum(h[k] or 0 for h in d['homes']) for k in ('last_slot', 'import_kwh', 'consumption_kwh'))")"
expect "homes: readings" "$(csm 'SELECT sum(accepted), sum(refused), sum(missing) FROM v_readings')" \
	"$(says homes "'|'.join(str(sum(h[k] for h in d['homes'])) for k in ('accepted', 'refused', 'missing'))")"
expect "wallets" "$(csm 'SELECT printf("%.1f", sum(balance_uc) / 1e6) FROM wallets WHERE height = (SELECT max(height) FROM wallets)')" \
	"$(says wallets "'%.1f' % sum(w['balance_cents'] for w in d['wallets'])")"
expect "blocks" "$(sql 'SELECT count(*), count(cpf) FROM v_blocks')" \
	"$(says blocks "'%d|%d' % (len(d['blocks']), sum(b['seal'] == 'sealed' for b in d['blocks']))")"
expect "parameters in force" "$(sql "SELECT from_slot, rule, printf('%.3f', reward_cents) FROM v_parameters WHERE state = 'in force'")" \
	"$(says parameters "'|'.join(str(s['from_slot']) + '|' + s['rule'] + '|%.3f' % s['reward_cents'] for s in d['sets'])")"
expect "parameters that never change" "$(sql "SELECT slot_s FROM v_time")|4" \
	"$(says parameters "'%d|%d' % (d['fixed'][0]['slot_s'], d['fixed'][0]['horizon_slots'])")"
check "they are found without a look at every transaction" grep -q transactions_params \
	<<<"$(sql "EXPLAIN QUERY PLAN SELECT * FROM v_parameters WHERE state <> 'past'")"

# The page, and who gets it.
for path in / /page.js /charts.js /page.css /icon.svg /uPlot.iife.min.js /uPlot.min.css; do
	expect "GET $path" 200 "$(status "$url$path")"
done
expect "the page itself" 200 "$(status "$url/")"
check "it is ours" cmp -s "$work/body" lemctl/page/index.html
for header in "Content-Security-Policy: default-src 'self'" 'X-Content-Type-Options: nosniff' 'Cache-Control: no-store'; do
	check "header $header" grep -qiF "$header" "$work/head"
done
check "no script or style is inline" test -z "$(grep -nE '<script>|<style|style=|onclick' lemctl/page/index.html)"
for path in /nothing /api /api/ /api/../ledger.db /ledger.db /../operator.pem /%2e%2e/operator.pem //; do
	expect "GET $path" 404 "$(status --path-as-is "$url$path")"
done
for method in POST PUT DELETE HEAD OPTIONS PATCH; do
	[ "$method" = HEAD ] && set -- -I || set -- -X "$method"
	expect "$method" 405 "$(status "$@" "$url/api/state")"
done
expect "POST with a body" 405 "$(status -d "$(head -c 100000 /dev/zero | tr '\0' x)" "$url/")"
for seq in '' 0 -1 1x "1'--" 99999999999999999999 "1%20OR%201"; do
	expect "seq=$seq" 400 "$(status "$url/api/auction?seq=$seq")"
done
for name in 127.0.0.1 "localhost:$port" LOCALHOST '[::1]:80'; do
	expect "Host: $name" 200 "$(status -H "Host: $name" "$url/api/state")"
done
for name in evil.example "127.0.0.1.evil.example" "localhost:80.evil" 'localhost:' '' "10.0.0.1:$port"; do
	check "Host: $name" grep -qE '^(400|403)$' <<<"$(status -H "Host;" -H "Host: $name" "$url/api/state")"
done
status "$url/api/state" >/dev/null
tag=$(sed -n 's/^ETag: \(.*\)\r$/\1/Ip' "$work/head")
expect "ETag: known" 304 "$(status -H "If-None-Match: $tag" "$url/api/state")"
expect "ETag: another" 200 "$(status -H 'If-None-Match: "1-00-2"' "$url/api/state")"

# Load, and what is too long.
python3 - "$port" <<-'EOT' || bad "1,000 requests"
	import http.client, sys
	port = int(sys.argv[1])
	c = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
	for i in range(1000):
	    c.request("GET", "/api/" + ["state", "blocks", "auctions", "slots", "homes"][i % 5])
	    r = c.getresponse()
	    assert r.status == 200 and r.read().endswith(b"}\n"), i
	c.close()
	many = [http.client.HTTPConnection("127.0.0.1", port, timeout=20) for _ in range(64)]
	for m in many: # more than are served at once: none of them brings it down
	    try: m.request("GET", "/api/state")
	    except OSError: pass
	for m in many: m.close()
	import socket
	s = socket.create_connection(("127.0.0.1", port), 20)
	try:
	    s.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: " + b"y" * (1 << 20) + b"\r\n\r\n")
	    answer = s.recv(100)
	except OSError:
	    answer = b""
	assert not answer or b" 431 " in answer or b" 413 " in answer or b" 414 " in answer, answer
EOT
expect "it still answers" 200 "$(status "$url/api/state")"
python3 - "$port" <<-'EOT' || bad "32 connections are served, and no more"
	import socket, sys, time
	def connect():
	    return socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
	def ask(s, wait): # the first line of the answer; "": none in that time
	    s.settimeout(wait)
	    s.sendall(b"GET /api/state HTTP/1.1\r\nHost: localhost\r\n\r\n")
	    try: return s.recv(15)
	    except TimeoutError: return b""
	time.sleep(0.5) # those of before are closed
	begun = time.monotonic()
	served = [connect() for i in range(32)]
	for i in range(32):
	    assert ask(served[i], 5) == b"HTTP/1.1 200 OK", i
	more = connect()
	assert ask(more, 2) == b"", "the 33rd is served"
	served.pop().close()
	more.settimeout(2)
	assert more.recv(15) == b"HTTP/1.1 200 OK", "no place is given back"
	for s in served: # idle from here on: the server ends them
	    s.settimeout(20)
	    while s.recv(65536): pass
	assert 9 < time.monotonic() - begun < 20, time.monotonic() - begun
EOT
expect "and goes on" 200 "$(status "$url/api/state")"
check "it is one and the same" kill -0 "$server"

expect "nothing was written" "$before" "$(sums)"
kill "$server"
wait "$server"
expect "a signal ends it well" 0 $?
expect "nothing was written at the end" "$before" "$(sums)"

# A market that has gone on: what is older than the window is not told any more, nor looked at.
cp -r "$dir" "$work/later"
sqlite3 "$work/later/ledger.db" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
	INSERT INTO blocks SELECT height + i, time_ms, 0, 0, header, hash, operator_signature
	FROM n, (SELECT * FROM blocks ORDER BY height DESC LIMIT 1)"
dir=$work/later
late=$(sql 'SELECT max(height) - 5 FROM blocks')
one=$(csm 'SELECT number FROM homes WHERE kind = 1 ORDER BY client_id LIMIT 1')
sqlite3 "$dir/csm.db" "INSERT INTO readings SELECT slot, $one, 0, n, 0, 0, 0, 0, 0, 'BOUNDARY', 1
	FROM (SELECT 1 AS slot UNION SELECT $late), (SELECT 1 AS n UNION SELECT 2)"
serve later.log
expect "later: what is refused in the window, each home that is silent" "refused:2 silent:192 silent:192 silent:192" \
	"$(says state "' '.join(sorted('%s:%d' % (a['kind'], a['n']) for a in d['alarms'] if a['kind'] in ('refused', 'missing', 'silent')))")"
expect "later: homes without a reading in it" "3 0 2 0" \
	"$(says homes "sum(h['last_slot'] is None for h in d['homes']), *(sum(h[k] for h in d['homes']) for k in ('accepted', 'refused', 'missing'))")"
expect "later: slots of the window" "192 0 0" "$(says slots "*(len(d[k]) for k in ('market', 'community', 'deviation')),")"
kill "$server"
wait "$server"

# What it refuses at the start.
refused() { # refused CODE TEXT [arguments]
	local code=$1 text=$2
	shift 2
	timeout 10 "$build/lemctl" serve "$@" >"$work/out" 2>&1
	expect "serve $*" "$code" $?
	check "serve $*: '$text' in: $(head -n 1 "$work/out")" grep -qF -- "$text" "$work/out"
}
refused 0 --port --help
refused 2 'something is missing'
refused 2 'needs an integer' --port 0 "$dir"
refused 1 'databases' "$work/nowhere"
refused 1 'serve:' --host 192.0.2.1 --port "$port" "$dir"
finish
