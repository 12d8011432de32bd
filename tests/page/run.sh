#!/bin/bash
# The operator's page in a real browser, over the market of a short demo, or of the directory given.
# Needs chromium, node and npm; screenshots go to build/page/.
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath "${BUILD:-build}")
out="$build/page"
mkdir -p "$out"
market=${1:-}
if [ -z "$market" ]; then
	DEMO_HOMES=5 DEMO_SLOT_MS=1300 DEMO_DIR="$out/run" BUILD="$build" demo/demo.sh >"$out/demo.log" 2>&1 ||
		{ tail -n 5 "$out/demo.log" && exit 1; }
	market="$out/run/market"
fi
[ -d "$out/node_modules/playwright-core" ] ||
	npm install --silent --no-audit --no-fund --prefix "$out" playwright-core || exit 1
port=$((10000 + RANDOM % 20000))
"$build/lemctl" serve --port "$port" "$market" >"$out/serve.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null' EXIT
for _ in $(seq 50); do
	grep -qs http "$out/serve.log" && break
	sleep 0.1
done
cp tests/page/page_test.mjs "$out/"
node "$out/page_test.mjs" "http://127.0.0.1:$port/" "$out" "$(command -v chromium)"
