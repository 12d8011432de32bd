#!/bin/bash
# A demo, or a home, over a profile that cannot serve says so at once instead of trading nothing.
. "$(dirname "$0")/lib.sh"
demo() { # demo FILE DAY: must stop within seconds
	DEMO_HOMES=2 DEMO_DIR="$work/run" BUILD="$build" timeout 20 demo/demo.sh "$@" >"$work/out" 2>&1
}
refuses() { # refuses "what" SENTENCE FILE DAY
	demo "$3" "$4"
	expect "$1: exit code" 1 $?
	check "$1: '$2' in: $(tail -n 1 "$work/out")" grep -qF -- "$2" "$work/out"
}
{
	echo 'time,load_01_wh,pv_01_wh,load_02_wh,pv_02_wh'
	for d in 20 21; do # the demo's homes have lived for a day before
		for h in $(seq -w 0 23); do echo "2017-06-${d}T$h:00:00-08:00,500,0,400,100"; done
	done
} >"$work/homes.csv"
printf 'hour,x\nnot,a profile\n' >"$work/junk.csv"
refuses "junk" "junk.csv:1: column 1: 'hour' must be time" "$work/junk.csv" 2017-06-21
refuses "an absent day" "2017-06-22 is not a whole day" "$work/homes.csv" 2017-06-22
refuses "a day that is none" "YYYY-MM-DD" "$work/homes.csv" someday
refuses "no such file" "cannot be read" "$work/none.csv" 2017-06-21
sed 's/_02/_03/g' "$work/homes.csv" >"$work/other.csv"
refuses "an absent home" "load_02_wh is not among its columns" "$work/other.csv" 2017-06-21

market
home_conf 1
conf="$work/home0001/hem.conf"
printf '[sim]\nsource = profile\nday = 2017-06-21\nprofile = %s\n' "$work/homes.csv" >>"$conf"
"$build/hem" run --test-config --config "$conf" >"$work/out" 2>&1
expect "a good profile" 0 $?
for way in --test-config --verbose; do
	mv "$work/homes.csv" "$work/gone.csv"
	timeout 20 "$build/hem" run $way --config "$conf" >"$work/out" 2>&1
	expect "hem run $way without its profile" 78 $?
	check "hem run $way names it" grep -q 'homes.csv' "$work/out"
	mv "$work/gone.csv" "$work/homes.csv"
done
finish
