#!/bin/bash
# What the README tells an operator to do, as it stands there: install, `lemctl init` without
# options, Debian's broker under its own user, a home.
. "$(dirname "$0")/lib.sh"
chmod 755 "$work" # as /var/lib is: the broker's user must get through
port=$(free_port)
install_to="$work/usr"
make -s B="$(realpath --relative-to=. "$build")" PREFIX="$install_to" install >"$work/make.log" 2>&1
check "it installs" test -x "$install_to/bin/lemctl" -a -f "$install_to/lib/mosquitto/mosquitto_lem.so"
for page in man1/hem.1 man1/lemctl.1 man5/hem.conf.5 man7/mosquitto-lem.7; do
	check "with the page $page" test -s "$install_to/share/man/$page"
done
service="$install_to/lib/systemd/system/hem.service"
check "the unit starts what was installed" grep -q "^ExecStart=$install_to/bin/hem run$" "$service"
expect "the packages are of the same version" "lem ($("$install_to/bin/hem" --version | cut -d' ' -f2))" \
	"$(sed -n '1s/) .*/)/p' debian/changelog)"
expect "no file keeps a placeholder" "" "$(grep -rlI '@[a-z]*@' "$install_to")"
if command -v systemd-analyze >/dev/null; then
	# The broker's own unit, as Debian has it, with what is added to it.
	mkdir "$work/units"
	cp -r "$install_to"/lib/systemd/system/* "$work/units"
	cp /lib/systemd/system/mosquitto.service "$work/units" 2>/dev/null
	for unit in "$work"/units/*.service; do
		systemd-analyze verify --man=no "$unit" >"$work/verify.log" 2>&1
		expect "systemd finds no fault in ${unit##*/}" "0 " "$? $(grep "$work/units" "$work/verify.log")"
	done
	if systemd-analyze security --help 2>&1 | grep -q -- --offline; then
		check "the unit is shut in" systemd-analyze security --offline=true --threshold=20 \
			"$work/units/hem.service" >"$work/security.log" 2>&1
	fi
fi
PATH="$install_to/bin:$PATH"
check "lemctl init needs no options" lemctl init --port "$port" "$work/market" >"$work/init.log"
check "it says how to start the broker" grep -q "mosquitto -c $work/market/mosquitto.conf" "$work/init.log"
check "a home is added before the broker runs" lemctl home add "$work/market" home0002 --meter-serial SN2 \
	--pv 4000 --battery 5000
check "the broker starts with it" start_broker
check "the plugin is loaded" grep -q 'lem: market lem:' "$work/broker.log"
if [ "$(id -u)" -eq 0 ]; then
	expect "the broker's user owns the market" mosquitto "$(stat -c %U "$work/market/csm.db")"
	expect "and the broker runs as it" mosquitto "$(ps -o user= -p "$broker")"
fi
check "a home is added" lemctl home add "$work/market" home0001 --meter-serial SN1 --pv 4000 --battery 5000 \
	>"$work/code"
check "with a code" grep -Eq '[a-z2-7]{26}-[0-9a-f]{64}' "$work/code"
stop_broker

# What cannot be made leaves nothing behind.
for bad in "--user nobodysuch" "--plugin /nowhere/mosquitto_lem.so" "--demo --start yesterday"; do
	# shellcheck disable=SC2086
	lemctl init $bad "$work/other" >/dev/null 2>"$work/why" && bad "init $bad succeeded"
	check "init $bad says what is wrong" test -s "$work/why"
	check "init $bad leaves nothing" test ! -e "$work/other"
done

make -s PREFIX="$install_to" uninstall >/dev/null 2>&1
check "uninstall takes back what install put there" test -z "$(find "$install_to" -type f)"
check "and folders of its own" test ! -e "$install_to/share/lem" -a ! -e "$install_to/share/doc/lem"
finish
