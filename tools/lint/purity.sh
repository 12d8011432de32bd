#!/bin/sh
# The rules are pure: core calls nothing but what is listed here, has no state of its own, and no
# floating point. Reads the library that make has built: usage purity.sh
lib=${BUILD:-build}/libcore.a
allowed='memcpy memmove memset memcmp strlen strcmp __assert_fail __stack_chk_fail
	__memcpy_chk __memmove_chk __memset_chk _GLOBAL_OFFSET_TABLE_
	__divti3 __udivti3 __modti3 __umodti3'
failed=0
where() { # where SYMBOL OBJECT: each line of the source that names it, or the file
	source=$(git ls-files "core/${2%.o}.c" "core/*/${2%.o}.c")
	grep -n -w -- "${1#__}" "$source" | sed "s|^\([0-9]*\):.*|$source:\1|" |
		grep . || echo "$source:1"
}
defined=" $(nm --defined-only "$lib" | awk 'NF == 3 { printf "%s ", $3 }')"
undefined=$(nm -A -u "$lib" | sed 's/^[^:]*:\([^:]*\): *U \(.*\)/\1 \2/') || exit 1
[ "$defined" != " " ] || { echo "$lib:0: has no symbols" && exit 1; }
while read -r object symbol; do
	case "$defined $(echo $allowed) " in
	*" $symbol "*) continue ;;
	esac
	where "$symbol" "$object" | sed "s|\$|: core must not call $symbol()|"
	failed=1
done <<END
$undefined
END
# Constant tables with addresses in them are .data.rel.ro; .data, .bss and common are state.
state=$(nm -A -f sysv "$lib" | tr -d ' ' |
	awk -F'|' '$7 ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $7 !~ /^\.data\.rel\.ro/ {
		sub(/.*a:/, "", $1); sub(/:/, " ", $1); print $1 }')
if [ -n "$state" ]; then
	while read -r object symbol; do
		where "${symbol%%.*}" "$object" | sed "s|\$|: core must have no state: $symbol|"
	done <<-END
		$state
	END
	failed=1
fi
floats=$(git ls-files 'core/*.[ch]' | xargs awk '
	FNR == 1 { comment = 0 }
	{
		gsub(/"[^"]*"/, "")
		gsub(/\/\*[^*]*\*\//, "")
		if (comment && sub(/.*\*\//, "")) comment = 0
		if (comment) next
		if (sub(/\/\*.*/, "")) comment = 1
	}
	/(^|[^A-Za-z0-9_])(float|double)($|[^A-Za-z0-9_])/ {
		printf "%s:%d: core must have no floating point\n", FILENAME, FNR
	}')
[ -z "$floats" ] || { echo "$floats" && failed=1; }
exit $failed
