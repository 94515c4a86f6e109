-- aqumv.rewrite_mode: cost takes a view if the plan is cheaper, force whatever
-- it costs, required complains when a SELECT on a table with views is not
-- rewritten.  If this were wrong, a view would be read though an index on the
-- table is cheaper, or required would let a query through or refuse one on
-- tables without views.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness

CREATE SCHEMA setting_rewrite_mode;
SET search_path = setting_rewrite_mode;
CREATE TABLE t (id int PRIMARY KEY, a int, b int, wide text);
INSERT INTO t SELECT i, i % 100, i, repeat('x', 100) FROM generate_series(1, 10000) i;
CREATE MATERIALIZED VIEW v AS SELECT id, a FROM t;
CREATE TABLE no_view AS SELECT 1 AS a;
ANALYZE t;
ANALYZE v;
SET enable_answer_query_using_materialized_views = on;

SET aqumv.rewrite_mode = cost;
EXPLAIN (COSTS OFF) SELECT a FROM t WHERE id = 5;
SELECT pg_temp.answer('SELECT a FROM t WHERE id = 5');
SELECT pg_temp.why('SELECT a FROM t WHERE id = 5');
SELECT view, used, cost_original < cost_rewritten AS table_is_cheaper
  FROM aqumv.explain_rewrite('SELECT a FROM t WHERE id = 5');
SELECT pg_temp.answer('SELECT a FROM t WHERE a = 5');
SELECT pg_temp.answer('SELECT b FROM t WHERE id = 5');

SET aqumv.rewrite_mode = force;
SELECT pg_temp.answer('SELECT a FROM t WHERE id = 5');
SELECT pg_temp.answer('SELECT b FROM t WHERE id = 5');

SET aqumv.rewrite_mode = required;
SELECT pg_temp.answer('SELECT a FROM no_view');
SELECT a FROM t WHERE id = 5;
SELECT b FROM t WHERE id = 5;
SELECT count(*) FROM t JOIN no_view USING (a);
SELECT n.a FROM no_view n, no_view m;
SELECT b FROM (SELECT b FROM t WHERE id = 5 OFFSET 0) s;
WITH c AS MATERIALIZED (SELECT b FROM t WHERE id = 5) SELECT * FROM c;
SELECT (SELECT b FROM t WHERE id = 5);
SELECT b FROM t WHERE id = 5 UNION ALL SELECT 1;
-- what is no SELECT on the table runs as always
UPDATE t SET b = b WHERE id = 5;
SELECT a FROM t WHERE id = 5;
REFRESH MATERIALIZED VIEW v;
SELECT a FROM t WHERE id = 5;
SELECT a FROM t WHERE id = 5 FOR UPDATE;
-- nothing is required while rewriting is off
SET enable_answer_query_using_materialized_views = off;
SELECT b FROM t WHERE id = 5;

SET client_min_messages = warning;
DROP SCHEMA setting_rewrite_mode CASCADE;
