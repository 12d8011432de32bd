#!/bin/sh
# Lengths of files, functions and lines, and the depth of nesting: usage limits.sh [FILE...]
[ $# -gt 0 ] || set -- $(git ls-files '*.c' '*.h')
awk -f tools/lint/limits.awk "$@"
