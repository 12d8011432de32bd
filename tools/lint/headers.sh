#!/bin/sh
# Headers document what they declare; those of tests need not: usage headers.sh [FILE.h...]
[ $# -gt 0 ] || set -- $(git ls-files '*.h' ':!tests')
awk -f tools/lint/headers.awk "$@"
