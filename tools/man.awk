# Turns what a program prints about its options into mdoc. form=command: a command's --help, into a
# subsection; form=file: `  name = value` with lines of text below, into lists by section.
function text(s) {
	sub(/^[ \t]+/, "", s)
	gsub(/\\/, "\\e", s)
	gsub(/`/, "", s)
	return s ~ /^[.']/ ? "\\&" s : s
}
function paragraph(s) { # each sentence begins a line, as mdoc wants it
	s = text(s)
	while (match(s, /[A-Za-z0-9)][.] [A-Z]/)) {
		print substr(s, 1, RSTART + 1)
		s = substr(s, RSTART + 3)
	}
	print s
}
function list(begin) {
	if (begin != open)
		print begin ? ".Bl -tag -width Ds" : ".El"
	open = begin
}
function option(line,   left, right, at) { # `  -c, --config FILE   what it is`
	line = text(line)
	at = match(line, /  +/)
	left = at ? substr(line, 1, at - 1) : line
	right = at ? substr(line, at + RLENGTH) : ""
	list(1)
	printf ".It"
	if (left ~ /^-[a-z], /) {
		printf " Fl %s ,", substr(left, 2, 1)
		left = substr(left, 5)
	}
	at = index(left, " ")
	printf " Fl %s", substr(at ? substr(left, 1, at - 1) : left, 2)
	if (at && substr(left, at + 1) != "")
		printf " Ar %s", substr(left, at + 1)
	print ""
	if (right != "")
		print text(right)
}
form == "command" && /^usage: / {
	sub(/^usage: /, "")
	title = $0
	sub(/ [^a-z].*/, "", title)
	sub(/ import DIR.*/, " import", title)
	print ".Ss " title
	print ".Bd -literal -compact"
	print text($0)
	usage = 1
	next
}
form == "command" && usage {
	if (/^ /)
		print "    " text($0)
	else {
		print ".Ed"
		usage = 0
	}
	next
}
form == "command" && /^options:$/ { next }
form == "command" && /^ +(-[a-z], )?--[a-z]/ {
	option($0)
	next
}
form == "command" && /^$/ {
	gap = 1
	next
}
form == "command" {
	if (!/^ /)
		list(0)
	if (!open && (gap || !said))
		print ".Pp"
	gap = 0
	said = 1
	paragraph($0)
}
form == "file" && /^\[/ {
	list(0)
	print ".Ss " $0
}
form == "file" && /^  [a-z_]+ =/ {
	list(1)
	name = $1
	value = $0
	sub(/^  [a-z_]+ = ?/, "", value)
	printf ".It Cm %s No = %s\n", name, value == "" ? "" : text(value)
}
form == "file" && /^        / { paragraph($0) }
END { list(0) }
