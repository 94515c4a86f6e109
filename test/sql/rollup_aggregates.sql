-- Every built-in aggregate, from a view of smaller groups: with core's types,
-- digits and NULLs, or not at all.  Were the code wrong, averages would be those
-- of averages, digits would be lost, an empty input would count NULL, or an
-- aggregate that depends on order would be put together from pieces.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE a (g int, h int, i2 int2, i4 int4, i8 int8, n numeric, n2 numeric(12, 2), f4 float4, f8 float8, m money, iv interval, t text, tc text COLLATE "C",
    tu text COLLATE "und-x-icu", v varchar(9),
                bp char(6), d date, ti time, tt timetz, ts timestamp, tz timestamptz, b bool, bi bit(8), vb varbit, ar int[], ip inet, e mood, o oid, l pg_lsn, ci tid);
-- groups (0..3, 0..2); floats are sums of powers of two, so that order is all one
INSERT INTO a SELECT i % 4, i % 3, i * 7 % 100 - 50, i * 1000003, i * 10000000000, (i * 7919 % 1000) / 10.0 ^ (i % 5), i / 8.0, i / 8.0 - 3, i / 16.0 - 2, i * 1.25,
    make_interval(0, i % 3, 0, i % 40, 0, 0, i),
    'x' || i * 37 % 50, CASE i % 4 WHEN 0 THEN 'a' ELSE 'B' END || i % 7, CASE i % 4 WHEN 0 THEN 'a' ELSE 'B' END || i % 7, 'v' || i % 9, 'b' || i % 9,
        date '2020-01-01' + i, time '00:00' + i * interval '7 min', (time '00:00' + i * interval '7 min')::timetz,
    timestamp '2020-01-01' + i * interval '1 h', timestamptz '2020-01-01' + i * interval '1 h', i % 5 > 1, (i * 37 % 256)::bit(8), (i * 37 % 256)::bit(8)::varbit,
        ARRAY[i % 6, i], ('10.0.0.' || i)::inet, (ARRAY['sad', 'ok', 'happy']::mood[])[1 + i % 3],
    i, ('0/' || i)::pg_lsn, ('(0,' || i || ')')::tid FROM generate_series(1, 60) AS i;
INSERT INTO a (g, h) SELECT 7, i % 2 FROM generate_series(1, 5) AS i;
INSERT INTO a SELECT 8, 0, a.i2, a.i4, a.i8, a.n, a.n2, a.f4, a.f8, a.m, a.iv, a.t, a.tc, a.tu, a.v, a.bp, a.d, a.ti, a.tt, a.ts, a.tz, a.b, a.bi, a.vb, a.ar, a.ip, a.e,
    a.o, a.l, a.ci FROM a WHERE i4 = 17000051;
INSERT INTO a (g, h, n, f4, f8, i8) VALUES (9, 0, 'NaN', 'NaN', 'NaN', 9223372036854775807), (9, 1, 'Infinity', 'Infinity', 'Infinity', 9223372036854775807), (9, 2,
    '1e-20', 1, 1, -5), (NULL, NULL, 1.000, 2, 2, 2);

CREATE TABLE agg (expr text, kind text);
INSERT INTO agg SELECT format('sum(%s)', c), 'stored' FROM unnest(ARRAY['i2', 'i4', 'i8', 'n', 'n2', 'f4', 'f8', 'm', 'iv', 'i4 % 7', 'i8 - 1', 'length(t)']) AS c;
INSERT INTO agg SELECT format('count(%s)', c), 'stored' FROM unnest(ARRAY['*', 'i2', 'i4', 'i8', 'n', 'n2', 'f8', 't', 'ar']) AS c;
INSERT INTO agg SELECT format('%s(%s)', f, c), 'stored' FROM unnest(ARRAY['min', 'max']) AS f,
    unnest(ARRAY['i2', 'i4', 'i8', 'n', 'f4', 'f8', 'm', 'iv', 't', 'tc', 'tu', 't COLLATE "C"', 'v', 'bp', 'd', 'ti', 'tt', 'ts', 'tz', 'ar', 'ip', 'e', 'o', 'l', 'ci']) AS c;
INSERT INTO agg SELECT format('%s(b)', f), 'stored' FROM unnest(ARRAY['bool_and', 'bool_or', 'every']) AS f;
INSERT INTO agg SELECT format('%s(%s)', f, c), 'stored' FROM unnest(ARRAY['bit_and', 'bit_or', 'bit_xor']) AS f, unnest(ARRAY['i2', 'i4', 'i8', 'bi', 'vb']) AS c;
INSERT INTO agg SELECT unnest(ARRAY['avg(i2)', 'avg(i4)', 'avg(i8)', 'avg(n)', 'avg(n2)', 'avg(f8)', 'count(1)', 'count(''x'')', 'sum(n) / count(n)', 'sum(i4) FILTER (WHERE h > 0)',
    'avg(n) FILTER (WHERE h = 1 OR g > 2)', 'count(*) FILTER (WHERE g IS NULL)', 'max(t) FILTER (WHERE h > 5)', 'round(avg(i2), 3) + max(i4)']), 'derived';
-- what has no algebra, and what is not stored though it has one
INSERT INTO agg SELECT format('%s(%s)', f, c), 'opaque' FROM unnest(ARRAY['stddev', 'stddev_pop', 'variance', 'var_pop']) AS f, unnest(ARRAY['i4', 'n', 'f8']) AS c;
INSERT INTO agg SELECT unnest(ARRAY['string_agg(t, '','' ORDER BY t)', 'array_agg(i4 ORDER BY i4)', 'percentile_cont(0.5) WITHIN GROUP (ORDER BY f8)',
    'percentile_disc(0.5) WITHIN GROUP (ORDER BY i4)',
    'mode() WITHIN GROUP (ORDER BY i2)', 'rank(3) WITHIN GROUP (ORDER BY i2)', 'avg(f4)', 'avg(iv)', 'corr(f8, f4)', 'covar_pop(f8, f4)', 'regr_count(f8, f4)',
        'regr_slope(f8, f4)', 'count(DISTINCT i2)',
    'sum(DISTINCT i4)', 'range_agg(int4range(i4, i4 + 5))', 'min(f8 + 1)', 'sum(i4) FILTER (WHERE i2 > 0)', 'max(d) FILTER (WHERE b)', 'sum(f8) FILTER (WHERE b)']), 'opaque';
INSERT INTO agg SELECT unnest(ARRAY['avg(f8 * 2)', 'avg(i4 % 7)', 'json_agg(i2 ORDER BY i4)', 'sum(n + 1)', 'sum(i8) FILTER (WHERE b)', 'max(i4 + i8)', 'bit_or(i4 + 1)',
    'count(b)', 'sum(DISTINCT i2)', 'array_agg(h ORDER BY h)', 'avg(ti)', 'min(t COLLATE "POSIX")', 'string_agg(g::text, '''')']), 'missing';

-- from count, sum and sum of squares
INSERT INTO agg SELECT format(f, c), 'squares' FROM unnest(ARRAY['count(%1$s)', 'sum(%1$s)', 'sum((%1$s) * (%1$s))']) AS f, unnest(ARRAY['i2::int', 'n', 'n2', 'i4 % 1000']) AS c;
INSERT INTO agg SELECT format('%s(%s)', f, c), 'variance' FROM unnest(ARRAY['stddev', 'stddev_pop', 'stddev_samp', 'variance', 'var_pop', 'var_samp']) AS f,
    unnest(ARRAY['i2::int', 'n', 'n2', 'i4 % 1000', 'i8', 'f8']) AS c;

-- of floats, from states: what a view may store of them, in three ways
INSERT INTO agg SELECT unnest(ARRAY['count(f8)', 'sum(f8)', 'var_pop(f8)', 'count(f4)', 'avg(f4)', 'variance(f4)', 'regr_count(f8, f4)', 'regr_avgx(f8, f4)',
    'regr_avgy(f8, f4)', 'regr_sxx(f8, f4)', 'regr_syy(f8, f4)', 'regr_sxy(f8, f4)']), 'state 1';
INSERT INTO agg SELECT unnest(ARRAY['count(f8)', 'avg(f8)', 'stddev(f8)', 'count(f4)', 'avg(f4)', 'stddev_pop(f4)', 'regr_count(f8, f4)', 'regr_avgx(f8, f4)',
    'regr_avgy(f8, f4)', 'regr_sxx(f8, f4)', 'regr_syy(f8, f4)', 'covar_samp(f8, f4)']), 'state 2';
INSERT INTO agg SELECT unnest(ARRAY['count(f8)', 'sum(f8)', 'stddev_pop(f8)', 'count(f4)', 'avg(f4)', 'stddev(f4)', 'regr_count(f8, f4)', 'regr_avgx(f8, f4)',
    'regr_avgy(f8, f4)', 'regr_sxx(f8, f4)', 'regr_syy(f8, f4)', 'covar_pop(f8, f4)']), 'state 3';
-- not to the last digit, nor are parallel plans
INSERT INTO agg SELECT format('round(%s(%s)::numeric, 8)', f, c), 'moments' FROM unnest(ARRAY['stddev', 'stddev_pop', 'stddev_samp', 'variance', 'var_pop',
    'var_samp']) AS f, unnest(ARRAY['f4', 'f8']) AS c;
INSERT INTO agg SELECT format('round(%s(f8, f4)::numeric, 8)', f), 'moments' FROM unnest(ARRAY['regr_count', 'regr_sxx', 'regr_syy', 'regr_sxy', 'regr_r2', 'regr_slope',
    'regr_intercept', 'covar_pop', 'covar_samp', 'corr']) AS f;
INSERT INTO agg SELECT unnest(ARRAY['round((stddev(f8) FILTER (WHERE h > 0))::numeric, 8)', 'round((corr(f8, f4) FILTER (WHERE g IN (1, 2)))::numeric, 8)',
    'regr_count(f8, f4) FILTER (WHERE h > 0)']), 'moments';
-- sums of pairs and averages without sums would lose digits that core's plans keep; others are not stored
INSERT INTO agg SELECT unnest(ARRAY['regr_avgx(f8, f4)', 'avg(f4)', 'corr(f4, f8)', 'stddev(f8 + 1)', 'stddev(f8) FILTER (WHERE b)', 'var_pop(DISTINCT f8)']), 'no moments';

CREATE FUNCTION pg_temp.make_view(kinds text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'CREATE MATERIALIZED VIEW parts AS SELECT g, h, ' || (SELECT string_agg(expr || ' AS c' || n, ', ') FROM (SELECT expr, row_number() OVER () AS n FROM agg WHERE kind = ANY (kinds)) AS x)
            || ' FROM a GROUP BY g, h';
END $$;
CREATE TABLE result (grain text, expr text, kind text, says text);
CREATE FUNCTION pg_temp.try(kinds text[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO result
    SELECT grain, expr, kind, pg_temp.compare(format(form, expr || ' AS r', 'pg_typeof(' || expr || ')'))
      FROM agg, (VALUES ('1 same', 'SELECT g, h, %s, %s FROM a GROUP BY h, g'), ('2 coarse', 'SELECT g, %s, %s FROM a GROUP BY g'), ('3 none',
          'SELECT %s, %s FROM a WHERE g < 9'), ('4 empty', 'SELECT %s, %s FROM a WHERE g > 99'),
                        ('5 empty groups', 'SELECT h, %s, %s FROM a WHERE g > 99 GROUP BY h'), ('6 NULLs', 'SELECT %s, %s FROM a WHERE g = 7'), ('7 one row',
                            'SELECT g + h, %s, %s FROM a WHERE g = 8 GROUP BY g + h'),
                        ('8 sets', 'SELECT g, h, %s, %s FROM a WHERE g < 9 GROUP BY CUBE (g, h)')) AS f(grain, form)
     WHERE kind = ANY (kinds)
$$;
SELECT pg_temp.make_view('{stored}');
SELECT pg_temp.try('{stored,derived}');
DROP MATERIALIZED VIEW parts;
SELECT pg_temp.make_view('{opaque}');
SELECT pg_temp.try('{opaque,missing}');
DROP MATERIALIZED VIEW parts;
SELECT pg_temp.make_view('{squares}');
SELECT pg_temp.try('{squares,variance}');
DROP MATERIALIZED VIEW parts;
SELECT pg_temp.make_view('{state 1}');
SELECT pg_temp.try('{moments,no moments}');
DROP MATERIALIZED VIEW parts;
SELECT pg_temp.make_view('{state 2}');
SELECT pg_temp.try('{moments,no moments}');
DROP MATERIALIZED VIEW parts;
SELECT pg_temp.make_view('{state 3}');
SELECT pg_temp.try('{moments,no moments}');

SELECT grain, expr, says FROM result WHERE says LIKE '%DIFFERENT%' OR says LIKE '%ERROR%' ORDER BY 1, 2;
SELECT kind, grain, count(*), count(*) FILTER (WHERE says LIKE 'parts:%') AS from_view FROM result GROUP BY 1, 2 ORDER BY 1, 2;
SELECT 'not answered', kind, expr, string_agg(substr(grain, 1, 1), '' ORDER BY grain) FROM result WHERE kind IN ('stored', 'derived', 'squares', 'variance',
    'moments') AND says NOT LIKE 'parts:%' GROUP BY 2, 3 ORDER BY 2, 3;
SELECT 'answered', kind, expr, string_agg(substr(grain, 1, 1), '' ORDER BY grain) FROM result WHERE kind IN ('opaque', 'missing', 'no moments') AND says LIKE 'parts:%' GROUP BY 2, 3 ORDER BY 2, 3;

-- states are combined by parallel workers as well
CREATE TABLE big AS SELECT i % 5000 AS g, i * 7919 % 1000 / 8.0::float8 AS x, i % 77 / 4.0::float8 AS y FROM generate_series(1, 20000) AS i;
CREATE MATERIALIZED VIEW parts_of_big AS SELECT g, count(x), sum(x), var_pop(x), regr_count(y, x) AS n, regr_avgx(y, x), regr_avgy(y, x), regr_sxx(y, x), regr_syy(y, x),
    regr_sxy(y, x) FROM big GROUP BY g;
ANALYZE parts_of_big;
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;
SET LOCAL enable_answer_query_using_materialized_views = on;
EXPLAIN (COSTS OFF) SELECT round(stddev(x)::numeric, 8), round(corr(y, x)::numeric, 8) FROM big WHERE g > 7;
SELECT round(stddev(x)::numeric, 8), round(corr(y, x)::numeric, 8) FROM big WHERE g > 7;
SET LOCAL enable_answer_query_using_materialized_views = off;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT round(stddev(x)::numeric, 8), round(corr(y, x)::numeric, 8) FROM big WHERE g > 7;
ROLLBACK;
DROP TABLE big CASCADE;
DROP TABLE a, agg, result CASCADE;
DROP TYPE mood;
