#!/bin/bash
# The operator's page in a real browser: over a market that has just been made, and over that of a short
# demo; or over the market of the directory given, whatever it has. Needs chromium, node and npm;
# screenshots go to build/page/.
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath "${BUILD:-build}")
out="$build/page"
mkdir -p "$out"
[ -d "$out/node_modules/playwright-core" ] ||
	npm install --silent --no-audit --no-fund --prefix "$out" playwright-core || exit 1
cp tests/page/page_test.mjs "$out/"
server=
stop() {
	[ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null
	server=
}
trap stop EXIT
look() { # look MARKET full|empty|any
	local port=$((10000 + RANDOM % 20000)) code
	"$build/lemctl" serve --port "$port" "$1" >"$out/serve.log" 2>&1 &
	server=$!
	for _ in $(seq 50); do
		grep -qs http "$out/serve.log" && break
		sleep 0.1
	done
	timeout 120 node "$out/page_test.mjs" "http://127.0.0.1:$port/" "$out" "$(command -v chromium)" "$2"
	code=$?
	stop
	return "$code"
}
if [ -n "${1:-}" ]; then
	look "$1" any
	exit
fi
rm -rf "$out/new"
"$build/lemctl" init --name new --start-in 86400 "$out/new" >"$out/new.log" 2>&1 &&
	"$build/lemctl" params set --from-slot 5 reward_uc=2000000 rule=uniform "$out/new" >>"$out/new.log" 2>&1 ||
	{ tail -n 5 "$out/new.log" && exit 1; }
failed=0
look "$out/new" empty || failed=1
DEMO_HOMES=5 DEMO_SLOT_MS=1300 DEMO_DIR="$out/run" BUILD="$build" demo/demo.sh >"$out/demo.log" 2>&1 ||
	{ tail -n 5 "$out/demo.log" && exit 1; }
look "$out/run/market" full || failed=1
exit "$failed"
