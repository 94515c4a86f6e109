-- Buckets of integers, n / 10: division rounds toward zero, so -9 and 9 share a
-- bucket.  Were the code wrong, negative numbers would be in the wrong bucket,
-- bounds would be off by one, or a constant too large for the column's type
-- would come around the other end.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE TABLE n (i2 int2, i4 int4, i8 int8, x int);
INSERT INTO n SELECT i, i, i, i FROM generate_series(-250, 250) AS i;
INSERT INTO n SELECT i, i * 65536, i * 140737488355328, i FROM unnest(ARRAY[-32768, -32767, -20000, 20000, 32760]) AS i;
INSERT INTO n VALUES (32767, 2147483647, 9223372036854775807, 1), (NULL, NULL, NULL, 2);
CREATE MATERIALIZED VIEW by2 AS SELECT i2 / 10::int2 AS b, count(*), sum(x) FROM n GROUP BY 1;
CREATE MATERIALIZED VIEW by4 AS SELECT i4 / 10 AS b, count(*), sum(x) FROM n GROUP BY 1;
CREATE MATERIALIZED VIEW by8 AS SELECT i8 / 10::int8 AS b, count(*), sum(x) FROM n GROUP BY 1;
CREATE MATERIALIZED VIEW by84 AS SELECT (i8 + 0) / 6 AS b, count(*), sum(x) FROM n GROUP BY 1;
CREATE MATERIALIZED VIEW by_one AS SELECT (i4 - 0) / 1 AS b, count(*), sum(x) FROM n GROUP BY 1;
CREATE MATERIALIZED VIEW negative AS SELECT (i4 + 0) / -10 AS b, count(*), sum(x) FROM n GROUP BY 1;
ANALYZE;

CREATE TABLE result (kind text, query text, says text);
-- coarser buckets
INSERT INTO result (kind, query)
SELECT 'divide ' || raw, format('SELECT %s / %s%s, count(*), sum(x) FROM n GROUP BY 1', raw, d, type)
  FROM (VALUES ('i2', '::int2'), ('i4', ''), ('i4', '::int8'), ('i4', '::int2'), ('i8', '::int8'), ('i8', ''), ('(i8 + 0)', ''), ('(i4 - 0)', ''), ('(i4 + 0)', '')) AS r(raw, type),
       unnest(ARRAY[1, 5, 6, 10, 12, 15, 20, 100, 30000, -10, -20]) AS d;
-- conditions, on boundaries and beside them, in every type
INSERT INTO result (kind, query)
SELECT 'compare ' || raw, format('SELECT count(*), sum(x) FROM n WHERE %s %s %s', raw, op, value)
  FROM unnest(ARRAY['i2', 'i4', 'i8', '(i8 + 0)', '(i4 - 0)', '(i4 + 0)']) AS raw, unnest(ARRAY['<', '<=', '=', '>=', '>', '<>']) AS op,
       unnest(ARRAY['-100', '-10', '-9', '-1', '0', '1', '9', '10', '11', '12', '59', '60', '99', '100', '32767', '32768', '65530', '2147483640',
                    '2147483647', '2147483650', '30000000000', '-30000000000', '9223372036854775800', '9223372036854775807',
                    '-9223372036854775808', '60::int2', '60::int8', '60.0', '59.5', 'NULL']) AS value;
INSERT INTO result (kind, query)
SELECT 'other', format('SELECT count(*), sum(x) FROM n WHERE %s', cond)
  FROM unnest(ARRAY['i4 IS NULL', 'i4 IS NOT NULL', '10 <= i4', '20 > i4', 'i4 BETWEEN 10 AND 19', 'i4 BETWEEN 10 AND 20', 'i4 >= 10 AND NOT i4 >= 50',
                    'i4 < 10 OR i4 >= 100 OR i4 IS NULL', 'NOT (i4 < 10)', '(i4 < 10) IS NOT TRUE', 'i4 % 10 = 0', 'i4 / 20 = 3', 'i4 / 20 < 3', 'i4 / 10 > 7',
                    'i4 IN (10, 20)', '(i4 < 10) = (i4 >= 20)', 'CASE WHEN i4 < 10 THEN true ELSE i4 >= 50 END']) AS cond;
INSERT INTO result (kind, query)
SELECT 'filter', format('SELECT i4 / 100, count(*) FILTER (WHERE i4 >= %1$s), sum(x) FILTER (WHERE i4 < %1$s OR i4 IS NULL), i4 / 100 > 1 FROM n GROUP BY i4 / 100', v)
  FROM unnest(ARRAY[-10, 0, 10, 55, 100]) AS v;
UPDATE result SET says = pg_temp.compare(query);
SELECT kind, query, says FROM result WHERE says LIKE '%DIFFERENT%';
SELECT kind, count(*), count(*) FILTER (WHERE says LIKE 'by%' OR says LIKE 'negative%') AS from_view,
       string_agg(DISTINCT split_part(says, ':', 1), ' ') FILTER (WHERE says LIKE 'by%' OR says LIKE 'negative%') AS views
  FROM result GROUP BY kind ORDER BY kind COLLATE "C";
-- the bounds that count as boundaries
SELECT substring(query from 'WHERE (.*)') FROM result WHERE kind = 'compare i4' AND says LIKE 'by%' ORDER BY query COLLATE "C";
SELECT query FROM result WHERE (kind = 'other' OR kind LIKE 'divide%') AND says LIKE 'by%' ORDER BY query COLLATE "C";
DROP TABLE n, result CASCADE;
