#!/bin/sh
# Real flights, asked coarser questions than the view: by month from a view by
# day and airport, alone, through a join with airports, and through a CTE.  And
# how long is a statement planned that has ten blocks which views could answer?
#
# usage: sh test/bench/rollup.sh [FLIGHTS.csv.gz]      (default: the sample in test/data)
#
# Times are those of EXPLAIN (ANALYZE), planning and execution, with rewriting off
# and on in turn in one session; each figure is the median of 15 ratios.
set -eu
. "$(dirname "$0")/measure.sh"
flights=${1:-$top/test/data/flights_sample.csv.gz}

install_packages run
private_directory 6000
build_and_install ''
bench_server flights "shared_preload_libraries = 'aqumv'"

on flights createdb flights
gzip -dc "$flights" >"$work/flights.csv"
gzip -dc "$top/test/data/airports.csv.gz" >"$work/airports.csv"
chmod a+r "$work/flights.csv" "$work/airports.csv"
sql flights -d flights <<E2
CREATE EXTENSION aqumv;
CREATE TABLE flights (departed timestamp, delay int, distance int, origin text, destination text);
COPY flights FROM '$work/flights.csv' (FORMAT csv, HEADER);
CREATE TABLE airports (iata text PRIMARY KEY, name text, city text, state text, country text, latitude float8, longitude float8);
COPY airports FROM '$work/airports.csv' (FORMAT csv, HEADER);
CREATE MATERIALIZED VIEW daily AS
    SELECT date_trunc('day', departed) AS day, origin, count(*) AS flights, count(delay) AS delays, sum(delay) AS delay, max(distance) AS far
    FROM flights GROUP BY 1, 2;
VACUUM ANALYZE;

-- the median, over n rounds, of what the figure of a query with rewriting on is
-- to the same with rewriting off; and the relations that it reads
CREATE FUNCTION ratio(query text, figures text[], n int, OUT ratio float8, OUT off float8, OUT "on" float8, OUT sources text)
LANGUAGE plpgsql AS \$\$
DECLARE
    plan json;
    times float8[];
    warm int := 2;
BEGIN
    CREATE TEMP TABLE pairs (off float8, "on" float8);
    FOR i IN 1 .. n + warm LOOP
        times := '{}';
        FOR which IN 1 .. 2 LOOP
            PERFORM set_config('enable_answer_query_using_materialized_views', (which = 2)::text, false);
            EXECUTE 'EXPLAIN (' || CASE WHEN 'Execution Time' = ANY (figures) THEN 'ANALYZE, TIMING OFF, BUFFERS OFF, ' ELSE '' END
                || 'SUMMARY, FORMAT JSON) ' || query INTO plan;
            times := times || (SELECT sum((plan->0->>f)::float8) FROM unnest(figures) AS f);
        END LOOP;
        IF i > warm THEN
            INSERT INTO pairs VALUES (times[1], times[2]);
        END IF;
    END LOOP;
    SELECT string_agg(DISTINCT x #>> '{}', ', ') INTO sources FROM jsonb_path_query(plan::jsonb, '\$.**."Relation Name"') AS x;
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY pairs."on" / pairs.off), percentile_cont(0.5) WITHIN GROUP (ORDER BY pairs.off),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY pairs."on")
    INTO ratio, off, "on" FROM pairs;
    DROP TABLE pairs;
END \$\$;
E2

# set_ratio QUERY FIGURES: sets ratio, off, on (ms) and sources
set_ratio()
{
	# shellcheck disable=SC2046 # four words
	set -- $(sql flights -d flights -At -F ' ' -c "SELECT round(ratio::numeric, 5), round(off::numeric, 3), round(\"on\"::numeric, 3), replace(sources, ' ', '')
		FROM ratio(\$q\$$1\$q\$, '$2', 15)")
	ratio=$1 off=$2 on=$3 sources=$4
}

echo "Flights by month, of $(sql flights -d flights -At -c 'SELECT count(*) FROM flights') flights: times as fast as from the table, in all"
all='{Planning Time,Execution Time}'
set_ratio "SELECT date_trunc('month', departed), count(*), avg(delay), max(distance) FROM flights GROUP BY 1" "$all"
target "by month ($off ms, $on ms, from $sources)" "$(calculate "1 / $ratio")" 'x >= 5'
set_ratio "SELECT a.state, date_trunc('month', f.departed), count(*), avg(f.delay) FROM flights f JOIN airports a ON a.iata = f.origin GROUP BY 1, 2" "$all"
target "by state and month, joined ($off ms, $on ms, from $sources)" "$(calculate "1 / $ratio")" 'x >= 5'
set_ratio "SELECT a.city, f.origin, date_trunc('month', f.departed), count(*), avg(f.delay) FROM flights f JOIN airports a ON a.iata = f.origin GROUP BY 1, 2, 3" "$all"
target "by airport and month, joined ($off ms, $on ms, from $sources)" "$(calculate "1 / $ratio")" 'x >= 5'
set_ratio "WITH m AS (SELECT origin, date_trunc('month', departed) AS month, count(*) AS n, avg(delay) AS delay FROM flights GROUP BY 1, 2)
	SELECT a.city, m.* FROM m JOIN airports a ON a.iata = m.origin WHERE m.month >= '2001-03-01'" "$all"
target "by airport and month, through a CTE ($off ms, $on ms, from $sources)" "$(calculate "1 / $ratio")" 'x >= 5'

echo 'Planning of a statement with ten blocks that the view could answer: times as long as with rewriting off'
block="SELECT date_trunc('month', departed) AS month, count(*) AS n FROM flights WHERE origin"
ten="SELECT month, sum(n) FROM (
	$block = 'ATL' GROUP BY 1 UNION ALL $block = 'ORD' GROUP BY 1 UNION ALL $block = 'LAX' GROUP BY 1
	UNION ALL $block = 'DFW' GROUP BY 1 UNION ALL $block = 'PHX' GROUP BY 1 UNION ALL $block = 'SFO' GROUP BY 1
	UNION ALL $block = 'SEA' GROUP BY 1 UNION ALL $block = 'DEN' GROUP BY 1 UNION ALL $block = 'LAS' GROUP BY 1
	UNION ALL $block = 'MIA' GROUP BY 1) AS s GROUP BY month"
set_ratio "$ten" '{Planning Time}'
target "ten arms of UNION ALL ($off ms, $on ms, from $sources)" "$ratio" 'x <= 1.6'
ten="WITH a AS ($block = 'ATL' GROUP BY 1), b AS MATERIALIZED ($block = 'ORD' GROUP BY 1), c AS ($block = 'LAX' GROUP BY 1)
	SELECT month, (SELECT count(*) FROM flights f WHERE f.origin = 'DFW' AND date_trunc('month', f.departed) = a.month), c.n
	FROM a JOIN b USING (month) JOIN c USING (month) JOIN ($block = 'PHX' GROUP BY 1) AS d USING (month)
	JOIN ($block = 'SFO' GROUP BY 1) AS e USING (month)
	WHERE month IN (SELECT month FROM ($block = 'SEA' GROUP BY 1) AS s) AND EXISTS ($block = 'DEN' GROUP BY 1)
	AND a.n > ALL (SELECT n FROM ($block = 'XXX' GROUP BY 1) AS s) AND b.n > (SELECT min(n) FROM ($block = 'MIA' GROUP BY 1) AS s)"
set_ratio "$ten" '{Planning Time}'
target "CTEs, joins, sublinks ($off ms, $on ms, from $sources)" "$ratio" 'x <= 1.6'

[ "$missed" -eq 0 ]
