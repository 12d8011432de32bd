#!/bin/sh
# Builds the Debian packages in a copy of what git knows, and puts them into DIR; without the unit
# tests, unless DEB_BUILD_OPTIONS is set. usage: deb.sh DIR
set -e
cd "$(dirname "$0")/.."
mkdir -p "$1"
to=$(realpath "$1")
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/lem"
git ls-files -z | xargs -0 tar -cf - | tar -xf - -C "$copy/lem"
export DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS-nocheck parallel=$(nproc)}"
if ! (cd "$copy/lem" && dpkg-buildpackage -us -uc -b) >"$to/build.log" 2>&1; then
	tail -n 20 "$to/build.log" >&2
	echo "deb.sh: the packages could not be built; see $to/build.log" >&2
	exit 1
fi
rm -f "$to"/*.deb "$to"/*.changes "$to"/*.buildinfo
mv "$copy"/*.deb "$copy"/*.changes "$copy"/*.buildinfo "$to"
ls "$to"/*.deb
