#!/bin/sh
# What aqumv costs the planner: queries that no view can help, on servers with
# and without the library, and queries on a table with 1,000 views.
#
# usage: sh test/bench/planning.sh [RUNS]     (pairs of runs; default 21)
#
# Planning times are those of EXPLAIN, in microseconds: the mean of the middle
# half of 1,000 plannings in one session.
set -eu
. "$(dirname "$0")/measure.sh"
runs=${1:-21}
on='SET enable_answer_query_using_materialized_views = on'
off='SET enable_answer_query_using_materialized_views = off'

# shellcheck disable=SC2016 # dollar quotes
functions='
CREATE FUNCTION planning_times(query text, n int) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    times float8[];
BEGIN
    FOR i IN 1 .. n + n / 10 LOOP
        EXECUTE $e$EXPLAIN (SUMMARY, FORMAT JSON) $e$ || query INTO plan;
        times[i] := (plan->0->>$e$Planning Time$e$)::float8 * 1000;
    END LOOP;
    -- the first tenth warms up
    RETURN (SELECT avg(t) FROM
            (SELECT t, ntile(4) OVER (ORDER BY t) AS quarter
             FROM unnest(times[n / 10 + 1 :]) AS t) AS quarters
            WHERE quarter IN (2, 3));
END $$;'

tables='
CREATE TABLE p (a int PRIMARY KEY, b int, c int);
CREATE TABLE q (a int PRIMARY KEY, b int, c int);
CREATE TABLE r (a int PRIMARY KEY, b int, c int);
INSERT INTO p SELECT i, i % 100, i % 10 FROM generate_series(1, 10000) AS i;
INSERT INTO q SELECT * FROM p;
INSERT INTO r SELECT * FROM p;'

point='SELECT b FROM p WHERE a = 42'
group='SELECT c, count(*), sum(b) FROM p WHERE b > 10 GROUP BY c ORDER BY c'
join='SELECT p.c, q.c, sum(r.b) FROM p JOIN q ON p.a = q.a JOIN r ON r.a = q.a WHERE p.b < 50 GROUP BY p.c, q.c'

# views DATABASE: print as many statements as stdin's SELECT has rows, and run them
views()
{
	{ cat; echo '\gexec'; } | sql with -d "$1" -At >/dev/null
	sql with -d "$1" -c 'VACUUM ANALYZE'
}

# one SERVER DATABASE SETTING QUERY: one run
one()
{
	sql "$1" -d "$2" -At -c "$3" -c "SELECT planning_times(\$\$$4\$\$, 1000)"
}

install_packages run
private_directory 4000
build_and_install ''
bench_server without
bench_server with "shared_preload_libraries = 'aqumv'"

on without createdb plain
sql without -d plain -c "$functions" -c "$tables" -c 'VACUUM ANALYZE'
for database in plain elsewhere many; do
	on with createdb "$database"
	sql with -d "$database" -c 'CREATE EXTENSION aqumv' -c "$functions"
done
sql with -d plain -c "$tables" -c 'VACUUM ANALYZE'

# 1,000 views on 100 tables
sql with -d elsewhere -c "$tables" -c 'CREATE TABLE other (a int, b int, c int)'
views elsewhere <<'E2'
SELECT format('CREATE TABLE other_%s (LIKE other)', i) FROM generate_series(1, 100) AS i
E2
views elsewhere <<'E2'
SELECT format('CREATE MATERIALIZED VIEW view_%s AS SELECT a, b FROM other_%s WHERE c = %s', i, 1 + i % 100, i)
FROM generate_series(1, 1000) AS i
E2

# 1,000 views of many kinds on one table; and on another, each of which can
# answer the query
sql with -d many <<'E2'
CREATE TABLE t (k int PRIMARY KEY, c1 int, c2 int, c3 int, c4 int, c5 int, c6 int, c7 int, c8 int);
INSERT INTO t SELECT i, i, i % 7, i % 11, i % 13, i % 17, i % 19, i % 23, i % 29 FROM generate_series(1, 10000) AS i;
CREATE TABLE u (LIKE t);
INSERT INTO u SELECT * FROM t;
E2
views many <<'E2'
SELECT format('CREATE MATERIALIZED VIEW rows_%s AS SELECT k, c1, c2, c3 FROM t WHERE c1 >= %s AND c1 < %s',
              i, 20 * i, 20 * i + 20) FROM generate_series(1, 500) AS i
UNION ALL
SELECT format('CREATE MATERIALIZED VIEW groups_%s AS SELECT c%s, c%s, count(*), sum(c4) FROM t WHERE c1 < %s GROUP BY 1, 2',
              i, 2 + i % 2, 5 + i % 3, i) FROM generate_series(501, 800) AS i
UNION ALL
SELECT format('CREATE MATERIALIZED VIEW totals_%s AS SELECT count(*), sum(c2), max(c3) FROM t WHERE c1 > %s',
              i, i) FROM generate_series(801, 1000) AS i
UNION ALL
SELECT format('CREATE MATERIALIZED VIEW all_%s AS SELECT k, c1, c2 FROM u WHERE c1 < %s',
              i, 2000 + i) FROM generate_series(1, 1000) AS i
E2

without() { one without plain 'SET work_mem = "4MB"' "$query"; }
with() { one with plain "$on" "$query"; }
elsewhere() { one with elsewhere "$on" "$query"; }
many_off() { one with many "$off" "$query"; }
many_on() { one with many "$on" "$query"; }

echo 'Planning of queries on tables without views, us:'
for query in "$point" "$group" "$join"; do
	echo "  $query"
	for server in with elsewhere; do
		alternate "$runs" "$work/times" without "$server" 'b - a'
		without=$(median <"$work/times.a")
		case $server in
			with)
				printf '  %-52s %10.1f\n' '  without the library' "$without"
				label='  with it: more'
				;;
			*) label='  with it, and 1,000 views on other tables: more' ;;
		esac
		target "$label" "$(median <"$work/times")" "x <= 3 || x <= 0.02 * $without"
	done
done

echo 'Planning of queries on a table with 1,000 views, us:'

# many SOURCE QUERY
many()
{
	query=$2
	alternate "$runs" "$work/times" many_off many_on 'b - a'
	# in a session that has not planned a query before
	first=$(sql with -d many -At -c "$on" -c "EXPLAIN (SUMMARY) $query" | sed -n 's/^Planning Time: \([0-9.]*\) ms/\1/p')
	echo "  $query"
	sql with -d many -At -c "$on" -c "EXPLAIN (COSTS OFF) $query" |
		sed -n "s/.* on \([a-z_0-9]*\).*/    reads \1, expected $1/p"
	printf '  %-52s %10.1f\n' '  rewriting off' "$(median <"$work/times.a")"
	printf '  %-52s %10.1f\n' '  first time in a session, in all' "$(calculate "1000 * $first")"
	target '  rewriting on: more' "$(median <"$work/times")" 'x <= 1000'
}
many rows_5 'SELECT k, c2 FROM t WHERE c1 >= 105 AND c1 < 115'
many groups_600 'SELECT c2, c5, count(*), sum(c4) FROM t WHERE c1 < 600 GROUP BY c2, c5'
many totals_900 'SELECT count(*), max(c3) FROM t WHERE c1 > 900'
many t 'SELECT c7, count(*) FROM t WHERE c8 = 3 GROUP BY c7'
many 'the smallest of all_*' 'SELECT k, c2 FROM u WHERE c1 < 100'

[ "$missed" -eq 0 ]
