-- GROUP BY, grouping sets and HAVING over a view of plain rows.
-- Were the code wrong, groups would be missing, doubled or misplaced.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA shapes_grouping;
SET search_path = shapes_grouping, public;
CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i, i % 7, i % 5 FROM generate_series(1, 200) i;
INSERT INTO ev VALUES (NULL, 1, 2), (92, NULL, 3), (93, 4, NULL), (94, NULL, NULL);
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE k > 90;

-- 31-35
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE k > 90 GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, w, sum(k) FROM ev WHERE k > 90 GROUP BY GROUPING SETS ((v), (w), ())');
SELECT pg_temp.compare('SELECT v, w, avg(k), grouping(v, w) FROM ev WHERE k > 90 GROUP BY ROLLUP (v, w)');
SELECT pg_temp.compare('SELECT v, w, count(k), grouping(w) FROM ev WHERE k > 90 GROUP BY CUBE (v, w)');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE k > 90 GROUP BY DISTINCT ROLLUP (v, w), ROLLUP (v)');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev WHERE k > 90 GROUP BY ROLLUP (v, w), ROLLUP (v)');
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE k > 90 GROUP BY ()');
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE k > 9000 GROUP BY GROUPING SETS ((), ())');
SELECT pg_temp.compare('SELECT v + w, k % 3, sum(k) FROM ev WHERE k > 90 GROUP BY v + w, 2');
SELECT pg_temp.compare($$SELECT 'x' AS c, count(*) FROM ev WHERE k > 9000 GROUP BY c$$);

-- 36, 38, 39: HAVING on a key is a filter; what the view implies, or is true,
-- vanishes
SELECT pg_temp.compare('SELECT v, count(*) FROM ev WHERE k > 90 GROUP BY v HAVING v > 3');
SELECT pg_temp.compare('SELECT k, count(*) FROM ev WHERE k > 90 GROUP BY k HAVING k > 90');
SELECT pg_temp.compare('SELECT k, count(*) FROM ev WHERE k > 90 GROUP BY k HAVING 2 > 1');
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE k > 90 HAVING 2 > 1');
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE k > 90 HAVING 2 < 1');
-- 37
SELECT pg_temp.compare('SELECT v FROM ev WHERE k > 90 GROUP BY v HAVING count(*) > 15 AND sum(w) > 30');
SELECT pg_temp.compare('SELECT v, w FROM ev WHERE k > 90 GROUP BY ROLLUP (v, w) HAVING count(*) > 4 OR w IS NULL');

DROP SCHEMA shapes_grouping CASCADE;
