-- What aqumv tells to whom: nothing of tables that the caller may not read, of
-- views and tables in schemas that they may not use, of what has been dropped.
-- If this were wrong, costs would be an oracle for statistics, and errors would
-- list what somebody else has.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA explain_permissions;
CREATE SCHEMA explain_hidden;
SET search_path = explain_permissions;
CREATE ROLE regress_aqumv_r;
GRANT USAGE ON SCHEMA explain_permissions TO regress_aqumv_r;
CREATE TABLE sal AS SELECT CASE WHEN i % 2 = 0 THEN 777 ELSE i END AS pay FROM generate_series(1, 10000) i;
ANALYZE sal;
CREATE MATERIALIZED VIEW ms AS SELECT pay, count(*) FROM sal GROUP BY pay;
CREATE TABLE t AS SELECT a FROM generate_series(1, 100) a;
GRANT SELECT ON t TO regress_aqumv_r;

-- hidden in a function that is inlined
SET ROLE regress_aqumv_r;
CREATE FUNCTION pg_temp.q(int) RETURNS SETOF bigint STABLE LANGUAGE sql AS 'SELECT count(*) FROM sal WHERE pay = $1 GROUP BY pay';
SELECT cost_original FROM aqumv.explain_rewrite('SELECT * FROM pg_temp.q(777)');
SELECT cost_original FROM aqumv.explain_rewrite('SELECT * FROM t, LATERAL pg_temp.q(a)');
SELECT cost_original FROM aqumv.explain_rewrite('SELECT (SELECT max(q) FROM pg_temp.q(a)) FROM t');
SELECT cost_original FROM aqumv.explain_rewrite('WITH x AS (SELECT * FROM pg_temp.q(3)) SELECT * FROM x, t');
SELECT cost_original FROM aqumv.explain_rewrite('EXPLAIN SELECT * FROM pg_temp.q(777)');
SELECT cost_original FROM aqumv.explain_rewrite('INSERT INTO sal SELECT a FROM t');
SELECT cost_original FROM aqumv.explain_rewrite('SELECT 1 FROM t WHERE false AND a IN (SELECT pay FROM sal)');
-- required
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = required;
SELECT min(pay) FROM sal WHERE random() < 2;
\set VERBOSITY terse
SELECT * FROM pg_temp.q(random()::int);
\set VERBOSITY default
SELECT ctid FROM sal;
RESET ROLE;
\set VERBOSITY terse
SELECT ctid FROM sal LIMIT 1;
\set VERBOSITY default

-- schemas that the caller may not use: used all the same, and not named
CREATE MATERIALIZED VIEW explain_hidden.h1 AS SELECT a, a % 10 AS b FROM t;
CREATE MATERIALIZED VIEW explain_hidden.h2 AS SELECT a FROM t WHERE a > 50;
CREATE TABLE explain_hidden.secret AS SELECT 1 AS x;
CREATE MATERIALIZED VIEW over_secret AS SELECT x FROM explain_hidden.secret;
CREATE TABLE p (k int) PARTITION BY LIST (k);
CREATE TABLE explain_hidden.p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE explain_hidden.root (k int) PARTITION BY LIST (k);
CREATE TABLE leaf PARTITION OF explain_hidden.root FOR VALUES IN (1);
SELECT aqumv.track('p'), aqumv.track('explain_hidden.root');
SET ROLE regress_aqumv_r;
SELECT count(*) FROM t WHERE a > 60;
SELECT pg_temp.why('SELECT count(*) FROM t WHERE a > 60');
SELECT ctid FROM t LIMIT 1;
SET aqumv.rewrite_mode = force;
SELECT view FROM aqumv.views WHERE view::text ~ 'explain_hidden|over_secret|ms' OR base::text ~ 'explain_hidden|sal' ORDER BY view::text;
SELECT relation, parent, root FROM aqumv.tracked_tables WHERE relation::text ~ '^(explain_hidden.*|sal|leaf|p|p1)$' ORDER BY relation::text;
RESET ROLE;
SELECT pg_temp.why('SELECT count(*) FROM t WHERE a > 60');
SELECT view FROM aqumv.views WHERE view::text ~ 'explain_hidden|over_secret|ms' ORDER BY view::text;
SELECT relation, parent, root FROM aqumv.tracked_tables WHERE relation::text ~ '^(explain_hidden.*|sal|leaf|p|p1)$' ORDER BY relation::text;

-- the view that is named as the better one may be hidden
CREATE MATERIALIZED VIEW seen AS SELECT a, a + 1 AS next, repeat('x', 2000) AS wide FROM t;
VACUUM ANALYZE seen;
VACUUM ANALYZE explain_hidden.h1;
VACUUM ANALYZE explain_hidden.h2;
SET ROLE regress_aqumv_r;
SELECT view, used, reason_code, reason FROM aqumv.explain_rewrite('SELECT count(*) FROM t WHERE a > 60');
RESET ROLE;

-- after DROP of the views
DROP MATERIALIZED VIEW seen, explain_hidden.h1, explain_hidden.h2;
SET aqumv.rewrite_mode = required;
SELECT count(*) FROM t;
SELECT ctid FROM t LIMIT 1;
SELECT pg_temp.why('SELECT count(*) FROM t');
BEGIN;
CREATE MATERIALIZED VIEW late AS SELECT a FROM t;
SELECT pg_temp.why('SELECT count(*) FROM t');
SAVEPOINT s;
DROP MATERIALIZED VIEW late;
SELECT pg_temp.why('SELECT count(*) FROM t');
ROLLBACK TO s;
SELECT pg_temp.why('SELECT count(*) FROM t');
ROLLBACK;
SELECT pg_temp.why('SELECT count(*) FROM t');

SET client_min_messages = warning;
DROP FUNCTION pg_temp.q;
DROP SCHEMA explain_permissions, explain_hidden CASCADE;
DROP ROLE regress_aqumv_r;
