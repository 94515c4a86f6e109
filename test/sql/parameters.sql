-- Parameters are constants under custom plans, and remain parameters
-- under generic ones.  Were the code wrong, a plan made for one value would be
-- used with another that the view does not cover.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA parameters;
SET search_path = parameters, public;
CREATE TABLE ev (k int, v int);
INSERT INTO ev SELECT i, i % 7 FROM generate_series(1, 60) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v, abs(v) AS av FROM ev WHERE k > 30;
SET enable_answer_query_using_materialized_views = on;

SET plan_cache_mode = force_custom_plan;
PREPARE one(int) AS SELECT v FROM ev WHERE k = $1;
EXPLAIN (COSTS OFF) EXECUTE one(40);
EXPLAIN (COSTS OFF) EXECUTE one(20);
EXECUTE one(40);
EXECUTE one(20);
EXECUTE one(NULL);
PREPARE between_(int, int) AS SELECT k, $1 + v FROM ev WHERE k BETWEEN $1 AND $2 ORDER BY k;
EXPLAIN (COSTS OFF) EXECUTE between_(40, 42);
EXECUTE between_(40, 42);
EXPLAIN (COSTS OFF) EXECUTE between_(30, 32);
EXECUTE between_(30, 32);
PREPARE in_(int[]) AS SELECT k FROM ev WHERE k = ANY ($1) ORDER BY k;
EXPLAIN (COSTS OFF) EXECUTE in_('{41, 45}');
EXECUTE in_('{41, 45}');
EXPLAIN (COSTS OFF) EXECUTE in_('{41, 5}');
EXECUTE in_('{41, 5}');
PREPARE limit_(int) AS SELECT k FROM ev WHERE k > 30 ORDER BY k LIMIT $1 OFFSET $1;
EXECUTE limit_(2);

-- generic: only what holds for any value
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE one(40);
EXECUTE one(20);
PREPARE filter(int, int) AS SELECT k, abs(v) + $1 FROM ev WHERE k > 30 AND abs(v) = $2 ORDER BY k;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE filter(100, 5);
EXECUTE filter(100, 5);
EXECUTE filter(NULL, 4);
PREPARE agg(int) AS SELECT count(*), sum(v * $1) FROM ev WHERE k > 30 HAVING count(*) > $1;
EXECUTE agg(2);
EXECUTE agg(200);

-- and why
SELECT reason_code, reason FROM aqumv.explain_rewrite('SELECT v FROM ev WHERE k = $1');
CREATE TABLE times (ts timestamp, v int);
INSERT INTO times SELECT timestamp '2024-01-01' + i * interval '5 hours', i FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW days AS SELECT date_trunc('day', ts) AS day, sum(v) AS s FROM times GROUP BY 1;
PREPARE since(timestamp) AS SELECT sum(v) FROM times WHERE ts >= $1;
EXECUTE since('2024-01-05');
EXPLAIN (COSTS OFF) EXECUTE since('2024-01-05');
SELECT reason_code, reason FROM aqumv.explain_rewrite('SELECT sum(v) FROM times WHERE ts >= $1');
SET plan_cache_mode = force_custom_plan;
EXECUTE since('2024-01-05');
EXPLAIN (COSTS OFF) EXECUTE since('2024-01-05');
EXECUTE since('2024-01-05 12:00');
EXPLAIN (COSTS OFF) EXECUTE since('2024-01-05 12:00');

-- the usual five custom plans, then the choice is the plan cache's
RESET plan_cache_mode;
PREPARE auto(int) AS SELECT count(*) FROM ev WHERE k >= $1;
EXECUTE auto(31);
EXECUTE auto(1);
EXECUTE auto(31);
EXECUTE auto(59);
EXECUTE auto(2);
EXECUTE auto(31);
EXECUTE auto(1);
EXECUTE auto(60);

-- PL/pgSQL variables are parameters
CREATE FUNCTION many(lo int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    SELECT count(*) INTO n FROM ev WHERE k >= lo;
    RETURN n;
END $$;
SELECT lo, many(lo) FROM unnest('{31,1,40,2,50,3,60,4,31}'::int[]) AS lo;
DEALLOCATE ALL;
DROP SCHEMA parameters CASCADE;
