#!/bin/sh
# Every C file is laid out as clang-format does it: usage format.sh [FILE...]
[ $# -gt 0 ] || set -- $(git ls-files '*.c' '*.h')
clang-format --dry-run -Werror "$@" 2>&1 | grep -E '^[^ ]+:[0-9]+:[0-9]+: ' && exit 1
exit 0
