#!/bin/sh
# The plugin exports exactly what the broker looks for. Reads what make has built: usage exports.sh
want='mosquitto_plugin_cleanup mosquitto_plugin_init mosquitto_plugin_version'
have=$(nm -D --defined-only "${BUILD:-build}/mosquitto_lem.so" | awk '{ print $3 }' | LC_ALL=C sort)
[ "$(echo $have)" = "$want" ] && exit 0
for s in $have $want; do
	case " $(echo $have) : $want " in
	*" $s "*:*" $s "*) continue ;;
	esac
	at=$(grep -n -w -- "$s" $(git ls-files '*.c') | head -n 1 | cut -d: -f1,2)
	echo "${at:-plugin/plugin.c:1}: the plugin must export $want and nothing else, not: $s"
done
exit 1
