-- aqumv.explain_rewrite: one row per view over the query's table, with the
-- reason, and the costs of what could be planned.  It runs nothing, whatever
-- the settings, and asks for the privileges of the query.  If this were wrong,
-- it would say of a view what the planner does not do, or leak a plan.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA explain_rewrite;
SET search_path = explain_rewrite;
CREATE ROLE regress_aqumv_reader;
GRANT USAGE ON SCHEMA explain_rewrite TO regress_aqumv_reader;
CREATE TABLE t AS SELECT a, a % 10 AS b, repeat('x', 100) AS wide FROM generate_series(1, 10000) a;
CREATE MATERIALIZED VIEW narrow AS SELECT a FROM t WHERE a > 9000;
CREATE MATERIALIZED VIEW wider AS SELECT a, b FROM t WHERE a > 5000;
CREATE MATERIALIZED VIEW grouped AS SELECT b, count(*) FROM t GROUP BY b;
CREATE TABLE no_views (a int);
ANALYZE;

SELECT view, used, reason_code, reason, cost_original > 0 AS original, cost_rewritten > 0 AS rewritten
  FROM aqumv.explain_rewrite('SELECT a FROM t WHERE a > 9500') ORDER BY view::text COLLATE "C";
SELECT view, used, reason_code, reason, cost_original IS NULL AS no_original, cost_rewritten IS NULL AS no_rewritten
  FROM aqumv.explain_rewrite('SELECT wide FROM t') ORDER BY view::text COLLATE "C";
SELECT used, cost_original > cost_rewritten AS cheaper
  FROM aqumv.explain_rewrite('SELECT b, count(*) FROM t GROUP BY b') WHERE view = 'grouped'::regclass;
SELECT view, used, reason_code, reason FROM aqumv.explain_rewrite('SELECT a FROM no_views');

-- the settings make no difference, and stay as they are
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = required;
SELECT pg_temp.why('SELECT a FROM t WHERE a > 9500');
SET enable_answer_query_using_materialized_views = off;
SELECT pg_temp.why('SELECT a FROM t WHERE a > 9500');
SET aqumv.rewrite_mode = cost;
SELECT pg_temp.why('SELECT a FROM t WHERE a > 9500');
SHOW enable_answer_query_using_materialized_views;

-- it says what the planner then does
SET enable_answer_query_using_materialized_views = on;
EXPLAIN (COSTS OFF) SELECT a FROM t WHERE a > 9500;
EXPLAIN (COSTS OFF) SELECT a FROM t WHERE a > 4000;
SELECT pg_temp.why('SELECT a FROM t WHERE a > 4000');

-- statements with a query inside, parameters, INSERT ... SELECT
SELECT pg_temp.why('EXPLAIN (ANALYZE) SELECT a FROM t WHERE a > 9500');
SELECT pg_temp.why('DECLARE c CURSOR FOR SELECT b, count(*) FROM t GROUP BY b');
SELECT pg_temp.why('DECLARE c CURSOR FOR SELECT a FROM t WHERE a > 9500');
SELECT pg_temp.why('DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT a FROM t WHERE a > 9500 ORDER BY a');
SELECT pg_temp.why('CREATE TABLE x AS SELECT a FROM t WHERE a > 9500');
SELECT pg_temp.why('INSERT INTO no_views SELECT a FROM t WHERE a > 9500');
SELECT pg_temp.why('SELECT a FROM t WHERE a > 9500 AND a < $1');
SELECT pg_temp.why('SELECT a FROM t WHERE a > $1');
SELECT pg_temp.why('SELECT a FROM t WHERE a > 9500;');
SELECT to_regclass('x'), count(*) FROM no_views;
-- statements that are not answered from views, whatever the views
SELECT pg_temp.why('UPDATE t SET a = a');
SELECT pg_temp.why('DELETE FROM t');
SELECT pg_temp.why('INSERT INTO no_views VALUES (1)');
SELECT pg_temp.why('MERGE INTO no_views USING t ON false WHEN NOT MATCHED THEN DO NOTHING');
SELECT pg_temp.why('SELECT t.a FROM t, no_views');
SELECT pg_temp.why('SELECT a FROM t UNION SELECT 1');
SELECT pg_temp.why('SELECT 1');
SELECT count(*) FROM t;

-- refused
SELECT * FROM aqumv.explain_rewrite('');
SELECT * FROM aqumv.explain_rewrite('SELECT 1; SELECT 2');
SELECT * FROM aqumv.explain_rewrite('VACUUM t');
\set VERBOSITY terse
SELECT * FROM aqumv.explain_rewrite('SELEC a FROM t');
SELECT * FROM aqumv.explain_rewrite('SELECT no_such_column FROM t');
\set VERBOSITY default
SELECT * FROM aqumv.explain_rewrite('EXECUTE q');
SELECT * FROM aqumv.explain_rewrite(NULL);

-- privileges: those of the query
SET ROLE regress_aqumv_reader;
SELECT * FROM aqumv.explain_rewrite('SELECT a FROM t');
SELECT * FROM aqumv.explain_rewrite('SELECT (SELECT max(a) FROM t)');
SELECT * FROM aqumv.explain_rewrite('INSERT INTO no_views SELECT a FROM t');
SELECT * FROM aqumv.explain_rewrite('DELETE FROM t');
SELECT * FROM aqumv.explain_rewrite('EXPLAIN SELECT a FROM t');
SELECT * FROM aqumv.explain_rewrite('CREATE TABLE x AS SELECT a FROM t');
RESET ROLE;
GRANT SELECT (a) ON t TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
SELECT pg_temp.why('SELECT a FROM t WHERE a > 9500');
SELECT * FROM aqumv.explain_rewrite('SELECT b FROM t');
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA explain_rewrite CASCADE;
DROP ROLE regress_aqumv_reader;
