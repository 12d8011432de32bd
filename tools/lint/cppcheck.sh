#!/bin/sh
# cppcheck's warnings: usage cppcheck.sh [FILE...]. It does not know _Noreturn by that name.
[ $# -gt 0 ] || set -- $(git ls-files '*.c')
cppcheck --enable=warning,performance,portability --std=c11 -j2 --quiet --error-exitcode=1 \
	-D_GNU_SOURCE '-D_Noreturn=__attribute__((noreturn))' -DLEM_VERSION='"lint"' -I. --suppressions-list=tools/lint/cppcheck.txt \
	--template='{file}:{line}: {message} [{id}]' "$@" 2>&1
