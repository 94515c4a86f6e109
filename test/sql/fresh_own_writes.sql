-- What a transaction has written itself, uncommitted, is in its answers, and
-- gone from them after ROLLBACK.  If only committed writes counted, the view
-- would hide a transaction's own rows from it; if marks outlived a rollback,
-- the view would be lost until the next REFRESH.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_own_writes;
SET search_path = fresh_own_writes;
\set q '''SELECT count(*), sum(v) FROM t'''
CREATE TABLE t AS SELECT i AS k, i AS v FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
SELECT pg_temp.answer(:q);

-- each kind of write, rolled back
BEGIN; INSERT INTO t VALUES (101, 101); SELECT pg_temp.answer(:q); ROLLBACK;
SELECT pg_temp.answer(:q);
BEGIN; UPDATE t SET v = 0 WHERE k = 1; SELECT pg_temp.answer(:q); ROLLBACK;
SELECT pg_temp.answer(:q);
BEGIN; DELETE FROM t WHERE k = 1; SELECT pg_temp.answer(:q); ROLLBACK;
SELECT pg_temp.answer(:q);
BEGIN; TRUNCATE t; SELECT pg_temp.answer(:q); ROLLBACK;
SELECT pg_temp.answer(:q);

-- statements that touch no row leave the view as it is
BEGIN;
INSERT INTO t SELECT 1, 1 WHERE false;
UPDATE t SET v = 0 WHERE k = 1000;
DELETE FROM t WHERE k = 1000;
SELECT pg_temp.answer(:q);
COMMIT;
SELECT pg_temp.answer(:q);

-- a refresh in the same transaction sees what was written before it, not what
-- comes after it
BEGIN;
INSERT INTO t VALUES (101, 101);
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
INSERT INTO t VALUES (102, 102);
SELECT pg_temp.answer(:q);
COMMIT;
SELECT pg_temp.answer(:q);
BEGIN;
INSERT INTO t VALUES (103, 103);
REFRESH MATERIALIZED VIEW mv;
COMMIT;
SELECT pg_temp.answer(:q);
BEGIN;
TRUNCATE t;
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
INSERT INTO t VALUES (1, 1);
SELECT pg_temp.answer(:q);
ROLLBACK;
SELECT pg_temp.answer(:q);
BEGIN;
REFRESH MATERIALIZED VIEW mv;
TRUNCATE t;
SELECT pg_temp.answer(:q);
COMMIT;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);

-- the same under a snapshot that does not move
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO t SELECT i, i FROM generate_series(1, 10) i;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
DELETE FROM t WHERE k = 5;
SELECT pg_temp.answer(:q);
COMMIT;
SELECT pg_temp.answer(:q);

-- a view that is created between writes
BEGIN;
CREATE TABLE t2 (v int);
INSERT INTO t2 VALUES (1);
CREATE MATERIALIZED VIEW mv2 AS SELECT count(*) AS c FROM t2;
SELECT pg_temp.answer('SELECT count(*) FROM t2');
INSERT INTO t2 VALUES (2);
SELECT pg_temp.answer('SELECT count(*) FROM t2');
COMMIT;
SELECT pg_temp.answer('SELECT count(*) FROM t2');
REFRESH MATERIALIZED VIEW mv2;
SELECT pg_temp.answer('SELECT count(*) FROM t2');

SET client_min_messages = warning;
DROP SCHEMA fresh_own_writes CASCADE;
