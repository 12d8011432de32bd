#!/bin/bash
# The market's counters as Prometheus and MQTT clients find them, beside what really happened.
. "$(dirname "$0")/lib.sh"
market
prom=$work/market/lem.prom
sed -i "s|^#plugin_opt_metrics none|plugin_opt_metrics $prom|; s/other_topics defer/other_topics allow/" \
	"$work/market/mosquitto.conf"
check "the broker starts" start_broker
key="$work/market/aggregator.pem"
value() { sed -n "s/^$1{[^}]*} //p" "$prom"; }
for _ in $(seq 40); do [ -s "$prom" ] && break || sleep 0.1; done
expect "no home yet" 0 "$(value lem_homes)"
for n in 1 2 3; do "$build/lemctl" home add "$work/market" "home000$n" --meter-serial "SN$n" >/dev/null; done
for _ in 1 2; do as aggregator "$key" pub -t lem/e2e/in/bid-offer -m '{' -q 1 >/dev/null 2>&1; done
head -c 3000 /dev/zero | tr '\0' x | as aggregator "$key" pub -t lem/e2e/in/bid-offer -s -q 1 >/dev/null 2>&1
for _ in $(seq 150); do [ "$(value lem_homes)" = 3 ] && break || sleep 0.1; done
expect "three homes" 3 "$(value lem_homes)"
expect "three requests accepted" 3 "$(value lem_requests_accepted_total)"
expect "one refused unread" 1 "$(value lem_requests_refused_unread_total)"
expect "two refused, by code" 2 "$(sed -n 's/^lem_requests_refused_total{.*code="BAD_JSON"} //p' "$prom")"
check "commits were timed" test "$(value lem_commit_seconds_total | tr -d 0.)" -gt 0
expect "each name has one HELP and one TYPE" "$(grep -c '^# HELP' "$prom")" "$(grep '^# TYPE' "$prom" | sort -u | wc -l)"
expect "no other lines" 0 "$(grep -vcE '^# (HELP|TYPE) lem_|^lem_[a-z_]+\{market="e2e"(,code="[A-Z_]+")?\} [0-9.]+$' "$prom")"
promtool=$(tools/promtool.sh "$build") || bad "promtool"
check "promtool takes it" bash -c "'$promtool' check metrics <'$prom'"
expect "the same under \$SYS" 3 "$(as aggregator "$key" sub -t '$SYS/broker/lem/homes' -C 1 -W 3)"
stop_broker
finish
