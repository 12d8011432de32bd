#!/bin/sh
# Prints where promtool is. One that is missing is taken out of Debian's package prometheus into
# BUILD_DIR: the package itself would start a server. usage: promtool.sh BUILD_DIR
set -e
command -v promtool && exit 0
tool=$(realpath "$1")/promtool
if [ ! -x "$tool" ]; then
	cd "$(mktemp -d)"
	trap 'rm -rf "$PWD"' EXIT
	apt-get download -q prometheus >log 2>&1 || {
		tail -n 3 log >&2
		echo "promtool.sh: Debian's package prometheus cannot be fetched (apt-get update?)" >&2
		exit 1
	}
	dpkg-deb --fsys-tarfile prometheus_*.deb | tar -xO ./usr/bin/promtool >promtool
	chmod 755 promtool
	mv promtool "$tool"
fi
echo "$tool"
