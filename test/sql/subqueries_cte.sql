-- Subqueries in expressions and WITH around a query over one table: they stay as
-- they are, but for the table's columns in them.  Were the code wrong, a
-- subquery would refer to other columns, or to rows that it must not see.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA subqueries_cte;
SET search_path = subqueries_cte, public;
CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i, i % 7, i % 5 FROM generate_series(1, 100) i;
CREATE TABLE other AS SELECT i AS x FROM generate_series(2, 4) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v, abs(w) AS aw FROM ev WHERE k > 30;

SELECT pg_temp.compare('SELECT k, (SELECT max(x) FROM other) FROM ev WHERE k > 30');
SELECT pg_temp.compare('SELECT k, (SELECT max(w) FROM ev) FROM ev WHERE k > 30');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 30 AND v IN (SELECT x FROM other)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 30 AND abs(w) NOT IN (SELECT x FROM other)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 30 AND k > (SELECT avg(k) FROM ev)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 30 AND EXISTS (SELECT FROM other WHERE x > 3)');
SELECT pg_temp.compare('SELECT k, v = ANY (SELECT x FROM other), ARRAY(SELECT x FROM other ORDER BY x) FROM ev WHERE k > 30');
SELECT pg_temp.compare('SELECT v, count(*) FROM ev WHERE k > 30 GROUP BY v HAVING count(*) > (SELECT min(x) + 6 FROM other)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 30 ORDER BY k LIMIT (SELECT count(*) FROM other)');
SELECT pg_temp.compare('WITH c AS (SELECT max(x) AS m FROM other) SELECT k FROM ev WHERE k > 30 AND v > (SELECT m FROM c)');
SELECT pg_temp.compare('WITH c AS MATERIALIZED (SELECT count(*) AS m FROM ev) SELECT k, (SELECT m FROM c) FROM ev WHERE k > 30');
SELECT pg_temp.compare('WITH ev AS (SELECT x AS k FROM other) SELECT k FROM ev WHERE k > 3');

-- those that refer to the table's columns
SELECT pg_temp.compare('SELECT k, (SELECT count(*) FROM other WHERE x > v) FROM ev WHERE k > 30');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 30 AND EXISTS (SELECT FROM other WHERE x = ev.v)');
SELECT pg_temp.compare('SELECT k, (SELECT (SELECT max(x) FROM other o WHERE o.x < v) FROM other LIMIT 1) FROM ev WHERE k > 30');
SELECT pg_temp.compare('SELECT v, (SELECT sum(ev.k)) FROM ev WHERE k > 30 GROUP BY v');
DROP MATERIALIZED VIEW mv;

-- over groups and totals
CREATE MATERIALIZED VIEW mv AS SELECT v, count(*) AS n FROM ev GROUP BY v;
CREATE MATERIALIZED VIEW mv_all AS SELECT count(*) AS n FROM ev;
SELECT pg_temp.compare('SELECT v, count(*), (SELECT count(*) FROM ev) FROM ev WHERE v IN (SELECT x FROM other) GROUP BY v');
SELECT pg_temp.compare('SELECT v, count(*) FROM ev GROUP BY v HAVING count(*) >= (SELECT avg(x) + 10 FROM other)');
SELECT pg_temp.compare('SELECT count(*), (SELECT count(*) FROM other) FROM ev');
SELECT pg_temp.compare('SELECT count(*) FROM ev HAVING count(*) > ALL (SELECT x FROM other)');
SELECT pg_temp.compare('SELECT v, (SELECT max(x) FROM other WHERE x < v) FROM ev GROUP BY v');

-- in a view they cannot be followed
CREATE MATERIALIZED VIEW mv_sub AS SELECT k, w, (SELECT max(x) FROM other) AS m FROM ev;
SELECT pg_temp.compare('SELECT k, w FROM ev');
CREATE MATERIALIZED VIEW mv_cte AS WITH c AS (SELECT 1 AS x) SELECT k, w FROM ev;
SELECT pg_temp.compare('SELECT k, w FROM ev');
DROP SCHEMA subqueries_cte CASCADE;
