-- When the least or greatest of a group goes, the next one is looked up by itself,
-- through an index if there is one.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_extremes;
SET search_path = incremental_extremes;
CREATE TABLE t (id int PRIMARY KEY, k int, s text COLLATE "C", v int, w int, b bool, x numeric, at timestamp);
INSERT INTO t SELECT i, nullif(i % 20, 0), nullif('s' || i % 3, 's0'), i, -i, i % 2 = 0, i * 0.1, timestamp '2025-01-01' + i % 25 * interval '1 day' FROM generate_series(1, 5000) AS i;
CREATE INDEX ON t (k, v);
CREATE INDEX ON t (s, k, w);
CREATE INDEX ON t (date_trunc('day', at), x);
ANALYZE t;
CREATE MATERIALIZED VIEW v_key WITH (aqumv.incremental) AS SELECT k, count(*), sum(x), min(v), max(v), max(v) - min(v) AS range, avg(v) FROM t GROUP BY k;
CREATE MATERIALIZED VIEW v_keys WITH (aqumv.incremental) AS SELECT s, k, count(*), min(w), max(w), max(w) FILTER (WHERE v > 100) AS some FROM t WHERE v > 10 GROUP BY k, s;
CREATE MATERIALIZED VIEW v_expression WITH (aqumv.incremental) AS SELECT date_trunc('day', at) AS d, sum(x), stddev(x), min(x), max(x), count(*) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW v_all WITH (aqumv.incremental) AS SELECT sum(x), min(id), max(id), count(*) FROM t;
-- no index; a FILTER that may raise an error; something else that is computed again
CREATE MATERIALIZED VIEW v_other WITH (aqumv.incremental) AS
    SELECT w % 4 AS m, count(*), min(x), max(at) AS a, max(v) FILTER (WHERE 1000 / v > 0), bool_and(b), bool_or(b) FROM t WHERE v <> 0 GROUP BY w % 4;
CREATE MATERIALIZED VIEW v_mixed WITH (aqumv.incremental) AS SELECT k, max(v), array_agg(id ORDER BY id) FILTER (WHERE id % 100 = 0), sum(v::float8) FROM t GROUP BY k;
TABLE differences;

-- A few rows are fetched through indexes, not whole groups of 85 and more (but
-- where a key is NULL: for those, core has no use for the order of the index).
BEGIN;
DROP MATERIALIZED VIEW v_other, v_mixed;
SELECT seq_tup_read + idx_tup_fetch AS before FROM pg_stat_xact_user_tables WHERE relid = 't'::regclass \gset
DELETE FROM t WHERE id = 4999;
DELETE FROM t WHERE id = 3;
DELETE FROM t WHERE id = 4991;
UPDATE t SET v = 1000, x = 7, w = 0 WHERE id = 4997;
SELECT seq_tup_read + idx_tup_fetch - :before < 50 AS few FROM pg_stat_xact_user_tables WHERE relid = 't'::regclass;
TABLE differences;
ROLLBACK;

-- one, several, all kinds of keys
DELETE FROM t WHERE id = 4999;
DELETE FROM t WHERE id IN (1, 4998, 4997);
DELETE FROM t WHERE k IS NULL AND id % 40 = 0;
DELETE FROM t WHERE k = 7 AND id < 500;
UPDATE t SET v = -v WHERE id > 4900;
UPDATE t SET k = NULL, s = NULL WHERE v < -4980;
TABLE differences;
INSERT INTO t VALUES (6000, 5, 's1', 9000, 0, NULL, 1.50, '2025-02-01'), (6001, NULL, NULL, 9000, 0, NULL, NULL, NULL);
DELETE FROM t WHERE id IN (6000, 4960);
DELETE FROM t WHERE id = 6001;
UPDATE t SET v = NULL, w = NULL, x = NULL WHERE k = 3;
TABLE differences;
DELETE FROM t WHERE k = 3 AND id > 100;
DELETE FROM t WHERE id % 10 > 1;
TABLE differences;
BEGIN;
INSERT INTO t VALUES (7000, 1, 's1', 10000, 1, true, 0.001, '2026-01-01');
SAVEPOINT a;
DELETE FROM t WHERE id = 7000;
ROLLBACK TO a;
UPDATE t SET v = 1 WHERE id = 7000;
DELETE FROM t WHERE id = 7000;
COMMIT;
TABLE differences;
DELETE FROM t;
TABLE differences;
SELECT sum, min, max, count FROM v_all;

SET client_min_messages = warning;
DROP SCHEMA incremental_extremes CASCADE;
