#!/bin/sh
# Writes a man page: its prose stands in docs/man, its tables are what the programs themselves say.
# A line `.\" commands PROGRAM` becomes all its commands with their options, a line
# `.\" options COMMAND...` the options that the command prints. usage: man.sh BUILD_DIR PAGE
set -e
build=$1
page=$2
table() { awk -v form="$1" -f tools/man.awk; }
command_pages() { # command_pages PROGRAM: a subsection for each command, and for each below it
	"$build/$1" --help | sed -n '/^commands:/,/^$/s/^  \([a-z-]*\)  *\(.*\)/\1 \2/p' |
		while read -r name summary; do
			help=$("$build/$1" "$name" --help)
			below=
			echo "$help" | grep -q '^  .*--[a-z]' ||
				below=$(echo "$help" | sed -n "s/^.*$1 $name \([a-z|]*\) .*/\1/p" | tr '|' ' ')
			if [ -n "$below" ]; then
				for sub in $below; do
					"$build/$1" "$name" "$sub" --help | table command
				done
			elif [ "${help#"usage: $1 $name"}" != "$help" ]; then
				echo "$help" | table command
			else # another name of a command that has its own subsection
				printf '.Ss %s %s\n%s.\n' "$1" "$name" "$(echo "$summary" | tr -d '`')"
			fi
		done
}
while IFS= read -r line; do
	case $line in
	'.\" commands '*) command_pages "${line#.\\\" commands }" ;;
	'.\" options '*)
		# shellcheck disable=SC2086
		set -- ${line#.\\\" options }
		program=$1
		shift
		"$build/$program" "$@" | table file
		;;
	*) printf '%s\n' "$line" ;;
	esac
done <"$page"
