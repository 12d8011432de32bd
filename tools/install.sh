#!/bin/sh
# Installs what is built, or takes it back: one list says what goes where. usage: install.sh
# install|uninstall, with B, PREFIX and, if wanted, DESTDIR and UNITDIR in the environment.
set -e
unit=${UNITDIR:-$PREFIX/lib/systemd/system}
share=$PREFIX/share
doc=$share/doc/lem
list() { # mode, source, target
	cat <<-EOT
		755 $B/hem $PREFIX/bin/hem
		755 $B/lemctl $PREFIX/bin/lemctl
		644 $B/mosquitto_lem.so $PREFIX/lib/mosquitto/mosquitto_lem.so
		644 hem-client/hem.service $unit/hem.service
		644 plugin/mosquitto.service.conf $unit/mosquitto.service.d/lem.conf
		644 hem-client/hem.conf.example $doc/hem.conf.example
		644 mosquitto.conf.example $doc/mosquitto.conf.example
		644 docs/protocol.md $doc/protocol.md
		644 docs/operations.md $doc/operations.md
	EOT
	for page in docs/man/*; do
		echo "644 $B/man/${page##*/} $share/man/man${page##*.}/${page##*/}"
	done
	for file in schema/*/*; do
		echo "644 $file $share/lem/$file"
	done
}
case $1 in
install)
	list | while read -r mode from to; do
		install -D -m "$mode" "$from" "$DESTDIR$to"
		case $to in # these name where the programs are
		*/hem.service | */mosquitto-lem.7 | */mosquitto.conf.example)
			sed -i "s|@prefix@|$PREFIX|; s|/usr/local/|$PREFIX/|" "$DESTDIR$to"
			;;
		esac
	done
	;;
uninstall)
	list | while read -r _ _ to; do
		rm -f "$DESTDIR$to"
	done
	for dir in "$DESTDIR$share"/lem/schema/* "$DESTDIR$share/lem/schema" "$DESTDIR$share/lem" \
		"$DESTDIR$doc" "$DESTDIR$unit/mosquitto.service.d"; do
		rmdir "$dir" 2>/dev/null || true
	done
	;;
*)
	echo "usage: install.sh install|uninstall" >&2
	exit 2
	;;
esac
