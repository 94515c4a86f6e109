-- aqumv.views and aqumv.tracked_tables: every materialized view, whether it can
-- be used now and if not why, when it was filled and from which snapshot, and
-- the marks against it; for everybody to read.  If this were wrong, an operator
-- would refresh the wrong views, or miss a stale one.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA explain_views;
SET search_path = explain_views;
CREATE ROLE regress_aqumv_reader;
GRANT USAGE ON SCHEMA explain_views TO regress_aqumv_reader;
SELECT attname, atttypid::regtype FROM pg_attribute
 WHERE attrelid = 'aqumv.views'::regclass AND attnum > 0 ORDER BY attnum;
SELECT attname, atttypid::regtype FROM pg_attribute
 WHERE attrelid = 'aqumv.tracked_tables'::regclass AND attnum > 0 ORDER BY attnum;

CREATE TABLE t AS SELECT a FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW fresh AS SELECT a FROM t WHERE a > 50;
CREATE MATERIALIZED VIEW empty AS SELECT a FROM t WITH NO DATA;
CREATE MATERIALIZED VIEW shapeless AS SELECT a FROM t LIMIT 1;
CREATE VIEW shown AS SELECT view, base, maintenance, usable, reason_code,
    last_refresh BETWEEN now() - '1 hour'::interval AND clock_timestamp() AS last_refresh,
    pg_snapshot_xmax(refresh_snapshot) <= pg_snapshot_xmax(pg_current_snapshot()) AS refresh_snapshot, marks
    FROM aqumv.views WHERE pg_table_is_visible(view) ORDER BY view::text COLLATE "C";
SELECT * FROM shown;
SELECT relation, parent, root, since_xid IS NOT NULL AS since, changed_xid IS NOT NULL AS changed
  FROM aqumv.tracked_tables WHERE pg_table_is_visible(relation);

-- marks of transactions that changed rows
INSERT INTO t VALUES (101);
SELECT usable, reason_code, marks > 0 AS marks FROM shown WHERE view = 'fresh'::regclass;
REFRESH MATERIALIZED VIEW fresh;
SELECT usable, reason_code, marks FROM shown WHERE view = 'fresh'::regclass;
-- statements that change no row leave none
INSERT INTO t SELECT 1 WHERE false;
UPDATE t SET a = a WHERE a < 0;
DELETE FROM t WHERE a < 0;
SELECT usable, reason_code, marks FROM shown WHERE view = 'fresh'::regclass;
BEGIN;
INSERT INTO t VALUES (102);
INSERT INTO t VALUES (103);
SELECT usable, reason_code FROM shown WHERE view = 'fresh'::regclass;
ROLLBACK;
SELECT usable, reason_code, marks FROM shown WHERE view = 'fresh'::regclass;

-- what a snapshot sees
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT usable FROM shown WHERE view = 'fresh'::regclass;
DROP MATERIALIZED VIEW empty;
SELECT view, usable FROM shown;
ROLLBACK;

-- everybody may read it, whatever they may read else
SET ROLE regress_aqumv_reader;
SELECT view, base, usable FROM aqumv.views WHERE pg_table_is_visible(view) ORDER BY view::text COLLATE "C";
SELECT relation FROM aqumv.tracked_tables WHERE pg_table_is_visible(relation);
SELECT * FROM fresh;
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA explain_views CASCADE;
DROP ROLE regress_aqumv_reader;
