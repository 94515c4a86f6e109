-- A view that holds the aggregates of all rows.
-- Were the code wrong, aggregates of other rows would be shown, or a row where
-- there is none.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA shapes_ungrouped_view;
SET search_path = shapes_ungrouped_view, public;
CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i, i % 7, i % 5 FROM generate_series(1, 200) i;
INSERT INTO ev VALUES (NULL, 1, 2), (92, NULL, 3), (93, 4, NULL);
CREATE MATERIALIZED VIEW mv AS
    SELECT sum(k) AS s, count(v) AS c, avg(w) AS a, count(*) AS n FROM ev WHERE k > 90;

-- 49: any of them, in any order, and expressions
SELECT pg_temp.compare('SELECT sum(k), count(v), avg(w), count(*) FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT count(*), sum(k) FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT abs(count(*) - 21), avg(w) * 2, count(*), sum(k) / count(v) FROM ev WHERE 90 < k');
SELECT pg_temp.compare('SELECT 1 AS one, count(*) + 0 FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT max(k) FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT count(*), count(w) FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT count(v) FILTER (WHERE w > 1) FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT count(DISTINCT v) FROM ev WHERE k > 90');

-- 50: HAVING
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 90 HAVING count(*) > 3 AND avg(w) > 1');
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 90 HAVING count(*) > 3000');
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 90 HAVING 2 > 1 AND abs(count(*) - 21) > 0');
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 90 HAVING max(v) > 1');
SELECT pg_temp.compare('SELECT 7 FROM ev WHERE k > 90 HAVING count(*) > 3');
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 90 HAVING NULL');

-- 51
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 90 LIMIT 2');
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 90 LIMIT 1 OFFSET 1');
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 90 LIMIT ALL');
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 90 LIMIT 0');
SELECT pg_temp.compare('SELECT sum(k), count(*) FROM ev WHERE k > 90 ORDER BY 2, avg(w) LIMIT (SELECT 1)');
SELECT pg_temp.compare('SELECT DISTINCT count(*) FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT sum(k), generate_series(1, count(*) / 50) FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT sum(sum(k)) OVER (), rank() OVER (ORDER BY count(*)) FROM ev WHERE k > 90');

-- 54, 55: other rows; no aggregate; groups
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 90 AND v > 1');
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 91');
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 89');
SELECT pg_temp.compare('SELECT sum(k) FROM ev');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 90');
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE k > 90 AND now() < $$2000-01-01$$');
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE k > 90 AND (SELECT count(*) > 999 FROM ev)');
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 90 GROUP BY v');
SELECT pg_temp.compare('SELECT sum(k) FROM ev WHERE k > 90 GROUP BY ()');
DROP MATERIALIZED VIEW mv;

-- 52: ORDER BY in the view
CREATE MATERIALIZED VIEW mv AS SELECT sum(k) AS s, count(*) FROM ev WHERE k > 90 ORDER BY avg(v), s;
SELECT pg_temp.compare('SELECT count(*), sum(k) FROM ev WHERE k > 90');

-- 53: after TRUNCATE in the same transaction
BEGIN;
TRUNCATE ev;
SELECT pg_temp.compare('SELECT count(*), sum(k) FROM ev WHERE k > 90');
SET LOCAL enable_answer_query_using_materialized_views = on;
SELECT count(*), sum(k) IS NULL FROM ev WHERE k > 90;
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.compare('SELECT count(*), sum(k) FROM ev WHERE k > 90');
ROLLBACK;
SELECT pg_temp.compare('SELECT count(*), sum(k) FROM ev WHERE k > 90');

-- a view with HAVING has a row or none
DROP MATERIALIZED VIEW mv;
CREATE MATERIALIZED VIEW mv AS SELECT sum(k) AS s, count(*) AS n FROM ev HAVING count(*) > 1000;
SELECT pg_temp.compare('SELECT sum(k) FROM ev');
SELECT pg_temp.compare('SELECT sum(k) FROM ev HAVING count(*) > 1000');
SELECT pg_temp.compare('SELECT sum(k) FROM ev HAVING count(*) > 2000');
SELECT pg_temp.compare('SELECT sum(k) FROM ev HAVING count(*) > 10');

DROP SCHEMA shapes_ungrouped_view CASCADE;
