-- A view that is dropped, created or changed in a transaction that is rolled
-- back: the session that did it must know, when it writes next, which views there
-- are.  Each block is the first write of a session, which has not read them yet.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_rolled_back;
SET search_path = incremental_rolled_back;
CREATE TABLE t (id int PRIMARY KEY, k int, v int);
INSERT INTO t SELECT i, i % 3, i FROM generate_series(1, 30) AS i;
CREATE MATERIALIZED VIEW v1 WITH (aqumv.incremental) AS SELECT k, sum(v) FROM t GROUP BY k;
CREATE MATERIALIZED VIEW v2 WITH (aqumv.incremental) AS SELECT k, array_agg(v ORDER BY v) FROM t GROUP BY k;
\c
SET search_path = incremental_rolled_back;
BEGIN;
DROP MATERIALIZED VIEW v2;
DELETE FROM t WHERE id = 30;
ROLLBACK;
DELETE FROM t WHERE id = 29;
\c
SET search_path = incremental_rolled_back;
BEGIN;
SAVEPOINT a;
DROP MATERIALIZED VIEW v2;
DELETE FROM t WHERE id = 28;
ROLLBACK TO a;
DELETE FROM t WHERE id = 27;
COMMIT;
\c
SET search_path = incremental_rolled_back;
BEGIN;
DROP MATERIALIZED VIEW v2;
DELETE FROM t WHERE id = 26;
PREPARE TRANSACTION 'aqumv_rolled_back';
ROLLBACK PREPARED 'aqumv_rolled_back';
DELETE FROM t WHERE id = 25;
\c
SET search_path = incremental_rolled_back;
BEGIN;
CREATE MATERIALIZED VIEW v3 WITH (aqumv.incremental) AS SELECT k, max(v) FROM t GROUP BY k;
DELETE FROM t WHERE id = 24;
ROLLBACK;
DELETE FROM t WHERE id = 23;
\c
SET search_path = incremental_rolled_back;
BEGIN;
ALTER MATERIALIZED VIEW v2 SET (aqumv.maintenance = 'manual');
DELETE FROM t WHERE id = 22;
ROLLBACK;
DELETE FROM t WHERE id = 21;
\i :harness
TABLE differences;
SELECT view, usable FROM aqumv.views WHERE base = 't'::regclass ORDER BY view::text;
SET client_min_messages = warning;
DROP SCHEMA incremental_rolled_back CASCADE;
