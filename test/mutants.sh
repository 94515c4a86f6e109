#!/bin/sh
# Break what safety hangs on, one place at a time, and see that a test fails.
#
# usage: sh test/mutants.sh [--keep] [--list] [PATTERN]...
#
#   --keep     leave the private directory, with all logs
#   --list     only say which mutants there are, and what kills them
#   PATTERN    take the mutants whose names match a shell pattern; all if none
#
# The mutants are in test/mutants/*.mutants (apply.pl there tells how they are
# written; those in test/mutants/untried are not taken: it says there why they
# survive).  PG_CONFIG names the PostgreSQL, of
# which a copy is used: nothing is installed outside of a private directory.  Each
# mutant should be
#
#   killed            a test that it names fails
#   killed, crash     and the server crashed
#
# and is reported loudly if it
#
#   SURVIVED          all tests that it names pass
#   NO VERDICT        no test failed, but they did not end: no server, no time, no memory
#   DOES NOT APPLY    its text is not in the file exactly once
#   DOES NOT BUILD    what does not compile is no mutant
#
# The last line is "N killed (N by a crash), N survived"; the exit status is 0 if
# something was killed and all were.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/test/server.sh"

keep=
list=
patterns=
while [ $# -gt 0 ]; do
	case $1 in
		--keep) keep=yes ;;
		--list) list=yes ;;
		-*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
		*) patterns="$patterns $1" ;;
	esac
	shift
done

killed=0
crashed=0
survived=0
limit=3600 # seconds for tests of a kind: of all mutants at first, then of one
broken=0

mutants()
{
	action=$1
	shift
	perl "$top/test/mutants/apply.pl" "$action" "$@" "$top"/test/mutants/*.mutants
}

# The selected mutants, as "name kind/test...".
selected()
{
	mutants list | while read -r name tests; do
		if is_selected "$name"; then echo "$name $tests"; fi
	done
}

# Build and install what has changed.
build()
{
	as_user make -s -C "$work/build" with_llvm=no COPT=-DUSE_ASSERT_CHECKING \
		PG_CONFIG="$PG_CONFIG" all install >"$work/build.log" 2>&1
}

# A new server, from the same copy each time.
start()
{
	as_user mkdir "$work/server"
	as_user cp -a "$work/template/data" "$work/server/data"
	as_user sed -i "s,^unix_socket_directories.*,unix_socket_directories = '$work/server'," \
		"$work/server/data/postgresql.conf"
	as_user "$(config bindir)/pg_ctl" -s -w -D "$work/server/data" -l "$work/server/log" start >/dev/null 2>&1
}

stop()
{
	if [ -f "$work/server/data/postmaster.pid" ]; then server_stop server; fi
	rm -rf "$work/last"
	mv "$work/server" "$work/last"
}

# pg_regress, or its sister, with tests on the server
regress()
{
	program=$(dirname "$(config pgxs)")/../test/$1
	shift
	(
		cd "$work/build"
		as_user env PGHOST="$work/server" PGUSER=postgres timeout "$limit" "$program" \
			--bindir="$(config bindir)" --inputdir=test --outputdir=. --dbname=mutants \
			--host="$work/server" --user=postgres "$@"
	)
}

pgtap()
{
	status=0
	on server createdb pgtap
	sql server -d pgtap -c 'CREATE EXTENSION aqumv' -c 'CREATE EXTENSION pgtap' || return 1
	for test in "$@"; do
		as_user timeout "$limit" pg_prove --psql-bin "$(config bindir)/psql" -h "$work/server" -U postgres \
			-d pgtap "$work/build/test/pgtap/$test.sql" || status=1
	done
	return $status
}

# The names of one kind, $1, among the tests "kind/name".
names()
{
	kind=$1
	shift
	printf '%s\n' "$@" | sed -n "s,^$kind/,,p" | sort -u
}

# Do all these tests, "kind/name", pass?
tests_pass()
{
	status=0
	start || status=1
	for kind in regress isolation pgtap; do
		tests=$(names $kind "$@")
		# shellcheck disable=SC2086 # a list of words
		if [ -n "$tests" ] && [ "$status" -eq 0 ]; then
			case $kind in
				regress) regress regress/pg_regress $tests ;;
				isolation) regress isolation/pg_isolation_regress $tests ;;
				pgtap) pgtap $tests ;;
			esac || status=1
		fi
	done
	stop
	tests=$(names tap "$@" | sed 's,.*,test/t/&.pl,')
	if [ -n "$tests" ] && [ "$status" -eq 0 ]; then
		as_user timeout "$((4 * limit))" make -s -C "$work/build" PG_CONFIG="$PG_CONFIG" installcheck REGRESS= ISOLATION= \
			PROVE_TESTS="$(echo "$tests" | tr '\n' ' ')" || status=1
	fi
	return $status
}

# Which tests failed: lines of pg_regress (of 15, and of later ones) and the summary of prove.
failures()
{
	sed -n -e 's/^test \([^ ]*\) .*FAILED.*/\1/p' -e 's/^not ok [0-9]* *[-+] \([^ ]*\) .*/\1/p' \
		-e 's,^[^ ]*/\([^ /]*\)\.\(pl\|sql\) *(Wstat: \(0 Tests: [0-9]* Failed: \)\{0\,1\}[1-9].*,\1,p' \
		"$work/tests.log" | sort -u | tr '\n' ' '
}

# Did the machine, and not the mutant, end the tests?  (7 is what full memory gives.)
is_fault()
{
	grep -qE 'terminated by signal (7|9|15)|No space left on device|could not fork' \
		"$work/last/log" "$work/tests.log"
}

is_crash()
{
	grep -q 'terminated by signal' "$work/last/log"
}

# Change one file, see what the tests say, and put the file and what was
# compiled from it back: so only one file is compiled for each mutant, and all
# is linked.
try()
{
	name=$1
	shift
	if ! file=$(mutants apply "$name" "$work/build" 2>"$work/apply.log"); then
		echo "DOES NOT APPLY  $name: $(cat "$work/apply.log")"
		broken=$((broken + 1))
		return
	fi
	case $file in
		*.c) objects=${file%.c}.o ;;
		*.h) objects=$(cd "$work/pristine" && find src -name '*.o') ;;
		*) objects= ;;
	esac
	(cd "$work/build" && rm -f $objects)
	if ! build; then
		echo "DOES NOT BUILD  $name"
		cat "$work/build.log"
		broken=$((broken + 1))
	elif tests_pass "$@" >"$work/tests.log" 2>&1; then
		echo "SURVIVED        $name: $*"
		survived=$((survived + 1))
	elif [ -z "$(failures)" ] || is_fault; then
		echo "NO VERDICT      $name: $*"
		cat "$work/tests.log"
		broken=$((broken + 1))
	elif is_crash; then
		echo "killed, crash   $name: $(failures)"
		killed=$((killed + 1))
		crashed=$((crashed + 1))
	else
		echo "killed          $name: $(failures)"
		killed=$((killed + 1))
	fi
	as_user cp -p "$work/pristine/$file" "$work/build/$file"
	rm -f "$work/build/aqumv.so"
	for object in $objects; do
		as_user cp -p "$work/pristine/$object" "$work/build/$object"
	done
}

finish()
{
	echo
	if [ "$broken" -gt 0 ]; then echo "$broken do not apply or build, or have no verdict"; fi
	echo "$killed killed ($crashed by a crash), $survived survived"
	[ "$survived" -eq 0 ] && [ "$broken" -eq 0 ] && [ "$killed" -gt 0 ]
	exit
}

if [ -n "$list" ]; then
	selected
	exit
fi
private_directory 2000
if [ -n "$keep" ]; then
	trap 'echo "left in $work" >&2' EXIT
fi
selected >"$work/selected"
copy_postgresql postgresql
if ! build_and_install -DUSE_ASSERT_CHECKING; then
	echo "aqumv does not build"
	exit 1
fi
as_user cp -a "$work/build" "$work/pristine"
server_start template <"$top/test/aqumv.conf"
server_stop template

# shellcheck disable=SC2046 # a list of words
if ! tests_pass $(cut -d ' ' -s -f 2- "$work/selected") >"$work/tests.log" 2>&1; then
	cat "$work/tests.log"
	if [ -f "$work/build/regression.diffs" ]; then cat "$work/build/regression.diffs"; fi
	echo "tests fail without any mutant"
	exit 1
fi
limit=300
while read -r name tests; do
	# shellcheck disable=SC2086 # a list of words
	try "$name" $tests </dev/null
done <"$work/selected"
finish
