-- Stored expressions: which spelling of an expression is the same one, and the
-- largest wins.  Were the code wrong, a stored value would stand for another
-- expression, of another type, type modifier or collation.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
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

-- Every kind of expression can be stored, found again, and be part of a larger
-- one.  Were the code wrong, a kind would be skipped when two expressions are
-- compared, or be copied without the view's column in it.
CREATE SCHEMA expression_kinds;
SET search_path = expression_kinds, public;
CREATE TYPE pair AS (a int, b text);
CREATE TABLE ev (k int, v int, w int, t text, p pair, arr int[], n numeric(8, 2), b bool);
INSERT INTO ev SELECT i, i % 5, i % 3, 't' || i % 4, ROW(i, 'x')::pair, ARRAY[i, i % 4], i / 3.0, i % 2 = 0
  FROM generate_series(1, 60) i;
INSERT INTO ev (k) VALUES (61);
CREATE MATERIALIZED VIEW mv AS
    SELECT k, ARRAY[v, w] AS ar, v IS DISTINCT FROM w AS dd, (v, w) < (2, 1) AS rc,
           CASE v WHEN 1 THEN 'a' WHEN 2 THEN 'b' END AS cs, v IN (1, 2) AS sa, t LIKE 't%' AS lk,
           NOT (b AND v > 2) AS nt, coalesce(v, w) AS co, nullif(v, w) AS nu, greatest(v, w, 1) AS gr,
           v BETWEEN 1 AND 2 AS bt, (ARRAY[1, 2, 3])[v] AS sb, v IS NULL AS isn, b IS NOT TRUE AS bl,
           (p).b AS fs, arr[1:1] AS sl, ROW(v, t)::pair AS rw, n::numeric(6, 1) AS nm, v::text AS io,
           arr::bigint[] AS ac, t COLLATE "C" < 't2' AS cl, v = ANY (arr) AS an, round(n, 1) AS fn
      FROM ev WHERE coalesce(v, w) IS NOT NULL;

-- no column but k is there by itself
SELECT pg_temp.compare('SELECT v FROM ev WHERE coalesce(v, w) IS NOT NULL');
CREATE FUNCTION pg_temp.each(exprs text[]) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT e || ' -> ' || pg_temp.compare('SELECT k, ' || e || ' FROM ev WHERE coalesce(v, w) IS NOT NULL')
      FROM unnest(exprs) WITH ORDINALITY AS u(e, i) ORDER BY i
$$;
SELECT pg_temp.each(ARRAY[
    'ARRAY[v, w]', 'ARRAY[v, w] || k', '(ARRAY[v, w])[1]', 'v IS DISTINCT FROM w', 'v IS NOT DISTINCT FROM w',
    '(v, w) < (2, 1)', '(v, w) < (2, 1) OR k > 3', $$CASE v WHEN 1 THEN 'a' WHEN 2 THEN 'b' END || 'z'$$,
    'v IN (1, 2)', 't LIKE $$t%$$', 'NOT (b AND v > 2)', 'coalesce(v, w) + k', 'nullif(v, w) * 2',
    'greatest(v, w, 1)', 'v BETWEEN 1 AND 2', '(ARRAY[1, 2, 3])[v]', 'v IS NULL', 'b IS NOT TRUE', '(p).b',
    'length((p).b)', 'arr[1:1]', '(ROW(v, t)::pair).a IS NULL', 'ROW(v, t)::pair = ROW(1, $$t1$$)::pair',
    'n::numeric(6, 1)::text', 'v::text || $$x$$', '(arr::bigint[])[2]', 't COLLATE "C" < $$t2$$',
    'v = ANY (arr) IS TRUE', 'round(n, 1) + 1']);
-- near, but others
SELECT pg_temp.each(ARRAY[
    'ARRAY[w, v]', '(v, w) < (2, 2)', '(v, w) <= (2, 1)', $$CASE v WHEN 1 THEN 'a' WHEN 2 THEN 'c' END$$,
    $$CASE w WHEN 1 THEN 'a' WHEN 2 THEN 'b' END$$, 'v IN (1, 3)', 't NOT LIKE $$t%$$', 't ILIKE $$t%$$',
    'b AND v > 2', 'coalesce(w, v)', 'coalesce(v, w, 1)', 'nullif(w, v)', 'least(v, w, 1)', 'w IS NULL', 'b IS TRUE',
    '(p).a', 'arr[1:2]', 'arr[1]', 'n::numeric(7, 1)', 'n::numeric(6, 2)', 'w::text', 'arr::numeric[]',
    't < $$t2$$', 'v = ALL (arr)', 'v <> ANY (arr)', 'round(n, 2)', 'round(n)']);

-- the result has the query's names, types and type modifiers
SET enable_answer_query_using_materialized_views = on;
CREATE TABLE result AS SELECT n::numeric(6, 1) AS "N", v::text AS io, ROW(v, t)::pair AS rw, arr::bigint[], coalesce(v, w)
  FROM ev WHERE coalesce(v, w) IS NOT NULL;
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = 'result'::regclass AND attnum > 0 ORDER BY attnum;
DROP SCHEMA expression_kinds CASCADE;

-- Expressions that a view stores.
-- Were the code wrong, a stored value would stand for another expression, or
-- something would be computed from columns that the view does not have.
CREATE SCHEMA shapes_expressions;
SET search_path = shapes_expressions, public;
CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i % 60 - 20, i % 7, i % 5 FROM generate_series(1, 300) i;
INSERT INTO ev VALUES (NULL, 1, 2), (2, NULL, NULL);

-- 15-17: one column only as part of an expression
CREATE MATERIALIZED VIEW mv AS SELECT v, k, w + 1 FROM ev;
SELECT pg_temp.compare('SELECT * FROM ev');
SELECT pg_temp.compare('SELECT w FROM ev');
SELECT pg_temp.compare('SELECT w + 2 FROM ev');
SELECT pg_temp.compare('SELECT k, w + 1 FROM ev');
SELECT pg_temp.compare('SELECT k + 1, v, w + 1 FROM ev');
SELECT pg_temp.compare('SELECT (w + 1) * (k + v) FROM ev WHERE w + 1 > 2');
SELECT pg_temp.compare('SELECT k FROM ev WHERE w > 1');
DROP MATERIALIZED VIEW mv;

-- 18, 19: the deepest expression stored is used, in outputs and in filters;
-- abs(k) alone, without k, would not do for abs(abs(k) - v - 1)
CREATE MATERIALIZED VIEW mv AS
    SELECT abs(k) AS a1, abs(abs(k) - v - 1) AS a2, abs(abs(abs(k) - v - 1) + w) AS a3
      FROM ev WHERE w > 1;
SET enable_answer_query_using_materialized_views = on;
EXPLAIN (VERBOSE, COSTS OFF)
SELECT sqrt(abs(abs(abs(k) - v - 1) + w) + abs(k)) FROM ev
 WHERE w > 1 AND sqrt(abs(abs(k) - v - 1)) > 2;
RESET enable_answer_query_using_materialized_views;
SELECT pg_temp.compare('SELECT sqrt(abs(abs(abs(k) - v - 1) + w) + abs(k)) FROM ev
                         WHERE w > 1 AND sqrt(abs(abs(k) - v - 1)) > 2');
SELECT pg_temp.compare('SELECT sqrt(abs(k) + v) FROM ev WHERE w > 1');
DROP MATERIALIZED VIEW mv;

-- 20: a function of a constant, and a stored expression, in the filter
CREATE MATERIALIZED VIEW mv AS SELECT k, abs(v) AS av FROM ev;
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > sqrt(100)::int + abs(v)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE abs(v) > abs(-3)');
DROP MATERIALIZED VIEW mv;

-- 21: literals are the query's own
CREATE MATERIALIZED VIEW mv AS SELECT k, 'here'::text AS l, 1 + 2 AS three, k + (1 + 2) AS k3 FROM ev;
SELECT pg_temp.compare($$SELECT 'there'::text, 'here'::text, 4, 3, k FROM ev$$);
SELECT pg_temp.compare($$SELECT k + 3, k + 4, k + (2 + 1) FROM ev$$);
DROP MATERIALIZED VIEW mv;

-- 22: a function of two arguments, used twice; the other way round it is another
CREATE MATERIALIZED VIEW mv AS SELECT mod(k, nullif(w, 0)) AS m FROM ev;
SELECT pg_temp.compare('SELECT mod(k, nullif(w, 0)), 1 - mod(k, nullif(w, 0)) FROM ev');
SELECT pg_temp.compare('SELECT mod(nullif(w, 0), k) FROM ev WHERE k <> 0');
DROP MATERIALIZED VIEW mv;

-- 23: VOLATILE in the query
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev;
SELECT pg_temp.compare('SELECT k, random() < 2 FROM ev');
SELECT pg_temp.compare('SELECT k FROM ev WHERE random() < 2');
SELECT pg_temp.compare('SELECT k FROM ev GROUP BY k HAVING random() < 2');
SELECT pg_temp.compare('SELECT k FROM ev ORDER BY random()');
DROP MATERIALIZED VIEW mv;

-- 24: VOLATILE and STABLE in the view
CREATE MATERIALIZED VIEW mv AS SELECT *, random() AS r FROM ev;
SELECT pg_temp.compare('SELECT k FROM ev');
DROP MATERIALIZED VIEW mv;
CREATE MATERIALIZED VIEW mv AS SELECT *, now() AS n FROM ev;
SELECT pg_temp.compare('SELECT k FROM ev');
DROP MATERIALIZED VIEW mv;
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE to_char(k, '9') <> '';
SELECT pg_temp.compare($$SELECT k FROM ev WHERE to_char(k, '9') <> ''$$);

DROP SCHEMA shapes_expressions CASCADE;
