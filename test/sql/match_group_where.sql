-- Stored expressions in a grouped query over a view of plain rows: in WHERE and
-- inside of aggregates any of them may be used; outside, only what is a
-- grouping key.  Were the code wrong, a stored v + w would stand for the NULL
-- that v + w is in the rows of a grouping set without v.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA match_group_where;
SET search_path = match_group_where, public;
CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i, i % 7 - 3, i % 5 FROM generate_series(1, 100) i;
INSERT INTO ev VALUES (NULL, NULL, NULL), (50, NULL, 3), (50, 3, NULL);
CREATE MATERIALIZED VIEW mv AS SELECT v, w, v + w AS x, abs(v) AS av, k FROM ev;

SELECT pg_temp.compare('SELECT v, w, v + w, count(*) FROM ev GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, w, v + w, count(*) FROM ev GROUP BY ROLLUP (v, w)');
SELECT pg_temp.compare('SELECT v, w, abs(v), count(*) FROM ev GROUP BY CUBE (v, w)');
SELECT pg_temp.compare('SELECT v, w, count(*) FROM ev GROUP BY ROLLUP (v, w) HAVING v + w IS NULL');
SELECT pg_temp.compare_ordered('SELECT v, w, count(*) FROM ev GROUP BY ROLLUP (v, w) ORDER BY v + w, v, w, count(*)');
SELECT pg_temp.compare('SELECT v, v + w, (v + w) * 2, v IS NULL, grouping(v, v + w) FROM ev GROUP BY CUBE (v, v + w)');
SELECT pg_temp.compare('SELECT v, w, sum(v + w), max(abs(v)) FROM ev GROUP BY ROLLUP (v, w)');
SELECT pg_temp.compare('SELECT v, count(*) FILTER (WHERE v + w > 2) FROM ev GROUP BY ROLLUP (v)');
SELECT pg_temp.compare('SELECT v, sum(sum(v + w)) OVER (ORDER BY v), v + 1 FROM ev GROUP BY ROLLUP (v)');
DROP MATERIALIZED VIEW mv;

-- columns that are stored only as part of an expression
CREATE MATERIALIZED VIEW mv AS SELECT k, abs(v) AS av, v + w AS x FROM ev;
SELECT pg_temp.compare('SELECT k % 5, count(*) FROM ev WHERE abs(v) > 1 GROUP BY k % 5');
SELECT pg_temp.compare('SELECT k % 5, count(*) FROM ev WHERE abs(v) > 1 GROUP BY ROLLUP (k % 5)');
SELECT pg_temp.compare('SELECT k % 5, sum(abs(v)) FROM ev GROUP BY k % 5 HAVING sum(v + w) > 9');
SELECT pg_temp.compare('SELECT abs(v), abs(v) + 1, count(*) FROM ev GROUP BY ROLLUP (abs(v))');
SELECT pg_temp.compare('SELECT abs(v), v + w, grouping(v + w) FROM ev GROUP BY CUBE (abs(v), v + w)');
SELECT pg_temp.compare('SELECT abs(v), v FROM ev GROUP BY ROLLUP (abs(v), v)');

DROP SCHEMA match_group_where CASCADE;
