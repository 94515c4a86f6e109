#!/bin/sh
# The seed's query on a large table: how much faster is it answered from the
# view, and how near does that come to the same query written by hand?
#
# usage: sh test/bench/seed.sh [ROWS]      (default 10000000)
#
# Planning and execution times are those of EXPLAIN ANALYZE, in microseconds,
# taken in turn in one session; latencies are pgbench's, of runs that
# alternate.  The same plan takes longer after a longer planning, which leaves
# the processor's caches and branch predictors in another state; so what
# execution takes is counted in instructions as well.
set -eu
. "$(dirname "$0")/measure.sh"
rows=${1:-10000000}
mode=enable_answer_query_using_materialized_views

base='SELECT sqrt(abs(abs(c2) - c1 - 1) + abs(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40 AND sqrt(abs(c2)) > 5.8'
hand='SELECT sqrt(mc4 + mc3) FROM mvt1 WHERE sqrt(mc3) > 5.8'

install_packages bench
private_directory 6000
build_and_install ''
bench_server seed "shared_preload_libraries = 'aqumv'"

on seed createdb seed
sql seed -d seed -v rows="$rows" <<'E2'
CREATE EXTENSION aqumv;
CREATE TABLE aqumv_t1 (c1 int, c2 int, c3 int);
INSERT INTO aqumv_t1 SELECT i, i + 1, i + 2 FROM generate_series(1, :rows) i;
CREATE MATERIALIZED VIEW mvt1 AS
    SELECT c1 AS mc1, c2 AS mc2, abs(c2) AS mc3, abs(abs(c2) - c1 - 1) AS mc4
    FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40;
VACUUM ANALYZE;

-- n plannings and executions of two queries, in turn, each with rewriting off
-- or on; the mean of the middle half of each
CREATE FUNCTION compare(query1 text, mode1 text, query2 text, mode2 text, n int,
        OUT planning1 float8, OUT execution1 float8, OUT planning2 float8, OUT execution2 float8)
LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    warm int := n / 10;
BEGIN
    CREATE TEMP TABLE times (which int, planning float8, execution float8);
    FOR i IN 1 .. n + warm LOOP
        FOR which IN 1 .. 2 LOOP
            PERFORM set_config('enable_answer_query_using_materialized_views',
                               CASE which WHEN 1 THEN mode1 ELSE mode2 END, false);
            EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, SUMMARY, FORMAT JSON) '
                    || CASE which WHEN 1 THEN query1 ELSE query2 END INTO plan;
            IF i > warm THEN
                INSERT INTO times VALUES (which, (plan->0->>'Planning Time')::float8 * 1000,
                                          (plan->0->>'Execution Time')::float8 * 1000);
            END IF;
        END LOOP;
    END LOOP;
    SELECT avg(planning) FILTER (WHERE which = 1 AND p IN (2, 3)),
           avg(execution) FILTER (WHERE which = 1 AND e IN (2, 3)),
           avg(planning) FILTER (WHERE which = 2 AND p IN (2, 3)),
           avg(execution) FILTER (WHERE which = 2 AND e IN (2, 3))
    INTO planning1, execution1, planning2, execution2
    FROM (SELECT *, ntile(4) OVER (PARTITION BY which ORDER BY planning) AS p,
                 ntile(4) OVER (PARTITION BY which ORDER BY execution) AS e
          FROM times) AS quarters;
    DROP TABLE times;
END $$;
E2
sql seed -d seed -At -c "SET $mode = on" -c "EXPLAIN (VERBOSE, COSTS OFF) $base"

# compare QUERY1 MODE1 QUERY2 MODE2 N: sets planning1, execution1, ...
compare()
{
	# shellcheck disable=SC2046 # four words
	set -- $(sql seed -d seed -At -F ' ' \
		-c "SELECT round(p1::numeric, 1), round(e1::numeric, 1), round(p2::numeric, 1), round(e2::numeric, 1)
			FROM compare('$1', '$2', '$3', '$4', $5) AS c (p1, e1, p2, e2)")
	planning1=$1 execution1=$2 planning2=$3 execution2=$4
}

echo "$base;" | as_user tee "$work/base.sql" >/dev/null
echo "$hand;" | as_user tee "$work/hand.sql" >/dev/null

# latency MODE PROTOCOL OPTION...: average latency of one pgbench run on
# processors $cpus, in ms
latency()
{
	latency_mode=$1
	latency_protocol=$2
	shift 2
	as_user env PGOPTIONS="-c $mode=$latency_mode" taskset -c "$cpus" "$(config bindir)/pgbench" -n -h "$work/seed" -U postgres \
		-M "$latency_protocol" "$@" seed 2>&1 | awk '/^tps = / { printf "%.4f\n", 1000 / $3 }'
}

echo "The seed's query on $rows rows, from the view and from the table:"
compare "$base" off "$base" on 5
target 'execution: times as fast as the base scan' "$(calculate "$execution1 / $execution2")" 'x >= 1000'
cpus=0-$(($(nproc) - 1))
alternate 5 "$work/latency" "latency off simple -t 3 -f $work/base.sql" \
	"latency on simple -t 2000 -f $work/base.sql" 'a / b'
target "in all: times as fast ($(median <"$work/latency.a") ms, $(median <"$work/latency.b") ms)" \
	"$(median <"$work/latency")" 'x >= 1000'

echo 'The same, against the query written by hand on the view:'
for _ in 1 2 3 4 5 6 7; do
	compare "$hand" off "$base" on 3000
	calculate "$execution2 / $execution1" >>"$work/execution"
	calculate "$planning2 - $planning1" >>"$work/planning"
done
target "execution: ratio (last: $execution2 us, by hand $execution1 us)" "$(median <"$work/execution")" 'x <= 1.05'
target "planning: us more (last: $planning2, by hand $planning1)" "$(median <"$work/planning")" 'x <= 150'
cpus=0
pin seed "$cpus"
alternate 15 "$work/latency" "latency off prepared -T 1 -f $work/hand.sql" \
	"latency on prepared -T 1 -f $work/base.sql" 'b / a'
target "prepared, in all: ratio ($(median <"$work/latency.b") ms, by hand $(median <"$work/latency.a") ms)" \
	"$(median <"$work/latency")" 'x <= 1.05'

# instructions QUERY MODE: what 400 executions take, in a server of one process
instructions()
{
	{
		echo "SET $mode = $2"
		for _ in $(seq 400); do echo "$1"; done
	} | as_user valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=aqumv_ExecutorStart \
		--toggle-collect=standard_ExecutorRun --toggle-collect=standard_ExecutorFinish \
		--toggle-collect=standard_ExecutorEnd \
		"$(config bindir)/postgres" --single -D "$work/seed/data" seed 2>&1 >/dev/null | sed -n 's/.*Collected : //p'
}

on seed pg_ctl -s -w -D "$work/seed/data" -m fast stop
by_hand=$(instructions "$hand" off)
by_aqumv=$(instructions "$base" on)
target "execution: ratio of instructions ($by_aqumv, $by_hand)" "$(calculate "$by_aqumv / $by_hand")" 'x <= 1.05'

[ "$missed" -eq 0 ]
