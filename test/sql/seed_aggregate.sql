-- The aggregate examples of the seed "Use Automatic Materialized Views": plain
-- aggregates, HAVING and LIMIT, with the plans as printed there (less the
-- Motion nodes).
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE SCHEMA aqumv_seed;
SET search_path = aqumv_seed, public;
RESET aqumv.rewrite_mode;
CREATE TABLE t (c1 int, c2 int, c3 int, c4 int);
INSERT INTO t SELECT i, i+1, i+2, i+3 FROM generate_series(1, 10000) i;
ANALYZE t;
CREATE MATERIALIZED VIEW mv AS
SELECT sum(c1) AS mc1, count(c2) AS mc2,
       avg(c3) AS mc3, count(*) AS mc4
FROM t
WHERE c1 > 90;
SET enable_answer_query_using_materialized_views = ON;

EXPLAIN (VERBOSE, COSTS OFF)
SELECT count(*), sum(c1), count(c2), avg(c3), abs(count(*) - 21)
FROM t
WHERE c1 > 90;

EXPLAIN (VERBOSE, COSTS OFF)
SELECT count(*), sum(c1)
FROM t
WHERE c1 > 90
HAVING abs(count(*) - 21) > 0 AND 2 > 1 AND avg(c3) > 97;

EXPLAIN (VERBOSE, COSTS OFF)
SELECT count(*), sum(c1)
FROM t
WHERE c1 > 90
LIMIT 2;

SELECT count(*), sum(c1), count(c2), avg(c3), abs(count(*) - 21) FROM t WHERE c1 > 90;
RESET enable_answer_query_using_materialized_views;
SELECT count(*), sum(c1), count(c2), avg(c3), abs(count(*) - 21) FROM t WHERE c1 > 90;

\pset tuples_only on
\pset format unaligned
SELECT pg_temp.compare('SELECT count(*), sum(c1), count(c2), avg(c3), abs(count(*) - 21) FROM t WHERE c1 > 90');
SELECT pg_temp.compare('SELECT count(*), sum(c1) FROM t WHERE c1 > 90 HAVING abs(count(*) - 21) > 0 AND 2 > 1 AND avg(c3) > 97');
SELECT pg_temp.compare('SELECT count(*), sum(c1) FROM t WHERE c1 > 90 LIMIT 2');
SELECT pg_temp.compare_ordered('SELECT count(*), sum(c1) FROM t WHERE c1 > 90 ORDER BY 1, avg(c3)');
DROP SCHEMA aqumv_seed CASCADE;
