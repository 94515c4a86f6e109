-- Stored expressions: which spelling of an expression is the same one, and the
-- largest wins.  Were the code wrong, a stored value would stand for another
-- expression, of another type, type modifier or collation.
\getenv srcdir PG_ABS_SRCDIR
\set compare :srcdir '/include/compare.sql'
\i :compare
CREATE SCHEMA expressions;
SET search_path = expressions, public;
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION opt(a int, b int DEFAULT 3) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a - b';
CREATE TABLE ev (a int, b int, s smallint, n numeric, t text, vc varchar(10), ts timestamp, arr int[], j jsonb);
INSERT INTO ev SELECT i, i % 7, i % 5, i / 8.0, 'Text' || i, 'v' || i, '2024-01-01'::timestamp + i * interval '5 hours',
                      ARRAY[i, i + 1], jsonb_build_object('k', i)
  FROM generate_series(1, 40) i;
INSERT INTO ev VALUES (NULL);

-- operands of commutative operators in any order; others not
CREATE MATERIALIZED VIEW mv AS SELECT a + b AS x, a * 2 AS y, a - b AS z, (a + b) * s AS u FROM ev WHERE a + b > 5;
SELECT pg_temp.compare('SELECT b + a, 2 * a, s * (b + a) FROM ev WHERE 5 < b + a');
SELECT pg_temp.compare('SELECT a - b FROM ev WHERE b + a > 6');
SELECT pg_temp.compare('SELECT b - a FROM ev WHERE b + a > 6');
SELECT pg_temp.compare('SELECT a * 3 FROM ev WHERE b + a > 6');
SELECT pg_temp.compare('SELECT a + s FROM ev WHERE b + a > 6');
SET enable_answer_query_using_materialized_views = on;
EXPLAIN (VERBOSE, COSTS OFF) SELECT s * (b + a) + (b + a) FROM ev WHERE a + b > 5 AND (a + b) * s > 9;
RESET enable_answer_query_using_materialized_views;
DROP MATERIALIZED VIEW mv;

-- functions: inlined, with default and named arguments, casts in either syntax
CREATE MATERIALIZED VIEW mv AS SELECT twice(a) AS x, opt(a) AS y, a::numeric AS z, upper(t) AS u,
    CASE WHEN b > 3 THEN 'hi' ELSE 'lo' END AS c, coalesce(b, 0) AS d, arr[1] AS e, j ->> 'k' AS f FROM ev;
SELECT pg_temp.compare('SELECT twice(a), opt(b => 3, a => a), CAST(a AS numeric) + 1 FROM ev');
SELECT pg_temp.compare('SELECT lower(upper(t)), length(upper(t)) FROM ev');
SELECT pg_temp.compare($$SELECT CASE WHEN b > 3 THEN 'hi' ELSE 'lo' END, coalesce(b, 0), arr[1] + 1, (j ->> 'k')::int FROM ev$$);
SELECT pg_temp.compare($$SELECT CASE WHEN b > 3 THEN 'hi' ELSE 'low' END FROM ev$$);
SELECT pg_temp.compare('SELECT coalesce(b, 1) FROM ev');
SELECT pg_temp.compare('SELECT arr[2] FROM ev');
SELECT pg_temp.compare('SELECT opt(a, 4) FROM ev');
DROP MATERIALIZED VIEW mv;

-- types, type modifiers and collations matter
CREATE MATERIALIZED VIEW mv AS SELECT n::numeric(5, 1) AS x, vc::varchar(3) AS y, t COLLATE "C" AS z, s::int AS w,
    date_trunc('day', ts) AS d FROM ev;
SELECT pg_temp.compare($$SELECT n::numeric(5, 1), vc::varchar(3), s::int + 1, date_trunc('day', ts) FROM ev$$);
SELECT pg_temp.compare($$SELECT date_trunc('month', date_trunc('day', ts)) FROM ev WHERE date_trunc('day', ts) > '2024-01-04'$$);
SELECT pg_temp.compare('SELECT n::numeric(6, 2) FROM ev');
SELECT pg_temp.compare('SELECT n FROM ev');
SELECT pg_temp.compare('SELECT vc::varchar(4) FROM ev');
SELECT pg_temp.compare('SELECT t FROM ev');
SELECT pg_temp.compare('SELECT s::bigint FROM ev');
SELECT pg_temp.compare($$SELECT date_trunc('hour', ts) FROM ev$$);
SELECT pg_temp.compare('SELECT t COLLATE "C" FROM ev ORDER BY t COLLATE "C"');
SELECT pg_temp.compare('SELECT t COLLATE "POSIX" FROM ev');
DROP MATERIALIZED VIEW mv;

-- a column needs no expression
CREATE MATERIALIZED VIEW mv AS SELECT a, t, vc, n FROM ev;
SELECT pg_temp.compare($$SELECT a::bigint, t || vc, n::int, vc::text, row(a, t), ARRAY[a, 1], a IS NULL, a BETWEEN 1 AND 3,
                                t LIKE '%1', nullif(a, 3), greatest(a, 5), a::text, t ~ '1' AND vc < t FROM ev$$);
SELECT pg_temp.compare('SELECT n / a FROM ev WHERE a > 0');
SELECT pg_temp.compare('SELECT 1 / (a - 3) FROM ev');
DROP SCHEMA expressions CASCADE;
