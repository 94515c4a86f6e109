-- Most transactions leave no mark, for the last one of their backend stands for
-- them.  A prepared one that a REFRESH finds open has decided so already; a
-- REFRESH that is undone, and one that sees its own transaction's rows, must not
-- make others believe that all has been told.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_unmarked;
SET search_path = fresh_unmarked;
\set q '''SELECT count(*), sum(v) FROM t'''
CREATE TABLE t (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (1000);
CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (1000) TO (2000);
INSERT INTO t SELECT i, i FROM generate_series(1, 100) AS i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
CREATE TABLE u AS SELECT i AS k, i AS v FROM generate_series(1, 100) AS i;
CREATE MATERIALIZED VIEW mu AS SELECT k, v FROM u;
CREATE MATERIALIZED VIEW mu_sum AS SELECT sum(v) FROM u;

-- a plain table
REFRESH MATERIALIZED VIEW mu;
INSERT INTO u VALUES (101, 101);
BEGIN;
INSERT INTO u VALUES (102, 102);
PREPARE TRANSACTION 'aqumv_unmarked';
REFRESH MATERIALIZED VIEW mu;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM u');
COMMIT PREPARED 'aqumv_unmarked';
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM u');

-- a partition, written by its own name
REFRESH MATERIALIZED VIEW mv;
INSERT INTO t2 VALUES (1001, 1001);
BEGIN;
INSERT INTO t2 VALUES (1002, 1002);
PREPARE TRANSACTION 'aqumv_unmarked';
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
COMMIT PREPARED 'aqumv_unmarked';
SELECT pg_temp.answer(:q);

-- a REFRESH that is undone has told nobody anything
REFRESH MATERIALIZED VIEW mu;
BEGIN;
INSERT INTO u VALUES (103, 103);
SAVEPOINT a;
REFRESH MATERIALIZED VIEW mu;
ROLLBACK TO a;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM u');
COMMIT;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM u');

-- one of two views is filled by the transaction that writes
REFRESH MATERIALIZED VIEW mu;
REFRESH MATERIALIZED VIEW mu_sum;
SELECT pg_temp.answer('SELECT sum(v) FROM u');
BEGIN;
INSERT INTO u VALUES (104, 104);
REFRESH MATERIALIZED VIEW mu;
COMMIT;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM u');
SELECT pg_temp.why('SELECT sum(v) FROM u');
DROP MATERIALIZED VIEW mu;
SELECT pg_temp.answer('SELECT sum(v) FROM u');

SET client_min_messages = warning;
DROP SCHEMA fresh_unmarked CASCADE;
