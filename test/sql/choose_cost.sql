-- The choice between the table and its views by cost: an index on the table
-- wins where it is cheaper, an index on the view is used, and the cheapest of
-- several views is taken, whatever others there are.  Were the code wrong, a
-- query would be slower with rewriting on.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA choose_cost;
SET search_path = choose_cost, public;
SET aqumv.rewrite_mode = cost;
CREATE TABLE ev (k int PRIMARY KEY, v int, w int, pad text);
INSERT INTO ev SELECT i, i % 100, i % 5, repeat('x', 100) FROM generate_series(1, 10000) i;
CREATE MATERIALIZED VIEW wide AS SELECT * FROM ev WHERE k > 10;
ANALYZE;

-- the table's index is better than scanning the view
SELECT pg_temp.compare('SELECT v FROM ev WHERE k = 20');
SELECT pg_temp.compare('SELECT count(w) FROM ev WHERE k > 10');
SELECT view, used, reason_code, cost_original < cost_rewritten AS dearer
  FROM aqumv.explain_rewrite('SELECT v FROM ev WHERE k = 20');
-- unless the view has one as well, for more
CREATE INDEX ON wide (v) INCLUDE (k);
VACUUM ANALYZE wide;
SELECT pg_temp.compare('SELECT k FROM ev WHERE v = 20 AND k > 10');
SET enable_answer_query_using_materialized_views = on;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT k FROM ev WHERE v = 20 AND k > 10;
RESET enable_bitmapscan;
RESET enable_answer_query_using_materialized_views;

-- three candidates: the smallest that has what is needed
CREATE MATERIALIZED VIEW narrow AS SELECT k, v FROM ev WHERE k > 10;
CREATE MATERIALIZED VIEW groups AS SELECT v, count(*) AS n, sum(k) AS s FROM ev WHERE k > 10 GROUP BY v;
ANALYZE;
SELECT pg_temp.compare('SELECT v, count(*) FROM ev WHERE k > 10 GROUP BY v');
SELECT pg_temp.compare('SELECT v, avg(k) FROM ev WHERE k > 10 GROUP BY v');
SELECT pg_temp.compare('SELECT v, sum(w) FROM ev WHERE k > 10 GROUP BY v');
SELECT view, used, reason_code, cost_rewritten < cost_original AS cheaper
  FROM aqumv.explain_rewrite('SELECT v, count(*) FROM ev WHERE k > 10 GROUP BY v') ORDER BY cost_rewritten;
-- worse ones, and ones that do not match, change nothing
CREATE MATERIALIZED VIEW worse AS SELECT k, v, pad, pad || 'y' AS pad2 FROM ev WHERE k > 10;
CREATE MATERIALIZED VIEW other AS SELECT v, count(*) AS n FROM ev WHERE k > 11 GROUP BY v;
CREATE MATERIALIZED VIEW tiny AS SELECT k FROM ev WHERE k < 3;
ANALYZE;
SELECT pg_temp.compare('SELECT v, count(*) FROM ev WHERE k > 10 GROUP BY v');
SELECT pg_temp.compare('SELECT v, avg(k) FROM ev WHERE k > 10 GROUP BY v');
SELECT pg_temp.compare('SELECT v, sum(w) FROM ev WHERE k > 10 GROUP BY v');
SELECT count(*), count(*) FILTER (WHERE used) FROM aqumv.explain_rewrite('SELECT v, count(*) FROM ev WHERE k > 10 GROUP BY v');
-- the best one gone, the next
DROP MATERIALIZED VIEW groups;
SELECT pg_temp.compare('SELECT v, count(*) FROM ev WHERE k > 10 GROUP BY v');
-- or not usable
REFRESH MATERIALIZED VIEW narrow WITH NO DATA;
SELECT pg_temp.compare('SELECT v, count(*) FROM ev WHERE k > 10 GROUP BY v');
DROP SCHEMA choose_cost CASCADE;
