-- ROLLBACK TO undoes a write, its mark and the memory of it.  If the memory
-- outlived the mark, the next write of the transaction would leave none, and
-- the view would be used without it once that had committed.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_savepoints;
SET search_path = fresh_savepoints;
\set q '''SELECT count(*), sum(v) FROM t'''
CREATE TABLE t AS SELECT i AS k, i AS v FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;

-- undone: usable again; written again: not, and not after COMMIT either
BEGIN;
SAVEPOINT a;
INSERT INTO t VALUES (101, 101);
SELECT pg_temp.answer(:q);
ROLLBACK TO a;
SELECT pg_temp.answer(:q);
INSERT INTO t VALUES (102, 102);
SELECT pg_temp.answer(:q);
COMMIT;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;

-- released into a savepoint that is undone
BEGIN;
SAVEPOINT a;
SAVEPOINT b;
INSERT INTO t VALUES (103, 103);
RELEASE b;
INSERT INTO t VALUES (104, 104);
SELECT pg_temp.answer(:q);
ROLLBACK TO a;
SELECT pg_temp.answer(:q);
INSERT INTO t VALUES (105, 105);
RELEASE a;
COMMIT;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;

-- the outer write stays when the inner one is undone
BEGIN;
INSERT INTO t VALUES (106, 106);
SAVEPOINT a;
UPDATE t SET v = 0;
ROLLBACK TO a;
SELECT pg_temp.answer(:q);
COMMIT;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;

-- a statement that fails in the middle
BEGIN;
SAVEPOINT a;
INSERT INTO t SELECT i, 1 / (5 - i) FROM generate_series(1, 10) i;
ROLLBACK TO a;
SELECT pg_temp.answer(:q);
COMMIT;
DO $$ BEGIN
	BEGIN
		INSERT INTO t SELECT i, 1 / (5 - i) FROM generate_series(1, 10) i;
	EXCEPTION WHEN division_by_zero THEN NULL;
	END;
	INSERT INTO t VALUES (107, 107);
END $$;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;

-- TRUNCATE and REFRESH, undone and released
BEGIN;
SAVEPOINT a;
TRUNCATE t;
SELECT pg_temp.answer(:q);
ROLLBACK TO a;
SELECT pg_temp.answer(:q);
INSERT INTO t VALUES (108, 108);
SAVEPOINT b;
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
ROLLBACK TO b;
SELECT pg_temp.answer(:q);
SAVEPOINT c;
REFRESH MATERIALIZED VIEW mv;
RELEASE c;
SELECT pg_temp.answer(:q);
SAVEPOINT d;
INSERT INTO t VALUES (109, 109);
SELECT pg_temp.answer(:q);
ROLLBACK TO d;
SELECT pg_temp.answer(:q);
COMMIT;
SELECT pg_temp.answer(:q);

-- tracking that begins in a savepoint that is undone
CREATE TABLE t2 AS SELECT 1 AS v;
BEGIN;
SAVEPOINT a;
CREATE MATERIALIZED VIEW mv2 AS SELECT sum(v) AS s FROM t2;
SELECT pg_temp.answer('SELECT sum(v) FROM t2');
ROLLBACK TO a;
INSERT INTO t2 VALUES (2);
COMMIT;
CREATE MATERIALIZED VIEW mv2 AS SELECT sum(v) AS s FROM t2;
SELECT pg_temp.answer('SELECT sum(v) FROM t2');
INSERT INTO t2 VALUES (3);
SELECT pg_temp.answer('SELECT sum(v) FROM t2');

SET client_min_messages = warning;
DROP SCHEMA fresh_savepoints CASCADE;
