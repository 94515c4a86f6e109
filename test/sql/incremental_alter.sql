-- ALTER MATERIALIZED VIEW ... SET and RESET (aqumv.*), and the security label
-- behind them.  If this were wrong, a view would be taken for maintained that is
-- not, or was not from the beginning.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_alter;
SET search_path = incremental_alter;
CREATE TABLE t (k int PRIMARY KEY, g int, v int);
INSERT INTO t SELECT i, i % 3, i FROM generate_series(1, 30) i;
CREATE MATERIALIZED VIEW mv AS SELECT g, count(*) AS c, sum(v) AS s FROM t GROUP BY g;
CREATE VIEW shown AS
    SELECT v.view, v.maintenance, v.usable, v.reason_code, c.reloptions,
           (SELECT string_agg(indexrelid::regclass::text, ' ') FROM pg_index WHERE indrelid = c.oid) AS index,
           (SELECT count(*) FROM pg_trigger WHERE tgrelid = v.base AND tgname ~ '^!aqumv_maintain') AS triggers
      FROM aqumv.views v JOIN pg_class c ON c.oid = v.view
     WHERE pg_table_is_visible(c.oid);

-- becoming immediate fills the view
INSERT INTO t VALUES (31, 7, 1);
ALTER MATERIALIZED VIEW mv SET (aqumv.maintenance = 'immediate');
SELECT * FROM shown;
SELECT * FROM mv ORDER BY g;
-- once is enough
ALTER MATERIALIZED VIEW mv SET (aqumv.incremental);
ALTER MATERIALIZED VIEW mv SET (aqumv.incremental, fillfactor = 60);
SELECT * FROM shown;
-- back, in all ways
ALTER MATERIALIZED VIEW mv RESET (aqumv.maintenance);
SELECT * FROM shown;
ALTER MATERIALIZED VIEW mv SET (aqumv.incremental = on, autovacuum_enabled = off), SET (fillfactor = 80);
SELECT * FROM shown;
ALTER MATERIALIZED VIEW mv RESET (aqumv.incremental, autovacuum_enabled);
SELECT * FROM shown;
ALTER TABLE mv SET (aqumv.incremental);
ALTER MATERIALIZED VIEW mv SET (aqumv.maintenance = manual);
SELECT * FROM shown;
-- undone
BEGIN;
ALTER MATERIALIZED VIEW mv SET (aqumv.incremental);
ROLLBACK;
SELECT * FROM shown;

-- an index of the user's that does is enough
DROP INDEX mv_aqumv_maintenance_idx;
CREATE UNIQUE INDEX mine ON mv (g) NULLS NOT DISTINCT;
ALTER MATERIALIZED VIEW mv SET (aqumv.incremental);
SELECT * FROM shown;
DROP INDEX mine;
CREATE UNIQUE INDEX mine ON mv (g);
REFRESH MATERIALIZED VIEW mv;
REFRESH MATERIALIZED VIEW CONCURRENTLY mv;
SELECT * FROM shown;

-- a view without data stays so; REFRESH has it maintained
CREATE MATERIALIZED VIEW empty AS SELECT k, v FROM t WITH NO DATA;
ALTER MATERIALIZED VIEW empty SET (aqumv.incremental);
SELECT * FROM shown WHERE view = 'empty'::regclass;
REFRESH MATERIALIZED VIEW empty;
SELECT * FROM shown WHERE view = 'empty'::regclass;
REFRESH MATERIALIZED VIEW empty WITH NO DATA;
SELECT * FROM shown WHERE view = 'empty'::regclass;
DROP MATERIALIZED VIEW empty;

-- what is wrong, missing or no materialized view
ALTER MATERIALIZED VIEW mv SET (aqumv.maintenance = 'weekly');
ALTER MATERIALIZED VIEW mv SET (aqumv.max_stillness = 1);
ALTER MATERIALIZED VIEW mv RESET (aqumv.nothing);
ALTER MATERIALIZED VIEW mv RESET (aqumv.incremental = off);
ALTER MATERIALIZED VIEW none SET (aqumv.incremental);
ALTER MATERIALIZED VIEW IF EXISTS none SET (aqumv.incremental);
ALTER TABLE t SET (aqumv.incremental);
ALTER INDEX t_pkey SET (aqumv.incremental);

-- the label: an intention, until REFRESH
SELECT objname, label FROM pg_seclabels WHERE provider = 'aqumv';
CREATE MATERIALIZED VIEW labelled AS SELECT k, v FROM t;
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW labelled IS 'maintenance=immediate';
SELECT * FROM shown WHERE view = 'labelled'::regclass;
REFRESH MATERIALIZED VIEW labelled;
SELECT * FROM shown WHERE view = 'labelled'::regclass;
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW labelled IS NULL;
SELECT maintenance FROM shown WHERE view = 'labelled'::regclass;
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW labelled IS 'immediate';
SECURITY LABEL FOR aqumv ON TABLE t IS 'maintenance=immediate';
SECURITY LABEL FOR aqumv ON COLUMN labelled.k IS 'maintenance=immediate';
DROP MATERIALIZED VIEW labelled;

-- with the extension, the labels go
BEGIN;
DROP EXTENSION aqumv CASCADE;
SELECT objname, label FROM pg_seclabels WHERE provider = 'aqumv';
ALTER MATERIALIZED VIEW mv SET (aqumv.incremental);
ROLLBACK;
BEGIN;
DROP EXTENSION aqumv CASCADE;
CREATE EXTENSION aqumv;
SELECT view, maintenance, reason_code FROM aqumv.views WHERE pg_table_is_visible(view);
ALTER MATERIALIZED VIEW mv SET (aqumv.incremental);
SELECT view, maintenance, reason_code FROM aqumv.views WHERE pg_table_is_visible(view);
ROLLBACK;

SET client_min_messages = warning;
DROP SCHEMA incremental_alter CASCADE;
SELECT * FROM pg_temp.state();
SELECT * FROM pg_seclabel WHERE provider = 'aqumv';
