#!/bin/sh
# Build aqumv with assertions, install it, and run every test.
#
# usage: sh test/check.sh [--only PART] [--no-install] [--keep]
#
#   --only PART    one of regress, isolation, pgtap, tap, guards
#   --no-install   do not install missing packages
#   --keep         leave the private directory, with all logs
#
# PG_CONFIG names the PostgreSQL to test.  The last line is the total, as
# "N passed, N failed"; the exit status is 0 if something ran and nothing
# failed.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/test/server.sh"

only=
install=yes
keep=
while [ $# -gt 0 ]; do
	case $1 in
		--only) only=${2-none}; if [ $# -gt 1 ]; then shift; fi ;;
		--no-install) install= ;;
		--keep) keep=yes ;;
		*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	esac
	shift
done

passed=0
failed=0

finish()
{
	echo
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
	exit
}

# Count the results in the output $1 of one part: TAP, or the lines of
# pg_regress before PostgreSQL 16.  Prints "passed failed".
count()
{
	awk '
		/^not ok [0-9]/ && !/# *TODO/ { failed++ }
		/^ok [0-9]/ && !/# *(SKIP|skip)/ { passed++ }
		/^(test |  ).* \.\.\. +ok +[0-9]+ ms/ { passed++ }
		/^(test |  ).* \.\.\. +FAILED / { failed++ }
		END { print passed + 0, failed + 0 }' "$1"
}

wanted()
{
	[ -z "$only" ] || [ "$only" = "$1" ]
}

# run PART COMMAND...: what it prints, and how it ended, are left in $work
run()
{
	part=$1
	shift
	wanted "$part" || return 0
	"$@" >"$work/$part.log" 2>&1 && status=0 || status=$?
	if [ -f "$work/build/regression.diffs" ]; then
		mv "$work/build/regression.diffs" "$work/$part.diffs"
	fi
	echo "$status" >"$work/status.$part"
	mv "$work/status.$part" "$work/$part.status"
}

# report PART PROCESS: show what a part prints that the process runs, and add up its results
report()
{
	wanted "$1" || return 0
	printf '\n== %s\n' "$1"
	while [ ! -f "$work/$1.log" ] && kill -0 "$2" 2>/dev/null; do sleep 0.1; done
	tail -n +1 -f "$work/$1.log" &
	tail=$!
	while [ ! -f "$work/$1.status" ] && kill -0 "$2" 2>/dev/null; do sleep 0.2; done
	sleep 1.1 # tail looks once a second
	kill "$tail"
	wait "$tail" 2>/dev/null || :
	status=$(cat "$work/$1.status" || echo 1)
	part=$1
	# shellcheck disable=SC2046 # two words
	set -- $(count "$work/$part.log")
	# what dies without a failed test, a server that does not start say, has failed too
	if [ "$status" -ne 0 ] && [ "$2" -eq 0 ]; then set -- "$1" 1; fi
	passed=$((passed + $1))
	failed=$((failed + $2))
	[ "$2" -eq 0 ] || show_logs "$part"
}

# What the failed part $1 left that tells why.
show_logs()
(
	cd "$work/build"
	if [ -f "$work/$1.diffs" ]; then cat "$work/$1.diffs"; fi
	if [ "$1" = tap ]; then
		for log in $(grep -ls 'not ok\|[Dd]ied' tmp_check/log/regress_log_*); do
			printf '\n%s:\n' "$log"
			grep 'WRONG ANSWER\|pgbench: error' "$log" | head -n 20
			tail -n 60 "$log"
		done
	fi
	grep -s 'TRAP:\|PANIC:\|terminated by signal' log/*.log tmp_check/log/*.log "$work"/*/log || :
)

# installcheck VARIABLE=...: the tests of "make installcheck", less what is emptied
installcheck()
{
	as_user make -s -C "$work/build" PG_CONFIG="$PG_CONFIG" installcheck "$@"
}

# Each pgTAP file gets a database of its own, with both extensions.
pgtap()
{
	ls "$top"/test/pgtap/*.sql >/dev/null 2>&1 || return 0
	server_start pgtap <"$top/test/aqumv.conf" || return 1
	sql pgtap -d template1 -c 'CREATE EXTENSION aqumv' -c 'CREATE EXTENSION pgtap' || return 1
	status=0
	for file in "$work"/build/test/pgtap/*.sql; do
		name=$(basename "$file" .sql)
		on pgtap createdb "$name"
		as_user pg_prove --verbose --psql-bin "$(config bindir)/psql" \
			-h "$work/pgtap" -U postgres -d "$name" "$file" || status=1
	done
	server_stop pgtap
	return $status
}

guards()
{
	status=0
	number=0
	for guard in layers "indent $(config bindir)" "symbols $work/build/aqumv.so"; do
		number=$((number + 1))
		# shellcheck disable=SC2086 # name and argument
		set -- $guard
		name=$1
		shift
		if sh "$top/test/$name.sh" "$@"; then
			echo "ok $number - $name"
		else
			echo "not ok $number - $name"
			status=1
		fi
	done
	return $status
}

if [ -n "$install" ]; then install_packages test; fi
private_directory 2000
streams=
# shellcheck disable=SC2086,SC2154 # words; server.sh sets work
trap 'kill $streams 2>/dev/null || :
	if [ -n "$keep" ]; then echo "left in $work" >&2; else remove_private_directory; fi' EXIT
config version
if ! build_and_install '-Werror -DUSE_ASSERT_CHECKING'; then
	echo "aqumv does not build"
	failed=1
	finish
fi

# The TAP tests wait a lot, for servers that start and stop: the others run beside them.
{
	run guards guards
	run regress installcheck ISOLATION= TAP_TESTS=
	run isolation installcheck REGRESS= TAP_TESTS=
	run pgtap pgtap
} &
others=$!
run tap installcheck REGRESS= ISOLATION= "PROVE_FLAGS=--verbose --timer --jobs=$(nproc)" &
tap=$!
streams="$others $tap"
for part in guards regress isolation pgtap; do
	report "$part" "$others"
done
report tap "$tap"
finish
