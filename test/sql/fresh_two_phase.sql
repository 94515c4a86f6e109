-- Two-phase commit: a prepared write counts when it is committed, however many
-- refreshes came between; a prepared REFRESH hides the view and blocks nobody.
-- If the end of a transaction's memory (marks, open statements) were missed at
-- PREPARE, the session's next transaction would leave no mark.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_two_phase;
SET search_path = fresh_two_phase;
\set q '''SELECT count(*), sum(v) FROM t'''
CREATE TABLE t AS SELECT i AS k, i AS v FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
CREATE UNIQUE INDEX ON mv (k);

BEGIN;
INSERT INTO t VALUES (101, 101);
PREPARE TRANSACTION 'aqumv_write';
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW CONCURRENTLY mv;
SELECT pg_temp.answer(:q);
COMMIT PREPARED 'aqumv_write';
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;

-- the next transaction of the session leaves a mark of its own
BEGIN;
INSERT INTO t VALUES (102, 102);
PREPARE TRANSACTION 'aqumv_write';
INSERT INTO t VALUES (103, 103);
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
ROLLBACK PREPARED 'aqumv_write';
SELECT pg_temp.answer(:q);

-- REFRESH
INSERT INTO t VALUES (104, 104);
BEGIN;
REFRESH MATERIALIZED VIEW mv;
PREPARE TRANSACTION 'aqumv_refresh';
SET lock_timeout = '2s';
SELECT pg_temp.answer(:q);
INSERT INTO t VALUES (105, 105);
COMMIT PREPARED 'aqumv_refresh';
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
BEGIN;
INSERT INTO t VALUES (106, 106);
REFRESH MATERIALIZED VIEW mv;
PREPARE TRANSACTION 'aqumv_both';
SELECT pg_temp.answer(:q);
COMMIT PREPARED 'aqumv_both';
SELECT pg_temp.answer(:q);
RESET lock_timeout;

-- savepoints inside
BEGIN;
SAVEPOINT a;
INSERT INTO t VALUES (107, 107);
ROLLBACK TO a;
PREPARE TRANSACTION 'aqumv_nothing';
SELECT pg_temp.answer(:q);
COMMIT PREPARED 'aqumv_nothing';
SELECT pg_temp.answer(:q);
BEGIN;
SAVEPOINT a;
DELETE FROM t WHERE k = 1;
RELEASE a;
PREPARE TRANSACTION 'aqumv_delete';
SELECT pg_temp.answer(:q);
COMMIT PREPARED 'aqumv_delete';
SELECT pg_temp.answer(:q);

SET client_min_messages = warning;
DROP SCHEMA fresh_two_phase CASCADE;
