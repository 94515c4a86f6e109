-- A view of some rows and columns of a table.
-- Were the code wrong, a query would read a view that lacks rows or columns of
-- it, or would not find a view that has them all.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA shapes_projection;
SET search_path = shapes_projection, public;
CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i % 60, i % 7, i % 5 FROM generate_series(1, 300) i;
INSERT INTO ev VALUES (NULL, 1, 2), (2, NULL, NULL), (50, 4, NULL);

-- 1-3: the same rows; any of the columns, in any order; the filter is dropped
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE k = 2;
SELECT pg_temp.compare('SELECT * FROM ev WHERE k = 2');
SELECT pg_temp.compare('SELECT v FROM ev WHERE k = 2');
SELECT pg_temp.compare('SELECT w, k, v FROM ev WHERE k = 2');
SET enable_answer_query_using_materialized_views = on;
EXPLAIN (COSTS OFF) SELECT w FROM ev WHERE k = 2;
RESET enable_answer_query_using_materialized_views;
DROP MATERIALIZED VIEW mv;

-- 4: columns renamed and twice, in view and query
CREATE MATERIALIZED VIEW mv AS SELECT v AS a, k AS b, v AS c, w FROM ev WHERE k = 2;
SELECT pg_temp.compare('SELECT w AS x, v AS y, v AS z, w FROM ev AS t WHERE t.k = 2');
SELECT pg_temp.compare('SELECT t.a, t.c FROM ev AS t(a, b, c) WHERE t.a = 2');
DROP MATERIALIZED VIEW mv;

-- 5: not before it is filled
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WITH NO DATA;
SELECT pg_temp.compare('SELECT k FROM ev');
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.compare('SELECT k FROM ev');
DROP MATERIALIZED VIEW mv;

-- 6-9: columns missing, conjuncts swapped, filters added
CREATE MATERIALIZED VIEW mv AS SELECT v, k FROM ev WHERE k > 1 AND k < 5;
SELECT pg_temp.compare('SELECT w FROM ev WHERE k > 1 AND k < 5');
SELECT pg_temp.compare('SELECT v, k FROM ev WHERE k < 5 AND k > 1');
SELECT pg_temp.compare('SELECT v, k FROM ev WHERE k < 5 AND k > 1 AND v = 4');
SELECT pg_temp.compare('SELECT v, k FROM ev WHERE k < 5 AND k > 1 AND w > 1');
DROP MATERIALIZED VIEW mv;

-- 10, 11, 14: a narrower range, none, and one written the other way round
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE k > 30;
SELECT pg_temp.compare('SELECT * FROM ev WHERE k > 40');
SELECT pg_temp.compare('SELECT * FROM ev WHERE 30 < k');
SELECT pg_temp.compare('SELECT * FROM ev');
SELECT pg_temp.compare('SELECT * FROM ev WHERE k > 29');
DROP MATERIALIZED VIEW mv;

-- 12: no condition in the view
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM ev;
SELECT pg_temp.compare('SELECT v FROM ev WHERE k > 3 AND (v + k) % 2 = 0');
SELECT pg_temp.compare('SELECT v FROM ev WHERE k IS NULL OR v IS NULL');
SELECT pg_temp.compare('SELECT v FROM ev WHERE k > 3 AND w = 1');
SELECT pg_temp.compare('SELECT 1 FROM ev WHERE k > 3');
DROP MATERIALIZED VIEW mv;

-- 13: a condition more in the view
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE k = 1 AND v = 2;
SELECT pg_temp.compare('SELECT * FROM ev WHERE k = 1');
SELECT pg_temp.compare('SELECT * FROM ev WHERE k = 1 AND v = 3');
SELECT pg_temp.compare('SELECT * FROM ev WHERE v = 2 AND k = 1');

DROP SCHEMA shapes_projection CASCADE;
