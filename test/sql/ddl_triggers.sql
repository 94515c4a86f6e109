-- The tracking triggers themselves: their owner can drop them (and then views
-- are not used), nobody can replace them, copies of the table have none.  If
-- this were wrong, a write would pass by a trigger that is gone.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_triggers;
SET search_path = ddl_triggers;
CREATE TABLE t (a int PRIMARY KEY);
INSERT INTO t SELECT generate_series(1, 100);
CREATE MATERIALIZED VIEW v AS SELECT a FROM t WHERE a > 50;
SELECT count(*) AS triggers FROM pg_trigger WHERE tgrelid = 't'::regclass \gset
SELECT bool_and(tgisinternal) AS internal, bool_and(tgenabled IN ('A', 'R')) AS for_replicas_too
  FROM pg_trigger WHERE tgrelid = 't'::regclass;
-- psql shows the table as it was declared
\d t
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');

SELECT tgname AS before FROM pg_trigger WHERE tgrelid = 't'::regclass AND tgname ~ 'before_statement' \gset
SELECT since_xid AS since FROM aqumv.tracked_tables WHERE relation = 't'::regclass \gset
DROP TRIGGER :"before" ON t;
-- nothing before now counts, however the triggers may come back (pg_upgrade brings them)
SELECT since_xid > :'since'::xid8 AS "a new epoch" FROM aqumv.tracked_tables WHERE relation = 't'::regclass;
INSERT INTO t VALUES (101);
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT pg_temp.why('SELECT a FROM t WHERE a > 60');
-- one of the same name does not count
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER :"before" BEFORE INSERT ON t EXECUTE FUNCTION nothing();
SELECT pg_temp.why('SELECT a FROM t WHERE a > 60');
DROP TRIGGER :"before" ON t;
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
INSERT INTO t VALUES (102);
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT tgname AS before FROM pg_trigger WHERE tgrelid = 't'::regclass AND tgname ~ 'before_statement' \gset
\set VERBOSITY sqlstate
CREATE OR REPLACE TRIGGER :"before" BEFORE INSERT ON t EXECUTE FUNCTION nothing();
\set VERBOSITY default
REFRESH MATERIALIZED VIEW v;
-- nobody changes what they are called
ALTER TRIGGER :"before" ON t RENAME TO renamed;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT aqumv.track('t');
SELECT count(*) = :triggers AS no_more_triggers FROM pg_trigger WHERE tgrelid = 't'::regclass;
INSERT INTO t VALUES (103);
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
REFRESH MATERIALIZED VIEW v;

-- a copy, and a table that takes the name
CREATE TABLE copied (LIKE t INCLUDING ALL);
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'copied'::regclass;
SELECT relation FROM aqumv.tracked_tables WHERE relation = 'copied'::regclass;

-- user triggers that change what is written, or suppress it
CREATE FUNCTION double() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.a := NEW.a * 1000; RETURN CASE WHEN NEW.a < 1000000 THEN NEW END; END';
CREATE TRIGGER before_row BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION double();
INSERT INTO t VALUES (2000);
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
INSERT INTO t VALUES (200);
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');

SET client_min_messages = warning;
DROP SCHEMA ddl_triggers CASCADE;
