-- Aggregates of a query over a view of plain rows.
-- Were the code wrong, an aggregate would be computed from the wrong rows, or
-- over a column that the view does not have.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA shapes_aggregates;
SET search_path = shapes_aggregates, public;
CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i, i % 7, i % 5 FROM generate_series(1, 200) i;
INSERT INTO ev VALUES (NULL, 1, 2), (92, NULL, 3), (93, 4, NULL), (90, 1, 1);
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE k > 90;

-- 25-30
SELECT pg_temp.compare('SELECT count(k), sum(v), avg(w) FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT count(v) + 1 FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT sum(v) FILTER (WHERE w > 2), count(*) FILTER (WHERE v IS NULL) FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT max(v), min(w), stddev(k), variance(v), stddev_pop(w) FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE k > 95 AND w < 3');
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE k > 1000');
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE k > 80');
-- 46
SELECT pg_temp.compare('SELECT count(DISTINCT v), sum(DISTINCT w), avg(DISTINCT v) FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT array_agg(DISTINCT v ORDER BY v DESC) FROM ev WHERE k > 90');
-- 37
SELECT pg_temp.compare('SELECT v, count(*) FROM ev WHERE k > 90 GROUP BY v HAVING count(*) > 15');
DROP MATERIALIZED VIEW mv;

-- 30, 40: fewer columns than the table
CREATE MATERIALIZED VIEW mv AS SELECT v, k FROM ev WHERE k > 95;
SELECT pg_temp.compare('SELECT count(v) FROM ev WHERE k > 95');
SELECT pg_temp.compare('SELECT v, count(*) FROM ev WHERE k > 95 GROUP BY v HAVING sum(w) > 40');
SELECT pg_temp.compare('SELECT sum(v) FILTER (WHERE w > 2) FROM ev WHERE k > 95');
SELECT pg_temp.compare('SELECT array_agg(v ORDER BY w) FROM ev WHERE k > 95');
CREATE MATERIALIZED VIEW mv_wide AS SELECT * FROM ev WHERE k > 90;
SELECT pg_temp.compare('SELECT v, count(*) FROM ev WHERE k > 95 GROUP BY v HAVING sum(w) > 40');

DROP SCHEMA shapes_aggregates CASCADE;
