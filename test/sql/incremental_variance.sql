-- The variance family follows by algebra, digit for digit.  Differences are
-- found in the text, so 1.0 is not 1.00.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_variance;
SET search_path = incremental_variance;

-- The functions: as core's aggregates over thousands of small groups of numbers
-- of all magnitudes and scales.
CREATE FUNCTION number() RETURNS numeric LANGUAGE sql VOLATILE AS $$
    SELECT CASE (random() * 12)::int
        WHEN 0 THEN NULL WHEN 1 THEN 1 WHEN 2 THEN 1.0 WHEN 3 THEN 1.000 WHEN 4 THEN 1e-20 WHEN 5 THEN 1e30 WHEN 6 THEN 0.00
        WHEN 7 THEN (random() * 100)::int WHEN 8 THEN round((random() * 1000)::numeric, 3) WHEN 9 THEN -round((random() * 1e12)::numeric, 6)
        WHEN 10 THEN 9999.9999 WHEN 11 THEN random()::numeric * 10.0 ^ ((random() * 60)::int - 30)
        ELSE CASE (random() * 20)::int WHEN 0 THEN numeric 'NaN' WHEN 1 THEN 'Infinity' WHEN 2 THEN '-Infinity' ELSE 7 END END
$$;
SELECT setseed(0.5) \g /dev/null
CREATE TABLE numbers AS SELECT g, number() AS x FROM generate_series(1, 4000) AS g, generate_series(0, g % 7);
CREATE TABLE integers AS SELECT g, ((random() - 0.5) * 10 ^ (random() * 9))::int AS x FROM generate_series(1, 4000) AS g, generate_series(0, g % 7);
CREATE TABLE integers8 AS SELECT g, ((random() - 0.5) * 10 ^ (random() * 18))::bigint AS x FROM generate_series(1, 4000) AS g, generate_series(0, g % 7);
\set squares 'count(x), sum(x), sum(x::numeric * x)'
\set theirs 'ARRAY[var_pop(x)::text, var_samp(x)::text, stddev_pop(x)::text, stddev_samp(x)::text] AS theirs'
\set ours 'ARRAY[aqumv.var_pop(' :squares ')::text, aqumv.var_samp(' :squares ')::text, '
\set ours :ours 'aqumv.stddev_pop(' :squares ')::text, aqumv.stddev_samp(' :squares ')::text] AS ours'
\set results 'FROM (SELECT ' :theirs ', ' :ours
SELECT count(*), count(*) FILTER (WHERE ours IS DISTINCT FROM theirs) AS different :results FROM numbers GROUP BY g) AS r;
SELECT count(*), count(*) FILTER (WHERE ours IS DISTINCT FROM theirs) AS different :results FROM integers GROUP BY g) AS r;
SELECT count(*), count(*) FILTER (WHERE ours IS DISTINCT FROM theirs) AS different :results FROM integers8 GROUP BY g) AS r;
-- a root that is halfway between two results once it is rounded
SELECT theirs[3] AS theirs, ours[3] AS ours :results FROM unnest('{800000000,-800000000,40000,-40000,0,0,0,0}'::int[]) AS x) AS r;
SELECT aqumv.var_pop(0, NULL, NULL), aqumv.var_pop(0, 0, 0), aqumv.var_samp(1, 1, 1), aqumv.stddev_pop(1, 'Infinity', 'Infinity');

-- What is there already is not added.
CREATE TABLE t (id int PRIMARY KEY, k int, i2 int2, i4 int NOT NULL, i8 bigint, n numeric, m numeric(10,3));
CREATE MATERIALIZED VIEW v_stored WITH (aqumv.incremental) AS
    SELECT k, count(*) AS c, sum(i4) AS s, sum(i4 * i4) AS q, stddev(i4), count(n) AS cn, sum(n) AS sn, sum(n * n) AS qn, stddev(n) AS dn, variance(n) AS vn FROM t GROUP BY k;
CREATE MATERIALIZED VIEW v_types WITH (aqumv.incremental) AS
    SELECT k, variance(i2) AS a, stddev(i2) AS b, var_pop(i4) AS c, stddev_pop(i8) AS d, var_samp(n) AS e, stddev_samp(m) AS f, var_pop(i2 + i8 * 2) AS g FROM t GROUP BY k;
CREATE MATERIALIZED VIEW v_all WITH (aqumv.incremental) AS
    SELECT stddev(n) FILTER (WHERE k > 1), variance(n * 2) + 1 AS more, stddev(i4) / nullif(avg(i4), 0) AS ratio, sum(n * n) AS q FROM t;
SELECT attrelid::regclass AS view, attname FROM pg_attribute WHERE attrelid IN ('v_stored'::regclass, 'v_all'::regclass) AND attname LIKE '\_\_%' ORDER BY attrelid, attnum;

-- Random statements; groups of 0, 1, 2 and more rows.
CREATE VIEW a_row AS
    SELECT (random() * 3)::int AS k, ((random() - 0.5) * 60000)::int2 AS i2, ((random() - 0.5) * 80000)::int AS i4,
           ((random() - 0.5) * 10 ^ (random() * 18))::bigint AS i8, number() AS n,
           CASE WHEN random() < 0.03 THEN 'NaN' ELSE round((random() * 100)::numeric, 3) END::numeric(10,3) AS m;
DO $$
DECLARE
    one int;
    wrong text;
BEGIN
    FOR step IN 1 .. 250 LOOP
        one := random() * 30;
        CASE (random() * 6)::int
            WHEN 0, 1, 2 THEN INSERT INTO t SELECT one + i, r.* FROM generate_series(0, (random() * 2)::int) AS i, LATERAL (SELECT * FROM a_row WHERE i >= 0) AS r ON CONFLICT DO NOTHING;
            WHEN 3 THEN UPDATE t SET (k, i2, i4, i8, n, m) = (SELECT * FROM a_row) WHERE id = one;
            WHEN 4 THEN UPDATE t SET n = CASE WHEN one % 2 = 0 THEN n * 1.0 END, i2 = NULL WHERE id % 7 = one % 7;
            WHEN 5 THEN DELETE FROM t WHERE id = one;
            ELSE DELETE FROM t WHERE id % 5 = one % 5;
        END CASE;
        SELECT string_agg(view::text, ', ') INTO wrong FROM differences;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION 'step %: % differ', step, wrong;
        END IF;
    END LOOP;
END $$;
SELECT count(*) > 0 AS left FROM t;
DELETE FROM t;
TABLE differences;
TABLE v_all;
-- very many digits
INSERT INTO t (id, i4, n) VALUES (1, 1, 1e-2600), (2, 1, 1e-2500), (3, 1, 1e-1500), (4, 1, 1);
DELETE FROM t WHERE id = 1;
TABLE differences;
DELETE FROM t WHERE id = 2;
TABLE differences;
DELETE FROM t WHERE id = 3;
TABLE differences;

-- It is algebra: nothing reads the table, as a computation would have to, but
-- the statements themselves.
DROP MATERIALIZED VIEW v_stored, v_types, v_all;
DELETE FROM t;
CREATE FUNCTION scans() RETURNS bigint LANGUAGE sql AS
    'SELECT pg_stat_get_xact_numscans(''t''::regclass) + pg_stat_get_xact_numscans(''t_pkey''::regclass)';
CREATE MATERIALIZED VIEW v_blind WITH (aqumv.incremental) AS
    SELECT k, var_pop(i2) AS a, var_samp(i4) AS b, stddev_pop(i8) AS c, stddev(n) AS d, variance(m) AS e FROM t GROUP BY k;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
BEGIN;
SELECT scans() AS before \gset
INSERT INTO t VALUES (1, 1, 1, 1, 1, 1, 1), (2, 1, 2, 2, 2, 2.50, 2), (3, 1, 3, 3, 3, 1e-10, 3), (4, 2, 3, 3, 3, 1e-10, 3);
UPDATE t SET n = 5.125, i8 = 7 WHERE id = 3;
DELETE FROM t WHERE id IN (1, 4);
SELECT scans() - :before AS scans;
COMMIT;
TABLE differences;
CREATE MATERIALIZED VIEW v_seeing WITH (aqumv.incremental) AS SELECT k, stddev(n::float8) FROM t GROUP BY k;
BEGIN;
SELECT scans() AS before \gset
UPDATE t SET n = 5.25 WHERE id = 3;
SELECT scans() - :before > 1 AS seeing;
COMMIT;
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA incremental_variance CASCADE;
