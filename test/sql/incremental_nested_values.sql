-- Records, arrays and ranges made of columns whose values get compressed or moved
-- out of line when they are stored: the same value, with other bits within.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_nested_values;
SET search_path = incremental_nested_values;
CREATE TYPE c AS (t text);
CREATE TYPE cc AS (n int, inner_c c, list text[]);
CREATE TYPE range_c AS RANGE (subtype = c);
CREATE DOMAIN dom AS c;
CREATE TABLE t (a int, x text);
CREATE TABLE k (a int PRIMARY KEY, x text);
CREATE MATERIALIZED VIEW mv_record WITH (aqumv.incremental) AS SELECT a, ROW(x)::c AS r FROM t;
CREATE MATERIALIZED VIEW mv_record_key WITH (aqumv.incremental) AS SELECT a, ROW(x)::c AS r FROM k;
CREATE MATERIALIZED VIEW mv_nested WITH (aqumv.incremental) AS SELECT ROW(a, ROW(x)::c, ARRAY[x, 'y'])::cc AS r FROM t;
CREATE MATERIALIZED VIEW mv_arrays WITH (aqumv.incremental) AS SELECT ARRAY[ROW(x)::c, ROW(NULL)::c, NULL] AS cs, ARRAY[x] AS xs FROM t;
CREATE MATERIALIZED VIEW mv_deep WITH (aqumv.incremental) AS SELECT ARRAY[ROW(a, ROW(x)::c, NULL)::cc] AS r FROM t;
CREATE MATERIALIZED VIEW mv_range WITH (aqumv.incremental) AS SELECT range_c(ROW(x)::c, NULL) AS r, range_c(NULL, ROW(x)::c, '[]') AS u FROM t;
CREATE MATERIALIZED VIEW mv_text WITH (aqumv.incremental) AS SELECT x, x || 'z' AS z FROM t;
CREATE MATERIALIZED VIEW mv_group WITH (aqumv.incremental) AS SELECT ROW(x)::c AS r, count(*), sum(a) FROM t WHERE length(x) < 1000 OR x IS NULL GROUP BY 1;
CREATE MATERIALIZED VIEW mv_count WITH (aqumv.incremental) AS SELECT a, count(ROW(x)::c), max(ARRAY[x]), array_agg(ROW(x)::c ORDER BY x) FROM t GROUP BY 1;
-- some of everything: short, compressed, out of line
CREATE FUNCTION words(n int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(md5(i::text), '') FROM generate_series(1, n) AS i $$;
CREATE VIEW contents AS
    SELECT 1 AS a, repeat('abc', 2000) AS x UNION ALL SELECT 2, repeat('abc', 2000) UNION ALL SELECT 1, 'short' UNION ALL
    SELECT 3, words(20) UNION ALL SELECT 3, words(20) UNION ALL SELECT 4, repeat(words(10), 30) UNION ALL
    SELECT 5, words(500) UNION ALL SELECT 6, NULL UNION ALL SELECT 7, repeat('abc', 30000);
INSERT INTO t TABLE contents;
INSERT INTO k SELECT row_number() OVER (), x FROM contents;
TABLE differences;
UPDATE t SET a = a + 1 WHERE a IN (1, 4, 5);
UPDATE k SET x = x || '!' WHERE a < 4;
TABLE differences;
UPDATE t SET x = x || 'd' WHERE a = 2;
DELETE FROM t WHERE a = 2;
TABLE differences;
-- what a REFRESH has filled, from stored rows
INSERT INTO t TABLE contents;
REFRESH MATERIALIZED VIEW mv_record;
REFRESH MATERIALIZED VIEW mv_nested;
REFRESH MATERIALIZED VIEW mv_arrays;
REFRESH MATERIALIZED VIEW mv_deep;
REFRESH MATERIALIZED VIEW mv_range;
DELETE FROM t WHERE ctid IN (SELECT min(ctid) FROM t GROUP BY a, x);
TABLE differences;
-- rows that come and go in one statement
WITH moved AS (DELETE FROM t RETURNING *) INSERT INTO t SELECT a + 10, x FROM moved;
TABLE differences;
-- columns of such types, rather than expressions
CREATE TABLE stored (r c, d dom, rs cc[]);
CREATE MATERIALIZED VIEW mv_stored WITH (aqumv.incremental) AS SELECT r, d, rs, (r).t FROM stored;
INSERT INTO stored SELECT ROW(x)::c, ROW(x)::dom, ARRAY[ROW(a, ROW(x)::c, ARRAY[x])::cc] FROM t;
INSERT INTO stored SELECT ROW(x)::c, ROW(x)::dom, ARRAY[ROW(a, ROW(x)::c, ARRAY[x])::cc] FROM contents;
UPDATE stored SET d = r WHERE (r).t IS NULL;
TABLE differences;
DELETE FROM stored;
TRUNCATE k;
DELETE FROM t;
TABLE differences;
SELECT (SELECT count(*) FROM mv_record), (SELECT count(*) FROM mv_nested), (SELECT count(*) FROM mv_stored),
    (SELECT count(*) FROM mv_group), (SELECT count(*) FROM mv_count);
SET client_min_messages = warning;
DROP SCHEMA incremental_nested_values CASCADE;
