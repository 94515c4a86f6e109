-- A transaction that stays open has one mark left on its behalf, however many
-- refreshes find it; and who holds a lock for DDL has written nothing.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA marks_bounded;
SET search_path = marks_bounded, public;
CREATE TABLE t (k int PRIMARY KEY);
INSERT INTO t VALUES (1);
CREATE MATERIALIZED VIEW v AS SELECT k, count(*) FROM t GROUP BY k;
BEGIN;
INSERT INTO t VALUES (2);
PREPARE TRANSACTION 'aqumv_forgotten';
DO $$ BEGIN FOR i IN 1..20 LOOP EXECUTE 'REFRESH MATERIALIZED VIEW marks_bounded.v'; END LOOP; END $$;
REFRESH MATERIALIZED VIEW v;
REFRESH MATERIALIZED VIEW v;
SELECT count(*), count(DISTINCT xid) FROM aqumv.mark WHERE kind = 2 AND relation = 't'::regclass;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');
COMMIT PREPARED 'aqumv_forgotten';
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

-- ADD FOREIGN KEY, CREATE TRIGGER: SHARE ROW EXCLUSIVE
REFRESH MATERIALIZED VIEW v;
BEGIN;
CREATE TABLE kid (k int REFERENCES t);
LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE;
PREPARE TRANSACTION 'aqumv_ddl';
REFRESH MATERIALIZED VIEW v;
COMMIT PREPARED 'aqumv_ddl';
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

-- but who writes under such a lock does write
BEGIN;
LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO t VALUES (3);
PREPARE TRANSACTION 'aqumv_both';
REFRESH MATERIALIZED VIEW v;
COMMIT PREPARED 'aqumv_both';
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

SET client_min_messages = warning;
DROP SCHEMA marks_bounded CASCADE;
