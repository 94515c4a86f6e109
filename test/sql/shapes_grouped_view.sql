-- A view of groups, and queries of the same grain.
-- Were the code wrong, groups would be taken for rows, for other groups, or
-- would be missing.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA shapes_grouped_view;
SET search_path = shapes_grouped_view, public;
CREATE TABLE ev (k int, v int, w int, PRIMARY KEY (k));
INSERT INTO ev SELECT i, i % 7, i % 5 FROM generate_series(1, 200) i;
INSERT INTO ev VALUES (301, NULL, 3), (302, 4, NULL), (303, NULL, NULL);
CREATE MATERIALIZED VIEW mv AS
    SELECT v, w, count(*) AS n, sum(k) AS s, max(k) AS m FROM ev GROUP BY v, w;

-- 56, 57: keys in any order, outputs too; expressions
SELECT pg_temp.compare('SELECT sum(k), w, count(*), v FROM ev GROUP BY w, v');
SELECT pg_temp.compare('SELECT v FROM ev GROUP BY v, w');
SELECT pg_temp.compare('SELECT count(*) FROM ev GROUP BY w, v');
SELECT pg_temp.compare('SELECT v + w, sum(k) / count(*), -max(k), 5 FROM ev GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, w, min(k) FROM ev GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev GROUP BY v, w, v');

-- 62: ORDER BY and LIMIT at the same grain
SELECT pg_temp.compare_ordered('SELECT v, w, sum(k) FROM ev GROUP BY v, w ORDER BY sum(k) DESC, v, w LIMIT 5');
SELECT pg_temp.compare_ordered('SELECT sum(k) FROM ev GROUP BY w, v ORDER BY v NULLS FIRST, w + 1 OFFSET 2');
SELECT pg_temp.compare('SELECT DISTINCT v FROM ev GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, count(*) FROM ev GROUP BY v, w ORDER BY count(*) FETCH FIRST 1 ROW WITH TIES');

-- 60: conditions on keys may be added, others not
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE v > 3 GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE v + w = 4 OR v IS NULL GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE k > 100 GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE v > k GROUP BY v, w');

-- 58, 61: coarser grains, and finer ones
SELECT pg_temp.compare('SELECT v, sum(k) FROM ev GROUP BY v, w, k');
SELECT pg_temp.compare('SELECT v, w FROM ev');
SELECT pg_temp.compare('SELECT v, w FROM ev GROUP BY v + 1, w, v');

-- 63, 64: what is stored need not be grouped by
CREATE MATERIALIZED VIEW mv_expr AS SELECT v + w AS x, v, w, avg(k) FROM ev GROUP BY v, w;
SELECT pg_temp.compare('SELECT v + w, avg(k) FROM ev GROUP BY v + w');
CREATE MATERIALIZED VIEW mv_fd AS SELECT k, v, w, stddev(k) FROM ev GROUP BY k;
SELECT pg_temp.compare('SELECT v, stddev(k) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT k, v + w, stddev(k) FROM ev GROUP BY k');
SELECT pg_temp.compare('SELECT k, v + w, stddev(k) FROM ev WHERE v = 3 GROUP BY k');
DROP MATERIALIZED VIEW mv, mv_expr, mv_fd;

-- 59: the same condition in both, or a stricter one on the keys
CREATE MATERIALIZED VIEW mv AS SELECT v, w, count(*) AS n FROM ev WHERE v < 5 AND k > 10 GROUP BY v, w;
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE 10 < k AND v < 5 GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE v < 3 AND k > 10 GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE v IN (0, 2) AND k > 10 GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE v < 5 AND k > 11 GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE v < 5 GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE v < 6 AND k > 10 GROUP BY v, w');

DROP SCHEMA shapes_grouped_view CASCADE;
