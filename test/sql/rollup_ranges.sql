-- Aggregates of ranges, bits and any value: each is a row of the aggregate
-- table, for rolling up and for following writes.  Were a row wrong, ranges of
-- groups would not be joined, or what left a group would still count.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE TABLE a (g int, h int, r int4range, n numrange, mr datemultirange, b bit(5), v varbit);
INSERT INTO a SELECT i % 4, i % 3, int4range(i, i + i % 7), numrange(i / 10.0, i + 0.5, '[]'),
    datemultirange(daterange(date '2020-01-01' + i, date '2020-03-01'), daterange('2021-01-01', NULL)), (i * 7 % 32)::bit(5), (i % 8)::bit(3)
  FROM generate_series(1, 40) AS i;
INSERT INTO a SELECT 5, i % 2 FROM generate_series(1, 4) AS i;
INSERT INTO a VALUES (6, 0, 'empty', 'empty', '{}', NULL, NULL), (6, 1, 'empty', '(,)', '{(,)}', NULL, NULL), (7, 1, '(,)', '(,5]', '{}', '11111', '111');

CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS
    SELECT g, h, count(*), range_agg(r), range_agg(mr) AS m, range_intersect_agg(n) AS ni, range_intersect_agg(mr) AS mi, bit_xor(b) AS bx, count(b) AS bn, bit_xor(v) AS vx, count(v) AS vn
    FROM a GROUP BY g, h;
SELECT pg_temp.compare(format('SELECT %s range_agg(r), range_agg(mr) AS m, range_intersect_agg(n), range_intersect_agg(mr), bit_xor(b), bit_xor(v) FROM a %s', k, w))
  FROM (VALUES ('g, h,', 'GROUP BY g, h'), ('g,', 'GROUP BY g'), ('', ''), ('h,', 'WHERE g > 4 GROUP BY h'), ('', 'WHERE g = 5'), ('', 'WHERE g > 9'), ('g, h,', 'GROUP BY ROLLUP (g, h)')) AS q(k, w);
SELECT pg_temp.compare('SELECT g, range_agg(r) FILTER (WHERE h > 0), range_intersect_agg(n) FILTER (WHERE h = 1) FROM a GROUP BY g');
-- of other ranges, in order, of distinct ones
SELECT pg_temp.compare('SELECT g, range_agg(r * ''[3,30)'') FROM a GROUP BY g');
SELECT pg_temp.compare('SELECT g, range_agg(DISTINCT r) FROM a GROUP BY g');

CREATE VIEW d AS
    SELECT g, h, count(*), range_agg(r), range_agg(mr) AS m, range_intersect_agg(n) AS ni, range_intersect_agg(mr) AS mi, bit_xor(b) AS bx, bit_xor(v) AS vx FROM a GROUP BY g, h;
CREATE FUNCTION pg_temp.wrong() RETURNS bigint LANGUAGE sql SET enable_answer_query_using_materialized_views = off AS $$
    WITH s AS (SELECT g, h, count, range_agg, m, ni, mi, bx, vx FROM v)
    SELECT (SELECT count(*) FROM (TABLE s EXCEPT ALL TABLE d) AS x) + (SELECT count(*) FROM (TABLE d EXCEPT ALL TABLE s) AS y)
$$;
INSERT INTO a VALUES (0, 0, '[100,200)', '[0,100]', '{}', '10101', '101'), (5, 0, '[1,2)', '[1,2]', '{[2020-01-01,2020-02-01)}', '00001', '001'), (8, 8, 'empty', 'empty', '{}', NULL, '');
SELECT pg_temp.wrong();
UPDATE a SET r = '[7,9)', n = n * '[1,20]', b = ~b WHERE g IN (1, 7);
SELECT pg_temp.wrong();
DELETE FROM a WHERE h = 0 AND isempty(r) OR g = 5;
SELECT pg_temp.wrong();
UPDATE a SET h = h + 1, v = '011' WHERE v IS NOT NULL AND g <> 8;
SELECT pg_temp.wrong();

-- any_value, where there is one; all inputs of a group are alike, so that what
-- it returns is known
\set ECHO none
SELECT count(*) > 0 AS has_any_value FROM pg_proc WHERE proname = 'any_value' AND pronamespace = 'pg_catalog'::regnamespace \gset
CREATE TABLE s AS SELECT i % 6 AS g, i % 2 AS h, 'x' || i % 2 AS t FROM generate_series(1, 30) AS i;
INSERT INTO s VALUES (9, 1, NULL), (9, 0, NULL), (0, 0, NULL);
SELECT replace('CREATE MATERIALIZED VIEW sv WITH (aqumv.incremental) AS SELECT g, h, count(*), any(t) AS t FROM s GROUP BY g, h', 'any(', CASE WHEN :'has_any_value'
    THEN 'any_value(' ELSE 'min(' END) \gexec
\set ECHO all
SELECT pg_temp.compare(replace(q, 'any(', CASE WHEN :'has_any_value' THEN 'any_value(' ELSE 'min(' END))
  FROM unnest(ARRAY['SELECT g, h, any(t) FROM s GROUP BY g, h', 'SELECT h, any(t) FROM s GROUP BY h', 'SELECT any(t) FROM s WHERE h = 1', 'SELECT any(t) FROM s WHERE g = 9']) AS q;
INSERT INTO s VALUES (9, 1, 'x1'), (10, 0, 'x0');
DELETE FROM s WHERE g = 3;
SELECT g, h, t FROM sv ORDER BY 1, 2;
DROP TABLE a, s CASCADE;
