-- VACUUM, VACUUM FULL, CLUSTER, REINDEX, ANALYZE and other statements that move
-- rows without changing them, on table and view: the view stays usable.
-- TRUNCATE and what rewrites the table with other values: it does not.  If this
-- were wrong, every maintenance window would leave all views unused, or a
-- truncated table would go on answering.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_storage;
SET search_path = ddl_storage;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
CREATE INDEX t_a ON t (a);
CREATE MATERIALIZED VIEW v AS SELECT a, b FROM t WHERE a > 50;
CREATE INDEX v_a ON v (a);
\set q '''SELECT a, b FROM t WHERE a > 60'''
SELECT pg_temp.answer(:q);

VACUUM t;
VACUUM v;
ANALYZE t, v;
SELECT pg_temp.answer(:q);
VACUUM FULL v;
SELECT pg_temp.answer(:q);
CLUSTER v USING v_a;
SELECT pg_temp.answer(:q);
VACUUM FULL t;
SELECT pg_temp.answer(:q);
CLUSTER t USING t_a;
SELECT pg_temp.answer(:q);
REINDEX TABLE v;
REINDEX TABLE t;
SELECT pg_temp.answer(:q);
ALTER MATERIALIZED VIEW v SET (fillfactor = 50);
ALTER TABLE t SET (fillfactor = 50);
ALTER MATERIALIZED VIEW v ALTER COLUMN a SET STATISTICS 50;
ALTER MATERIALIZED VIEW v CLUSTER ON v_a;
CREATE INDEX ON v (b);
SELECT pg_temp.answer(:q);

-- after all this, writes are noticed and a REFRESH helps
INSERT INTO t VALUES (101, 1);
SELECT pg_temp.answer(:q);
-- moving a stale view does not make it fresh
VACUUM FULL v;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);
BEGIN;
CLUSTER v;
SELECT pg_temp.answer(:q);
ROLLBACK;
SELECT pg_temp.answer(:q);

-- a view without rows
REFRESH MATERIALIZED VIEW v WITH NO DATA;
VACUUM FULL v;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);

TRUNCATE t;
SELECT pg_temp.answer(:q);
SELECT pg_temp.why(:q);
INSERT INTO t SELECT a, a % 10 FROM generate_series(1, 100) a;
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);

-- UNLOGGED and back
ALTER TABLE t SET UNLOGGED;
SELECT pg_temp.answer(:q);
SELECT pg_temp.why(:q);
ALTER TABLE t SET LOGGED;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);

SET client_min_messages = warning;
DROP SCHEMA ddl_storage CASCADE;
