-- Grouping sets over a view of plain rows: keys that are NULL because their set
-- lacks them, constants and expressions as keys, and HAVING, which must not be
-- checked before the rows are grouped.  Were the code wrong, rows of some sets
-- would be missing, or show values for NULLs.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA match_grouping_sets;
SET search_path = match_grouping_sets, public;
CREATE TABLE ev (k int, v int, w int NOT NULL);
INSERT INTO ev SELECT i, i % 4, i % 3 FROM generate_series(1, 40) i;
INSERT INTO ev VALUES (41, NULL, 2), (NULL, 3, 1);
CREATE MATERIALIZED VIEW mv AS SELECT v, w, v + w AS x, v IS NULL AS nil, k FROM ev;

-- HAVING on what is NULL in some sets
SELECT pg_temp.compare('SELECT v, count(*) FROM ev GROUP BY ROLLUP (v) HAVING v IS NULL');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev GROUP BY ROLLUP (v, w) HAVING w IS NULL');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev GROUP BY CUBE (v, w) HAVING v + w > 2 OR w IS NULL');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev GROUP BY GROUPING SETS ((v), (w)) HAVING coalesce(v, 1) = 1');
SELECT pg_temp.compare('SELECT v, w FROM ev GROUP BY GROUPING SETS ((v, w), (v)) HAVING v = 2');
SELECT pg_temp.compare('SELECT v, count(*) FROM ev GROUP BY ROLLUP (v) HAVING grouping(v) = 1 OR count(*) > 10');

-- outputs over keys
SELECT pg_temp.compare('SELECT v IS NULL, w IS NULL, w + 1, count(*) FROM ev GROUP BY CUBE (v, w)');
SELECT pg_temp.compare('SELECT v + w, v, w, v + w + 1 FROM ev GROUP BY GROUPING SETS ((v + w), (v, w), (v))');
SELECT pg_temp.compare('SELECT (v + w) * 2, grouping(v + w), sum(v + w) FROM ev GROUP BY ROLLUP (v + w)');
SELECT pg_temp.compare('SELECT CASE WHEN w = 1 THEN v END, w, v FROM ev GROUP BY CUBE (w, v)');
SELECT pg_temp.compare('SELECT DISTINCT v, coalesce(w, -1) FROM ev GROUP BY CUBE (w, v)');
SELECT pg_temp.compare_ordered('SELECT v, w, count(*) FROM ev GROUP BY ROLLUP (v, w) ORDER BY grouping(v), grouping(w), v + w, v, w LIMIT 9');
SELECT pg_temp.compare('SELECT v, rank() OVER (PARTITION BY v IS NULL ORDER BY count(*), v) FROM ev GROUP BY ROLLUP (v)');

-- constants as keys
SELECT pg_temp.compare('SELECT 1 + 0 AS one, count(*) FROM ev GROUP BY ROLLUP (one)');
SELECT pg_temp.compare('SELECT (1 + 0) + 1, v, count(*) FROM ev GROUP BY ROLLUP ((1 + 0), v)');
SELECT pg_temp.compare($$SELECT 'a'::text AS c, v FROM ev GROUP BY CUBE (c, v)$$);
SELECT pg_temp.compare('SELECT NULL::int AS n, count(*), grouping(NULL::int) FROM ev GROUP BY ROLLUP (n)');

-- nested and repeated
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev GROUP BY v, ROLLUP (w, v)');
SELECT pg_temp.compare('SELECT v, count(DISTINCT w), sum(k) FILTER (WHERE v > 1) FROM ev GROUP BY GROUPING SETS ((v), (v), (), ROLLUP (v))');
SELECT pg_temp.compare('SELECT k % 2, v % 2, array_agg(w ORDER BY k) FROM ev GROUP BY GROUPING SETS ((k % 2, v % 2), (v % 2))');

-- over groups, GROUPING() needs them to be grouped again
CREATE MATERIALIZED VIEW mv_v AS SELECT v, count(*) AS n FROM ev GROUP BY v;
SELECT pg_temp.compare('SELECT v, count(*) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, grouping(v), count(*) FROM ev GROUP BY v');
DROP SCHEMA match_grouping_sets CASCADE;
