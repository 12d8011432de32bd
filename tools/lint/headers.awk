# Every prototype, inline function, struct, union and named enum that a header declares has a comment
# just before it. What follows without a blank line belongs to the same comment. A type that fits
# one line may have its comment behind it. Constants in an enum without a name name themselves.
function broken(rule) {
	printf "%s:%d: %s\n", FILENAME, FNR, rule
	failed = 1
}
FNR == 1 {
	documented = 0
	comment = 0
	body = 0
}
comment {
	if (/\*\//) {
		comment = 0
		documented = 1
	}
	next
}
/^\/\*/ {
	comment = !/\*\//
	documented = !comment
	next
}
body {
	if (/^\}/)
		body = 0
	next
}
/^$/ {
	documented = 0
	next
}
/^#/ || /^_Static_assert/ || /^enum \{/ || /^(struct|union|enum) [a-z0-9_]+;/ {
	body = /\{[^}]*$/
	next
}
/^[A-Za-z_]/ && !documented && !/\/\*.*\*\/$/ {
	if (/^(struct|union|enum) [a-z0-9_]+ \{/)
		broken(($1 == "enum" ? "an " : "a ") $1 " without a comment")
	else
		broken("a declaration without a comment")
}
/^[A-Za-z_{]/ { body = /\{[^}]*$/ }
END { exit failed }
