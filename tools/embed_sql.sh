#!/bin/sh
# Turns SQL files into a C source: usage embed_sql.sh NAME migration.sql... [views.sql]
# It defines struct db_migration NAME_migrations[], NAME_migration_count and const char NAME_views[].
set -e
name=$1
shift
literal() { # each line of the file as a C string literal
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/\t/\\t/g' -e 's/^/\t"/' -e 's/$/\\n"/' "$1"
}
views=
echo '/* Made by tools/embed_sql.sh from the SQL in schema/. */'
echo '#include "store/schema.h"'
echo "const struct db_migration ${name}_migrations[] = {"
count=0
for file in "$@"; do
	case $file in
	*/views.sql) views=$file && continue ;;
	esac
	echo "{\"$(basename "$file")\","
	literal "$file"
	echo '},'
	count=$((count + 1))
done
echo '};'
echo "const size_t ${name}_migration_count = $count;"
echo "const char ${name}_views[] ="
if [ -n "$views" ]; then literal "$views"; fi
echo '"";'
