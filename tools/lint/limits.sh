#!/bin/sh
# Lengths of files, functions and lines, and the depth of nesting: usage limits.sh [FILE...]. Of what
# is not C the length of the file alone.
failed=0
[ $# -gt 0 ] || set -- $(git ls-files '*.c' '*.h' 'lemctl/page/*' 'tests/page/*')
for file; do
	case $file in
	*.c | *.h) continue ;;
	esac
	[ "$(wc -l <"$file")" -le 400 ] || { echo "$file:400: the file has more than 400 lines" && failed=1; }
done
set -- $(printf '%s\n' "$@" | grep '\.[ch]$')
[ $# -eq 0 ] || awk -f tools/lint/limits.awk "$@" || failed=1
exit $failed
