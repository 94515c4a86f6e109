#!/bin/sh
# What tracking costs a writer: single-row INSERTs into a table with one
# materialized view, against the same table without.
#
# usage: sh test/bench/tracking.sh [SECONDS]     (of each run; default 2)
#
# Each INSERT is a transaction of its own; nothing waits for disks, so the
# cost shows undamped.
set -eu
. "$(dirname "$0")/measure.sh"
seconds=${1:-2}

install_packages run
private_directory 4000
build_and_install ''
bench_server tracking "shared_preload_libraries = 'aqumv'"

on tracking createdb tracking
sql tracking -d tracking <<'E2'
CREATE EXTENSION aqumv;
CREATE TABLE plain (k int, v int);
CREATE TABLE tracked (k int, v int);
INSERT INTO plain SELECT i % 100, i FROM generate_series(1, 1000) AS i;
INSERT INTO tracked SELECT * FROM plain;
CREATE MATERIALIZED VIEW view AS SELECT k, count(*), sum(v) FROM tracked GROUP BY k;
VACUUM ANALYZE;
E2
for table in plain tracked; do
	printf '%s\n' '\set k random(1, 100)' "INSERT INTO $table VALUES (:k, :k);" |
		as_user tee "$work/$table.sql" >/dev/null
done

# tps TABLE PROTOCOL CLIENTS CPUS
tps()
{
	pin tracking "$4"
	as_user taskset -c "$4" "$(config bindir)/pgbench" -h "$work/tracking" -U postgres -n -M "$2" -c "$3" -j "$3" \
		-T "$seconds" -f "$work/$1.sql" tracking 2>&1 | sed -n 's/^tps = \([0-9.]*\) .*/\1/p'
}

echo 'Single-row INSERTs per second into a tracked table, of those into one that is not:'
for way in 'simple 1 0' 'prepared 1 0' "prepared 4 0-$(($(nproc) - 1))"; do
	alternate 15 "$work/tps" "tps plain $way" "tps tracked $way" 'b / a'
	target "$(echo "$way" | sed 's/ \([^ ]*\) \(.*\)/, \1 client(s) on processor \2/'): of $(median <"$work/tps.a")" \
		"$(median <"$work/tps")" 'x >= 0.9'
done
sql tracking -d tracking -At -c "SELECT '  marks left: ' || count(*) FROM aqumv.mark"

[ "$missed" -eq 0 ]
