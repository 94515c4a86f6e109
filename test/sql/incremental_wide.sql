-- Grouping keys that are too wide for a btree index (2,704 bytes, compressed):
-- the view's maintenance ends, and the write goes through.  What can be
-- compressed, or is no key, may be as wide as it likes.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_wide;
SET search_path = incremental_wide;
CREATE FUNCTION wide(i int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT string_agg(md5(i || ' ' || j), '') FROM generate_series(1, 200) AS j $$;
CREATE TABLE t (id int PRIMARY KEY, k text, v int);
CREATE MATERIALIZED VIEW v_key WITH (aqumv.incremental) AS SELECT k, count(*), sum(v) FROM t GROUP BY k;
CREATE MATERIALIZED VIEW v_hash WITH (aqumv.incremental) AS SELECT md5(k) AS h, count(*), max(k) FROM t GROUP BY md5(k);
CREATE MATERIALIZED VIEW v_rows WITH (aqumv.incremental) AS SELECT k, v FROM t;
INSERT INTO t VALUES (1, 'short', 1), (2, repeat('x', 100000), 2), (3, NULL, 3);
BEGIN;
UPDATE t SET k = wide(1) WHERE id = 1;
ROLLBACK;
TABLE differences;
BEGIN;
INSERT INTO t VALUES (7, 'short', 4), (8, NULL, 4), (4, wide(4), 4), (9, 'shorter', 4);
SELECT usable FROM aqumv.views WHERE view = 'v_key'::regclass;
DELETE FROM t WHERE id IN (4, 7, 8, 9);
REFRESH MATERIALIZED VIEW v_key;
INSERT INTO t VALUES (10, substr(wide(10), 1, 2600), 4);
COMMIT;
DELETE FROM t WHERE id = 10;
SELECT usable FROM aqumv.views WHERE view = 'v_key'::regclass;
TABLE differences;
ALTER MATERIALIZED VIEW v_key SET (aqumv.maintenance = 'manual');
INSERT INTO t VALUES (4, wide(4), 4), (5, wide(5), 5), (6, wide(4), 6);
DELETE FROM t WHERE id = 6;
SELECT h, count, length(max) FROM v_hash ORDER BY length(max), h;
TABLE differences;
-- nor can the view be created, filled or changed back
CREATE MATERIALIZED VIEW v_new WITH (aqumv.incremental) AS SELECT k, count(*) FROM t GROUP BY k;
CREATE MATERIALIZED VIEW v_new WITH (aqumv.incremental) AS SELECT k, count(*) FROM t GROUP BY k WITH NO DATA;
REFRESH MATERIALIZED VIEW v_new;
ALTER MATERIALIZED VIEW v_key SET (aqumv.maintenance = 'immediate');
REFRESH MATERIALIZED VIEW v_key;
DELETE FROM t WHERE id IN (4, 5);
REFRESH MATERIALIZED VIEW v_key;
REFRESH MATERIALIZED VIEW v_new;
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA incremental_wide CASCADE;
