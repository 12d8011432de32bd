# The limits of CONTRIBUTING.md, over C files laid out by clang-format, where a function's body
# stands between braces in the first column and a tab is one level of nesting.
BEGIN {
	FILE_MAX = 400
	FUNCTION_MAX = 60
	COLUMNS_MAX = 100
	NESTING_MAX = 3
}
function broken(rule) {
	printf "%s:%d: %s\n", FILENAME, FNR, rule
	failed = 1
}
function columns(line,    i, n) {
	n = 0
	for (i = 1; i <= length(line); i++)
		n += substr(line, i, 1) == "\t" ? 8 - n % 8 : 1
	return n
}
function end_of_file() {
	if (lines > FILE_MAX) {
		printf "%s:%d: the file has more than %d lines\n", file, lines, FILE_MAX
		failed = 1
	}
}
FNR == 1 {
	if (file)
		end_of_file()
	file = FILENAME
	head = 0
	open = 0
}
{ lines = FNR }
columns($0) > COLUMNS_MAX { broken("the line has more than " COLUMNS_MAX " columns") }
# A function begins with the first line of its head, which begins in the first column.
!open && /^[A-Za-z_]/ && (last == "" || last ~ /^[#}]/ || last ~ /[;\/]$/) { head = FNR }
/^\{/ { open = head ? head : FNR }
/^\}/ {
	if (open && FNR - open + 1 > FUNCTION_MAX)
		broken("the function has " FNR - open + 1 " lines, more than " FUNCTION_MAX)
	open = 0
	head = 0
}
open && /^\t+(if|for|while|switch|do)[ (]/ {
	match($0, /^\t+/)
	if (RLENGTH > NESTING_MAX)
		broken("nested deeper than " NESTING_MAX)
}
{ last = $0 }
END {
	end_of_file()
	exit failed
}
