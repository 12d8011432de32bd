#!/bin/sh
# Prints where promtool is. One that is missing is taken out of Debian's package prometheus into
# BUILD_DIR: the package itself would start a server. usage: promtool.sh BUILD_DIR
set -e
command -v promtool && exit 0
dir=$(realpath "$1")/promtool
if [ ! -x "$dir/usr/bin/promtool" ]; then
	mkdir -p "$dir"
	cd "$dir"
	apt-get download -q prometheus >"$dir/log" 2>&1 || {
		tail -n 3 "$dir/log" >&2
		echo "promtool.sh: Debian's package prometheus cannot be fetched (apt-get update?)" >&2
		exit 1
	}
	dpkg-deb -x prometheus_*.deb .
	rm -f prometheus_*.deb
fi
echo "$dir/usr/bin/promtool"
