#!/bin/bash
# A year of a neighbourhood in one process, with the market and without it, and the tables of a paper.
# usage: year.sh [homes.csv] [demo-year's options]     (from the top of the project, after `make all`)
set -u
profile=
case ${1:-} in
'' | -*) ;;
*)
	profile=$1
	shift
	;;
esac
build=${BUILD:-build}
run=${DEMO_DIR:-demo-year-run}

fail() {
	echo "demo-year: FAILED: $*"
	exit 1
}
if [ -n "$profile" ]; then
	[ -r "$profile" ] || fail "$profile cannot be read"
	profile=$(realpath "$profile")
fi
began=$SECONDS
rm -rf "$run"
"$build/demo-year" --plugin "$build/mosquitto_lem.so" "$@" "$run" ${profile:+"$profile"} || exit 1
lived=$((SECONDS - began))
genesis=$(sed -n 's/.*"header_hash":"\([0-9a-f]*\)".*/\1/p' "$run/market/genesis.json")
echo
echo "lemctl verify, the whole ledger: every block executed again, every signature checked"
"$build/lemctl" verify --quiet --genesis "$genesis" "$run/market/ledger.db" || fail "lemctl verify"
echo "time: $lived s for both worlds and the tables, $((SECONDS - began - lived)) s to verify, $((SECONDS - began)) s in all"
echo
echo "The tables are in $run/*.csv, drawn in $run/*.svg; ask further:"
echo "  sqlite3 -readonly -box $run/year.db 'SELECT * FROM deviation'"
echo "  sqlite3 -readonly -box $run/market/ledger.db 'SELECT * FROM v_months'"
