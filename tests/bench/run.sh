#!/bin/bash
# Prints each figure beside its reference, all from this run. About twenty minutes.
set -e
cd "$(dirname "$0")/../.."
build=$(realpath "${BUILD:-build}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
echo "clearing 100,000 orders"
"$build/bench/bench_clearing" || failed=1
echo "P-256 verifications a second (last column): one core, then all. No market of signed bids on this
machine is faster than that"
openssl speed -seconds 2 ecdsap256 2>/dev/null | tail -n 1
openssl speed -seconds 2 -multi "$(nproc)" ecdsap256 2>/dev/null | tail -n 1
echo "signed bids, 50 clients, QoS 1 (no TLS, anonymous probes, no rate limits, longer queues, log of errors)"
"$build/bench/bench_intake" "$build" "$work/intake" || failed=1
echo "cost at 10,000 and at 1,000,000 transactions"
"$build/bench/bench_store" "$build" "$work/store" || failed=1
echo "forecasts of measured homes: error over that of yesterday's same time, planned a day ahead and corrected an hour ahead"
homes="${LEM_SHARED:-../shared}/data/homes_hourly.csv"
if [ -r "$homes" ]; then
	"$build/bench/bench_forecast" "$homes" || failed=1
else
	echo "notice: skipped, $homes is not there"
fi
echo "memory after the demo's day, MiB resident"
BUILD=$build demo/demo.sh | tr -dc '0-9 A-Za-z:,\n' | awk '/resident: broker/ {
	seen = 1
	printf "broker %d (at most 128), largest hem %d (at most 16)\n", $3, $7
	if ($3 > 128 || $7 > 16) exit 1
} END { if (!seen) exit 1 }' || failed=1
echo "a flood of 1,000 wrong logins a second from 250 addresses: what it adds to the p99 of another home's answers"
BUILD=$build bash tests/e2e/test_abuse.sh 1000 10 5 || failed=1
exit "$failed"
