-- An error that planning tries and forgets does not end the session, nor does one
-- of maintenance that is handled; one that is raised does.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA fold_exit_on_error;
SET search_path = fold_exit_on_error;
CREATE TABLE t (k int, x int);
INSERT INTO t SELECT i, i % 7 FROM generate_series(1, 100) AS i;
CREATE MATERIALIZED VIEW v AS SELECT x, count(*), sum(k) FROM t GROUP BY x;
SET enable_answer_query_using_materialized_views = on;
SET exit_on_error = on;
SELECT EXISTS (SELECT 1/0 FROM t);
SELECT count(*) FROM (SELECT x, 1/0 AS z FROM t) AS q WHERE x = 3;
SELECT count(*) FROM t WHERE EXISTS (SELECT 1/0 FROM t AS u WHERE u.x = t.x);
SHOW exit_on_error;
RESET exit_on_error;
DROP SCHEMA fold_exit_on_error CASCADE;
