-- Triggers that are switched off, and session_replication_role = replica.  If
-- it were missed that tracking was interrupted, the view would be used without
-- what was written meanwhile.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_triggers_disabled;
SET search_path = fresh_triggers_disabled;
\set q '''SELECT count(*), sum(v) FROM t'''
CREATE TABLE t AS SELECT i AS k, i AS v FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
SELECT pg_temp.answer(:q);

-- replication's role fires ALWAYS triggers, and REPLICA ones
SET session_replication_role = replica;
INSERT INTO t VALUES (101, 101);
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
DELETE FROM t WHERE k = 1000;
SELECT pg_temp.answer(:q);
TRUNCATE t;
SELECT pg_temp.answer(:q);
RESET session_replication_role;
INSERT INTO t VALUES (1, 1);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);

-- the user's triggers do not matter
ALTER TABLE t DISABLE TRIGGER USER;
INSERT INTO t VALUES (2, 2);
SELECT pg_temp.answer(:q);
ALTER TABLE t ENABLE TRIGGER USER;
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);

-- all triggers
ALTER TABLE t DISABLE TRIGGER ALL;
SELECT pg_temp.answer(:q);
INSERT INTO t VALUES (3, 3);
SELECT pg_temp.answer(:q);
ALTER TABLE t ENABLE TRIGGER ALL;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
INSERT INTO t VALUES (4, 4);
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
-- that has not left any behind
SELECT max(count) AS "of each kind" FROM (SELECT count(*) FROM pg_trigger WHERE tgrelid = 't'::regclass GROUP BY tgfoid) x;

-- one by one, off and back to what they were
SELECT pg_temp.answer(:q);
SELECT format('ALTER TABLE t DISABLE TRIGGER %I', tgname) FROM pg_trigger WHERE tgrelid = 't'::regclass ORDER BY 1
\set ECHO none
\o /dev/null
\gexec
\o
\set ECHO all
UPDATE t SET v = 50 WHERE k = 2;
SELECT format('ALTER TABLE t ENABLE %s TRIGGER %I', CASE WHEN tgname ~ '^!' THEN 'REPLICA' ELSE 'ALWAYS' END, tgname)
  FROM pg_trigger WHERE tgrelid = 't'::regclass ORDER BY 1
\set ECHO none
\o /dev/null
\gexec
\o
\set ECHO all
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);

-- in one transaction, and undone
BEGIN;
ALTER TABLE t DISABLE TRIGGER ALL;
INSERT INTO t VALUES (5, 5);
ALTER TABLE t ENABLE TRIGGER ALL;
SELECT pg_temp.answer(:q);
ROLLBACK;
SELECT pg_temp.answer(:q);

-- a partition
CREATE TABLE p (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
INSERT INTO p VALUES (1, 1);
CREATE MATERIALIZED VIEW mp AS SELECT count(*) AS c, sum(v) AS s FROM p;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM p');
SELECT max(since_xid::text::bigint) AS since FROM aqumv.tracked_tables WHERE relation IN ('p'::regclass, 'p1'::regclass) \gset
ALTER TABLE p DISABLE TRIGGER ALL;
SELECT relation, since_xid::text::bigint > :since AS "a new epoch" FROM aqumv.tracked_tables WHERE relation IN ('p'::regclass, 'p1'::regclass) ORDER BY 1;
ALTER TABLE p ENABLE TRIGGER ALL;
REFRESH MATERIALIZED VIEW mp;
ALTER TABLE p1 DISABLE TRIGGER ALL;
INSERT INTO p1 VALUES (2, 2);
ALTER TABLE p1 ENABLE TRIGGER ALL;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM p');
REFRESH MATERIALIZED VIEW mp;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM p');
INSERT INTO p1 VALUES (3, 3);
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM p');

-- statistics switched off: rows are not counted
SET track_counts = off;
REFRESH MATERIALIZED VIEW mp;
REFRESH MATERIALIZED VIEW mv;
INSERT INTO p VALUES (4, 4);
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM p');
INSERT INTO t VALUES (6, 6);
SELECT pg_temp.answer(:q);
RESET track_counts;
-- ... in the middle of a statement
CREATE FUNCTION uncounted(i int) RETURNS int SET track_counts = off LANGUAGE plpgsql AS $$
BEGIN
	PERFORM 1 FROM t;
	RETURN i;
END $$;
REFRESH MATERIALIZED VIEW mv;
INSERT INTO t SELECT i, uncounted(i) FROM generate_series(7, 9) i;
SELECT pg_temp.answer(:q);

SET client_min_messages = warning;
DROP SCHEMA fresh_triggers_disabled CASCADE;
