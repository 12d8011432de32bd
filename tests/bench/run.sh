#!/bin/bash
# Prints each figure beside its reference, all from this run. About ten minutes.
set -e
cd "$(dirname "$0")/../.."
build=$(realpath "${BUILD:-build}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "clearing 100,000 orders"
"$build/bench/bench_clearing" || true
echo "P-256 verifications a second (last column): one core, then all: no market of signed bids on this
machine is faster than that"
openssl speed -seconds 2 ecdsap256 2>/dev/null | tail -n 1
openssl speed -seconds 2 -multi "$(nproc)" ecdsap256 2>/dev/null | tail -n 1
echo "signed bids, 50 clients, QoS 1 (no TLS, no rate limits)"
"$build/bench/bench_intake" "$build" "$work/intake" || true
echo "cost at 10,000 and at 1,000,000 transactions"
"$build/bench/bench_store" "$build" "$work/store" || true
