-- DROP EXTENSION needs no CASCADE and takes every trigger with it; CREATE
-- EXTENSION after it starts from nothing, and views that exist before it are
-- unusable until their next REFRESH.  If this were wrong, tables would keep
-- triggers whose function is gone and could not be written any more, or a view
-- would answer though nobody has watched its table.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_extension;
SET search_path = ddl_extension;
CREATE TABLE t AS SELECT a FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT a FROM t WHERE a > 50;
CREATE TABLE p (k int, a int) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE MATERIALIZED VIEW vp AS SELECT k, count(*) FROM p GROUP BY k;
INSERT INTO p VALUES (1, 1);
REFRESH MATERIALIZED VIEW vp;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT pg_temp.answer('SELECT k, count(*) FROM p GROUP BY k');

-- plans of this session that rely on what will go
SET enable_answer_query_using_materialized_views = on;
SET plan_cache_mode = force_generic_plan;
PREPARE over_view AS SELECT count(*) FROM t WHERE a > 60;
EXECUTE over_view;

-- under another name nothing would be found, and writes pass by in silence
ALTER SCHEMA aqumv RENAME TO elsewhere;
DROP EXTENSION aqumv;
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgrelid IN ('t'::regclass, 'p'::regclass, 'p1'::regclass);
SELECT evtname FROM pg_event_trigger WHERE evtname ~ 'aqumv';
SELECT nspname FROM pg_namespace WHERE nspname = 'aqumv';
INSERT INTO t VALUES (101);
INSERT INTO p VALUES (1, 2);
EXECUTE over_view;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
REFRESH MATERIALIZED VIEW v;
CREATE MATERIALIZED VIEW v2 AS SELECT a FROM t WHERE a > 55;
CREATE MATERIALIZED VIEW v3 AS SELECT a FROM t WHERE a > 57 WITH NO DATA;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
DROP MATERIALIZED VIEW vp;
SELECT aqumv.track('t');

-- again: the views are there before the extension
CREATE EXTENSION aqumv;
SELECT * FROM pg_temp.state();
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT view, base, usable, reason_code FROM aqumv.views WHERE pg_table_is_visible(view) ORDER BY view::text;
EXECUTE over_view;
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT view, base, usable, reason_code FROM aqumv.views WHERE pg_table_is_visible(view) ORDER BY view::text;
INSERT INTO t VALUES (102);
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
EXECUTE over_view;
SELECT * FROM pg_temp.state();

-- in one transaction, rolled back
BEGIN;
DROP EXTENSION aqumv;
INSERT INTO t VALUES (103);
ROLLBACK;
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');

-- somebody's schema of that name does not stand in for the extension's
BEGIN;
DROP EXTENSION aqumv;
CREATE SCHEMA aqumv;
CREATE TABLE aqumv.tracking (relation oid);
CREATE TABLE aqumv.mark (root oid);
CREATE TABLE aqumv.refresh (view oid);
INSERT INTO t VALUES (103);
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
ROLLBACK;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');

SET client_min_messages = warning;
DROP SCHEMA ddl_extension CASCADE;
SELECT * FROM pg_temp.state();
