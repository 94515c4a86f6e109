-- SECURITY LABEL that changes nothing makes nothing fresh, and one that changes
-- something no more than it should.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA label_noop;
SET search_path = label_noop, public;
CREATE TABLE t (k int);
INSERT INTO t VALUES (1);
CREATE MATERIALIZED VIEW v AS SELECT k, count(*) FROM t GROUP BY k;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

BEGIN;
INSERT INTO t VALUES (1);
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW v IS NULL;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');
COMMIT;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');
REFRESH MATERIALIZED VIEW v;

-- options that change nothing
BEGIN;
INSERT INTO t VALUES (1);
ALTER MATERIALIZED VIEW v SET (aqumv.maintenance = manual);
ALTER MATERIALIZED VIEW v RESET (aqumv.incremental);
ALTER MATERIALIZED VIEW v SET (fillfactor = 90);
COMMIT;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

-- there and back
BEGIN;
INSERT INTO t VALUES (2);
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW v IS 'maintenance=immediate';
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW v IS NULL;
COMMIT;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

-- what writers maintained holds their writes; what comes later it does not
ALTER MATERIALIZED VIEW v SET (aqumv.incremental);
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW v IS 'maintenance=immediate';
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');
BEGIN;
INSERT INTO t VALUES (3);
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW v IS NULL;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');
INSERT INTO t VALUES (4);
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');
COMMIT;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

-- in the middle of a statement: half of its rows are in the table already
CREATE FUNCTION label() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW label_noop.v IS NULL';
    RETURN 5;
END $$;
ALTER MATERIALIZED VIEW v SET (aqumv.incremental);
INSERT INTO t SELECT CASE i WHEN 2 THEN label() ELSE 5 END FROM generate_series(1, 3) i;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

SET client_min_messages = warning;
DROP SCHEMA label_noop CASCADE;
