-- ORDER BY, DISTINCT and LIMIT over a view of plain rows.
-- Were the code wrong, rows would come in another order, or others of them.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA shapes_order_limit;
SET search_path = shapes_order_limit, public;
CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i, i % 7, i % 5 FROM generate_series(1, 200) i;
INSERT INTO ev VALUES (NULL, 1, 2), (202, NULL, 3), (203, 4, NULL);
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE k > 90;

-- 41-44
SELECT pg_temp.compare_ordered('SELECT v, w FROM ev WHERE k > 90 ORDER BY k');
SELECT pg_temp.compare_ordered('SELECT v, w FROM ev WHERE k > 90 ORDER BY abs(w - v) DESC NULLS LAST, -k');
SELECT pg_temp.compare_ordered('SELECT v, k FROM ev WHERE k > 90 ORDER BY 1 DESC, 2');
SELECT pg_temp.compare_ordered('SELECT v, sum(k) AS s FROM ev WHERE k > 90 GROUP BY v ORDER BY s DESC, v');
SELECT pg_temp.compare_ordered('SELECT v FROM ev WHERE k > 90 GROUP BY v ORDER BY count(*), v NULLS FIRST');
SELECT pg_temp.compare_ordered('SELECT k FROM ev WHERE k > 90 ORDER BY k USING >');

-- 45, 47
SELECT pg_temp.compare('SELECT DISTINCT v FROM ev WHERE k > 90');
SELECT pg_temp.compare_ordered('SELECT DISTINCT v, w FROM ev WHERE k > 90 ORDER BY w DESC, v');
SELECT pg_temp.compare('SELECT DISTINCT count(*) FROM ev WHERE k > 90 GROUP BY v');
SELECT pg_temp.compare_ordered('SELECT DISTINCT ON (k - 1) k, v FROM ev WHERE k > 90 ORDER BY k - 1 NULLS FIRST, v');
SELECT pg_temp.compare_ordered('SELECT DISTINCT ON (v) v, k, w FROM ev WHERE k > 90 ORDER BY v NULLS FIRST, k DESC');

-- 48
SELECT pg_temp.compare_ordered('SELECT k FROM ev WHERE k > 90 ORDER BY k LIMIT 5');
SELECT pg_temp.compare_ordered('SELECT k FROM ev WHERE k > 90 ORDER BY k OFFSET 100');
SELECT pg_temp.compare_ordered('SELECT k FROM ev WHERE k > 90 ORDER BY k DESC LIMIT 3 OFFSET 2');
SELECT pg_temp.compare_ordered('SELECT k FROM ev WHERE k > 90 ORDER BY k FETCH FIRST ROW ONLY');
SELECT pg_temp.compare('SELECT v FROM ev WHERE k > 90 ORDER BY v FETCH FIRST 3 ROWS WITH TIES');
SELECT pg_temp.compare('SELECT v, count(*) FROM ev WHERE k > 90 GROUP BY v ORDER BY count(*) DESC FETCH FIRST 1 ROW WITH TIES');
SELECT pg_temp.compare_ordered('SELECT k FROM ev WHERE k > 90 ORDER BY k LIMIT (SELECT 2 + 2)');
SELECT pg_temp.compare_ordered('SELECT k FROM ev WHERE k > 90 ORDER BY k LIMIT NULL OFFSET NULL');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 90 LIMIT ALL');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 90 LIMIT 0');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 90 LIMIT -1');

DROP SCHEMA shapes_order_limit CASCADE;
