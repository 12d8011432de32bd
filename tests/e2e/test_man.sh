#!/bin/bash
# Each option that a program knows stands in its man page, in its command's own part; and the pages
# are well-formed. A page that lacks one is seen.
. "$(dirname "$0")/lib.sh"
make -s B="$(realpath --relative-to=. "$build")" man >"$work/make.log" 2>&1
check "the pages are made" test "$(find "$build/man" -type f | wc -l)" -ge "$(find docs/man -type f | wc -l)"

part() { # part PAGE HEADING: the lines of that subsection
	awk -v heading=".Ss $2" '/^\.S[sh] /{ on = $0 == heading } on' "$build/man/$1"
}
missing() { # missing WORDS: those that no `.It` line on standard input names
	local lines w
	lines=$(grep '^\.It ' | tr '\n' ' ')
	for w in $1; do [[ "$lines " == *" $w "* ]] || echo "$w"; done
}
flags() { # flags COMMAND...: what its --help lists, as mdoc writes them
	"$@" --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--?[a-z-]+$' | sed 's/^-//'
}

for program in hem lemctl; do
	commands=$("$build/$program" --help | sed -n '/^commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
	check "$program has commands" test "$(echo "$commands" | wc -l)" -ge 10
	for c in $commands; do
		check "$program.1 has $c" grep -q "^.Ss $program $c" "$build/man/$program.1"
	done
done
count=0
while read -r program command; do
	# shellcheck disable=SC2086
	wanted=$(flags "$build/$program" $command)
	count=$((count + $(echo "$wanted" | wc -w)))
	expect "$program $command" "" "$(part "$program.1" "$program $command" | missing "$wanted")"
done < <(sed -n 's/^\.Ss \(hem\|lemctl\) \(.*\)/\1 \2/p' "$build/man/hem.1" "$build/man/lemctl.1" |
	grep -v '^hem verify')
check "all of them: $count" test "$count" -ge 120

options() { sed -n 's/^  \([a-z_]*\) =.*/\1/p'; }
for section in $("$build/hem" --options | sed -n 's/^\[\(.*\)\]/\1/p'); do
	wanted=$("$build/hem" --options | sed -n "/^\[$section\]/,/^$/p" | options)
	expect "hem.conf.5 [$section]" "" "$(part hem.conf.5 "[$section]" | missing "$wanted")"
done
wanted=$("$build/plugin-options" | options)
expect "mosquitto-lem.7" "" "$(missing "$wanted" <"$build/man/mosquitto-lem.7")"
expect "the plugin's options are those of its example file" "$(sed -n 's/^#*plugin_opt_\([a-z_]*\) .*/\1/p' \
	mosquitto.conf.example | sort)" "$(echo "$wanted" | sort)"
expect "what a page lacks is seen" verifiers \
	"$(grep -v '^.It Cm verifiers' "$build/man/mosquitto-lem.7" | missing "$wanted")"

for page in "$build"/man/*; do
	if command -v mandoc >/dev/null; then
		expect "mandoc has no warning" "" "$(mandoc -T lint "$page" 2>&1 | grep -v -e ": STYLE: " -e "outdated mandoc.db")"
	fi
	if command -v man >/dev/null; then
		expect "nor has man" "" "$(MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)"
	fi
done
finish
