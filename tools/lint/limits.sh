#!/bin/sh
# Lengths of files, functions and lines, and the depth of nesting: usage limits.sh [FILE...]. Of the
# page's files the length alone.
failed=0
if [ $# -eq 0 ]; then
	for file in $(git ls-files 'lemctl/page/*' 'tests/page/*'); do
		[ "$(wc -l <"$file")" -le 400 ] || { echo "$file:400: the file has more than 400 lines" && failed=1; }
	done
	set -- $(git ls-files '*.c' '*.h' ':!third_party')
fi
awk -f tools/lint/limits.awk "$@" || failed=1
exit $failed
