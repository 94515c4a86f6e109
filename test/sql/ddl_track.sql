-- aqumv.track and aqumv.untrack: what they take and what they refuse, and what
-- they mean for views.  If this were wrong, a relation whose writes cannot be
-- noticed would count as tracked, or views would be used after untrack.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_track;
SET search_path = ddl_track;
CREATE TABLE t AS SELECT a FROM generate_series(1, 100) a;
CREATE INDEX i ON t (a);
CREATE SEQUENCE s;
CREATE VIEW plain AS SELECT a FROM t;
CREATE TYPE composite AS (a int);
CREATE MATERIALIZED VIEW v AS SELECT a FROM t WHERE a > 50;
CREATE TEMPORARY TABLE tmp (a int);
CREATE UNLOGGED TABLE unlogged (a int);

-- twice is once
SELECT aqumv.track('t');
SELECT aqumv.track('t');
SELECT relation, parent, root = 't'::regclass AS is_root FROM aqumv.tracked_tables WHERE relation = 't'::regclass;
SELECT count(*) > 0 AS has_triggers FROM pg_trigger WHERE tgrelid = 't'::regclass;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');

-- untrack: the view is not used until track and REFRESH
INSERT INTO t VALUES (101);
SELECT aqumv.untrack('t');
SELECT count(*) > 0 AS has_triggers FROM pg_trigger WHERE tgrelid = 't'::regclass;
SELECT * FROM pg_temp.state();
SELECT pg_temp.why('SELECT a FROM t WHERE a > 60');
INSERT INTO t VALUES (102);
SELECT aqumv.track('t');
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT pg_temp.why('SELECT a FROM t WHERE a > 60');
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT aqumv.untrack('t');
SELECT aqumv.untrack('t');
-- REFRESH tracks too
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
BEGIN;
SELECT aqumv.untrack('t');
SELECT pg_temp.why('SELECT a FROM t WHERE a > 60');
ROLLBACK;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');

-- NULL
SELECT aqumv.track(NULL);
SELECT aqumv.untrack(NULL);
-- what cannot be tracked
\set VERBOSITY sqlstate
SELECT aqumv.track('plain');
SELECT aqumv.track(0);
\set VERBOSITY default
SELECT aqumv.track('plain');
SELECT aqumv.track('v');
SELECT aqumv.track('i');
SELECT aqumv.track('s');
SELECT aqumv.track('composite');
SELECT aqumv.track('tmp');
SELECT aqumv.track('unlogged');
SELECT aqumv.track('pg_class');
SELECT aqumv.track('information_schema.sql_features');
SELECT aqumv.track('aqumv.mark');
SELECT aqumv.track('no_such_table');
SELECT aqumv.track(0);
SELECT aqumv.untrack('plain');
SELECT aqumv.untrack('pg_class');
SELECT aqumv.untrack(0);
SELECT * FROM pg_temp.state();

-- read-only transactions
BEGIN READ ONLY;
SELECT aqumv.track('t');
ROLLBACK;
BEGIN READ ONLY;
SELECT aqumv.untrack('t');
ROLLBACK;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');

SET client_min_messages = warning;
DROP SCHEMA ddl_track CASCADE;
SELECT * FROM pg_temp.state();
