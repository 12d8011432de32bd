#!/bin/sh
# Includes point one way: programs -> engine -> store -> wire -> core: usage includes.sh [FILE...]
[ $# -gt 0 ] || set -- $(git ls-files '*.c' '*.h' ':!tests' ':!demo')
awk '
BEGIN {
	may["core"] = " core "
	may["wire"] = " wire core "
	may["store"] = " store wire core "
	may["engine"] = " engine store wire core "
	may["plugin"] = " plugin engine store wire core "
	may["hem-client"] = " hem-client engine store wire core "
	may["lemctl"] = " lemctl hem-client engine store wire core "
	may["tools"] = " plugin "
}
FNR == 1 {
	from = FILENAME
	sub(/\/.*/, "", from)
}
/^#[ \t]*include[ \t]*"/ {
	to = $0
	sub(/^[^"]*"/, "", to)
	name = to
	sub(/\/.*/, "", to)
	if (from == "core" && FILENAME !~ /^core\/vpp\// && name ~ /^core\/vpp\//)
		to = "core/vpp"
	if (!index(may[from], " " to " ") || (from == "lemctl" && to == "hem-client" && name !~ /^hem-client\/ems\//)) {
		sub(/".*/, "", name)
		printf "%s:%d: %s may not include %s\n", FILENAME, FNR, from, name
		failed = 1
	}
}
END { exit failed }' "$@"
