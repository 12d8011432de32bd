#!/bin/sh
# Installs the Debian packages that are missing, and says so. usage: deps.sh run|check|lint|deb
# run: build and demo; check: also the tests; lint: also the checkers; deb: the Debian packages.
set -e
run='gcc libc6-dev make mosquitto mosquitto-dev libmosquitto-dev libssl-dev libsqlite3-dev
	libinih-dev libcjson-dev libmicrohttpd-dev sqlite3 procps'
check="$run libcmocka-dev mosquitto-clients faketime clang libclang-rt-14-dev python3-jsonschema python3-cryptography mandoc curl"
lint="$check clang-format clang-tidy cppcheck"
deb="$run libcmocka-dev debhelper dpkg-dev lintian"
case ${1:-run} in
run) want=$run ;;
check) want=$check ;;
lint) want=$lint ;;
deb) want=$deb ;;
*) echo "usage: deps.sh run|check|lint|deb" >&2 && exit 2 ;;
esac
missing=
for p in $want; do
	dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null | grep -q '^install ok' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
echo "installing missing packages:$missing"
if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null; then
	as_root=sudo
else
	echo "deps.sh: root or sudo is needed to install:$missing" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
if ! { $as_root apt-get update -q && $as_root apt-get install -y -q --no-install-recommends $missing; } \
	>"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "deps.sh: apt-get could not install:$missing" >&2
	exit 1
fi
