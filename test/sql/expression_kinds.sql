-- Every kind of expression can be stored, found again, and be part of a larger
-- one.  Were the code wrong, a kind would be skipped when two expressions are
-- compared, or be copied without the view's column in it.
\getenv srcdir PG_ABS_SRCDIR
\set compare :srcdir '/include/compare.sql'
\i :compare
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
