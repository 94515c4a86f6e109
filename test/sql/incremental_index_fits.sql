-- Which index finds the row of a group?  One that tells groups apart just as the
-- definition does: under another collation or operator class two would be one.
-- And if there is none any more, writers do not suffer.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
-- by an index that does not fit it would look for ever
SET statement_timeout = '15s';
CREATE SCHEMA incremental_index_fits;
SET search_path = incremental_index_fits;
CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE t (k text, x int);
INSERT INTO t VALUES ('a', 1), ('b', 2);
CREATE MATERIALIZED VIEW mv WITH (aqumv.incremental) AS SELECT k, count(*), sum(x) FROM t GROUP BY k;
CREATE UNIQUE INDEX mv_ci ON mv (k COLLATE ci) NULLS NOT DISTINCT;
-- now the other one has the higher OID
REINDEX INDEX CONCURRENTLY mv_aqumv_maintenance_idx;
\c -
SET statement_timeout = '15s';
\i :harness
SET search_path = incremental_index_fits;
INSERT INTO t VALUES ('c', 3);
UPDATE t SET x = 5 WHERE k = 'b';
TABLE differences;
-- the index forbids this; it would be one group
\set VERBOSITY terse
INSERT INTO t VALUES ('A', 10);
\set VERBOSITY default
SELECT usable FROM aqumv.views WHERE view = 'mv'::regclass;
DROP INDEX mv_ci;
REFRESH MATERIALIZED VIEW mv;
INSERT INTO t VALUES ('A', 10);
SELECT k, count, sum FROM mv ORDER BY k COLLATE "C";
TABLE differences;
-- a collation of the definition's own: under the column's own one they are two
CREATE TABLE u (k text COLLATE ci, x int);
CREATE MATERIALIZED VIEW mv_ci WITH (aqumv.incremental) AS SELECT k, count(*) FROM u GROUP BY k;
CREATE UNIQUE INDEX mv_c ON mv_ci (k COLLATE "C") NULLS NOT DISTINCT;
REINDEX INDEX CONCURRENTLY mv_ci_aqumv_maintenance_idx;
\c -
SET statement_timeout = '15s';
\i :harness
SET search_path = incremental_index_fits;
INSERT INTO u VALUES ('a', 1), ('A', 2), ('b', 3);
INSERT INTO u VALUES ('B', 1);
SELECT lower(k), count FROM mv_ci ORDER BY 1;
TABLE differences;
-- operator classes: records by their bits
CREATE TYPE pair AS (a numeric, b int);
CREATE TABLE w (p pair, x int);
CREATE MATERIALIZED VIEW mv_pair WITH (aqumv.incremental) AS SELECT p, count(*) FROM w GROUP BY p;
CREATE UNIQUE INDEX ON mv_pair (p record_image_ops) NULLS NOT DISTINCT;
REINDEX INDEX CONCURRENTLY mv_pair_aqumv_maintenance_idx;
\c -
SET statement_timeout = '15s';
\i :harness
SET search_path = incremental_index_fits;
INSERT INTO w VALUES ((1.0, 1), 1);
INSERT INTO w VALUES ((1.00, 1), 1);
SELECT count(*), sum(count) FROM mv_pair;
-- others that are as good, in another order, with more columns beside
CREATE TABLE z (a int, b text, x int);
CREATE MATERIALIZED VIEW mv_z WITH (aqumv.incremental) AS SELECT a, b, sum(x), count(*) FROM z GROUP BY a, b;
CREATE UNIQUE INDEX mv_other ON mv_z (b text_pattern_ops, a DESC) INCLUDE (sum) NULLS NOT DISTINCT;
DROP INDEX mv_z_aqumv_maintenance_idx;
INSERT INTO z VALUES (1, 'x', 1), (1, NULL, 1), (NULL, 'x', 1), (1, 'x', 2);
DELETE FROM z WHERE b IS NULL;
TABLE differences;
SELECT view, usable FROM aqumv.views WHERE view = 'mv_z'::regclass;
-- indexes that are not as good
CREATE UNIQUE INDEX ON mv_z (a, b);
CREATE UNIQUE INDEX ON mv_z (a, b) NULLS NOT DISTINCT WHERE a > 0;
CREATE UNIQUE INDEX ON mv_z (a, (b || '')) NULLS NOT DISTINCT;
CREATE INDEX ON mv_z (a, b);
CREATE UNIQUE INDEX ON mv_z (a, b, sum) NULLS NOT DISTINCT;
CREATE UNIQUE INDEX ON mv_z (a, a) NULLS NOT DISTINCT;
DROP INDEX mv_other;
SELECT view, usable FROM aqumv.views WHERE view = 'mv_z'::regclass;
INSERT INTO z VALUES (2, 'y', 1);
UPDATE z SET x = 7;
DELETE FROM z WHERE a = 1;
REFRESH MATERIALIZED VIEW mv_z;
SELECT view, usable FROM aqumv.views WHERE view = 'mv_z'::regclass;
INSERT INTO z VALUES (2, 'y', 1);
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA incremental_index_fits CASCADE;
