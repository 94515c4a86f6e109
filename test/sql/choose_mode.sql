-- aqumv.rewrite_mode: cost compares, force takes a match whatever it costs,
-- required is an error when a table with views is read.  Were the code wrong,
-- tests that force a view would test the table.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA choose_mode;
SET search_path = choose_mode, public;
CREATE TABLE ev (k int PRIMARY KEY, v int, w int);
INSERT INTO ev SELECT i, i % 100, i % 5 FROM generate_series(1, 1000) i;
CREATE TABLE plain AS SELECT 1 AS x;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM ev WHERE k > 10;
CREATE MATERIALIZED VIEW mv_sum AS SELECT sum(v) AS s, count(*) AS n FROM ev;
ANALYZE;

SET aqumv.rewrite_mode = cost;
SELECT pg_temp.compare('SELECT v FROM ev WHERE k = 20');
SELECT pg_temp.compare('SELECT sum(v) FROM ev');
SET aqumv.rewrite_mode = force;
SELECT pg_temp.compare('SELECT v FROM ev WHERE k = 20');
SELECT pg_temp.compare('SELECT w FROM ev WHERE k = 20');
-- what explain_rewrite says is what the session would do, but for the error
SELECT view, used, reason_code FROM aqumv.explain_rewrite('SELECT v FROM ev WHERE k = 20');

SET aqumv.rewrite_mode = required;
SET enable_answer_query_using_materialized_views = on;
SELECT v FROM ev WHERE k = 20;
SELECT sum(v) FROM ev;
\set VERBOSITY terse
SELECT w FROM ev WHERE k = 20;
\echo :LAST_ERROR_SQLSTATE
SELECT k FROM ev;
SELECT random() < 2 FROM ev LIMIT 1;
SELECT k FROM ev JOIN plain ON k = x;
EXPLAIN SELECT w FROM ev;
CREATE TABLE copy AS SELECT w FROM ev;
-- no views, no complaint; nor for statements that cannot be answered from one
SELECT x FROM plain;
SELECT relname FROM pg_class WHERE oid = 'plain'::regclass;
BEGIN;
SELECT v FROM ev WHERE k = 20 FOR UPDATE;
UPDATE ev SET w = 0 WHERE k = 20;
ROLLBACK;
-- stale is a reason as well
UPDATE ev SET w = 1 WHERE k = 20;
SELECT v FROM ev WHERE k = 20;
RESET enable_answer_query_using_materialized_views;
SELECT v FROM ev WHERE k = 20;
DROP SCHEMA choose_mode CASCADE;
