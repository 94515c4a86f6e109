-- Which statements lock the table, and how: what README says.  If this were
-- wrong, filling a view would keep the writers of its table out for as long as
-- it takes, or tracking would begin while somebody writes unseen.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_locks;
SET search_path = ddl_locks;
CREATE TABLE t AS SELECT a FROM generate_series(1, 100) a;
CREATE FUNCTION locks(relation regclass) RETURNS text LANGUAGE sql AS
    'SELECT string_agg(mode, '' '' ORDER BY mode COLLATE "C") FROM pg_locks
      WHERE locks.relation = pg_locks.relation AND pid = pg_backend_pid()';

-- a table that is not tracked yet
BEGIN;
CREATE MATERIALIZED VIEW v AS SELECT a FROM t WITH NO DATA;
SELECT locks('t');
ROLLBACK;
BEGIN;
CREATE MATERIALIZED VIEW v AS SELECT a FROM t;
SELECT locks('t');
ROLLBACK;
BEGIN;
SELECT aqumv.track('t');
SELECT locks('t');
COMMIT;

-- one that is
BEGIN;
SELECT aqumv.track('t');
SELECT locks('t');
COMMIT;
BEGIN;
CREATE MATERIALIZED VIEW v AS SELECT a FROM t;
SELECT locks('t');
COMMIT;
BEGIN;
REFRESH MATERIALIZED VIEW v;
SELECT locks('t'), locks('v') ~ 'AccessExclusiveLock' AS readers_wait;
COMMIT;
CREATE UNIQUE INDEX ON v (a);
BEGIN;
REFRESH MATERIALIZED VIEW CONCURRENTLY v;
SELECT locks('t'), locks('v') ~ 'AccessExclusiveLock' AS readers_wait;
COMMIT;
BEGIN;
DROP MATERIALIZED VIEW v;
SELECT locks('t');
ROLLBACK;

-- a query takes no more than it would on the table, and as much on the view
SET enable_answer_query_using_materialized_views = on;
BEGIN;
SELECT count(*) FROM t;
SELECT locks('t'), locks('v');
COMMIT;
-- a write takes no more than without tracking
BEGIN;
INSERT INTO t VALUES (101);
SELECT locks('t'), locks('v');
-- nor does a query for which the view is of no use keep it locked
SELECT count(*) FROM t;
SELECT locks('v');
COMMIT;

-- a view without tracking: REFRESH begins to track, and locks as CREATE does
SELECT aqumv.untrack('t');
BEGIN;
REFRESH MATERIALIZED VIEW v;
SELECT locks('t');
COMMIT;
BEGIN;
SELECT aqumv.untrack('t');
SELECT locks('t');
COMMIT;

SET client_min_messages = warning;
DROP SCHEMA ddl_locks CASCADE;
