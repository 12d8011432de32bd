#!/bin/sh
# Turns files into a C source that serves them: usage embed_page.sh FILE... The first is the page itself.
set -e
echo '/* Made by tools/embed_page.sh from lemctl/page/ and third_party/. */'
echo '#include "lemctl/page_files.h"'
n=0
for file in "$@"; do
	echo "static const unsigned char bytes_$n[] = {"
	od -An -v -tu1 "$file" | sed -e 's/  *\([0-9]\)/\1/' -e 's/  */,/g' -e 's/$/,/'
	echo '};'
	n=$((n + 1))
done
echo 'const struct page_file page_files[] = {'
n=0
for file in "$@"; do
	case $file in
	*.html) type='text/html; charset=utf-8' ;;
	*.css) type='text/css; charset=utf-8' ;;
	*.js) type='text/javascript; charset=utf-8' ;;
	*.svg) type='image/svg+xml' ;;
	*) echo "embed_page.sh: $file: of what type?" >&2 && exit 1 ;;
	esac
	[ $n -eq 0 ] && path=/ || path=/$(basename "$file")
	echo "	{\"$path\", \"$type\", bytes_$n, sizeof bytes_$n},"
	n=$((n + 1))
done
echo '};'
echo "const size_t page_file_count = $n;"
