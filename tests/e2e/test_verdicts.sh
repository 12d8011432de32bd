#!/bin/bash
# Every refusal that a client can meet, once, over a real broker; and the paper's messages.
. "$(dirname "$0")/lib.sh"
market --demo --rate 150 --slot 3600 --start '2017-06-21 00:00:00' --start-in 8 --credit 100000000
code=$("$build/lemctl" home add --json --meter-serial SN9999 "$work/market" home9999 |
	sed -n 's/.*"code":"\([^"]*\)".*/\1/p')
# The bid-offers of the test are more than a home's usual share.
echo 'plugin_opt_client_burst 300' >>"$work/market/mosquitto.conf"
(sanitized "$build/e2e/verdicts" "$work/market" "$port" "$code" >"$work/out" 2>&1)
expect "exit code" 0 $?
grep FAILED "$work/out"
check "at least sixty answers" test "$(sed -n 's/^\([0-9]*\) passed.*/\1/p' "$work/out")" -ge 60
# The log tells of refusals, by the threads that gave them, within each client's share.
for code in BAD_JSON WRONG_CLIENT TOO_LARGE; do
	check "the log has a $code" grep -Eq "lem: [a-z0-9]+ \| [a-z-]+ \| .* \| rejected: $code" "$work/out"
done
# Every code that a client can be told is answered; docs/protocol.md says which it cannot. Those about
# schedules and limits: test_network.sh; about activations: test_services.sh.
for code in $(sed -n 's/^| \([0-9]\|[1-6][0-9]\) | `\([A-Z_]*\)` .*/\2/p' docs/protocol.md); do
	case $code in NOT_REGISTERED | SCHEDULE_LATE | UNKNOWN_SCHEDULE | APPROVAL_LATE | ACTIVATION_LATE | UNKNOWN_ACTIVATION | \
		ACTIVATION_ANSWERED | ACTIVATION_EARLY) continue ;; esac
	check "$code is answered" grep -qx "answered: $code" "$work/out"
done
check "the chain verifies" "$build/lemctl" verify --json "$work/market/ledger.db"
expect "the observation is kept" "device|Smart Temperature Sensor|28" \
	"$(sqlite3 -readonly "$work/market/csm.db" 'SELECT DISTINCT item, name, value FROM observations')"
finish
