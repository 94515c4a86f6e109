-- Reason codes of views that can answer no query, and of views that do not
-- match a query.  If a view here were taken, rows would be missing or too many.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE SCHEMA explain_reasons_view;
SET search_path = explain_reasons_view;
CREATE TABLE t AS SELECT a, a % 10 AS b, (a % 3)::numeric(10, 1) AS n, a::text AS s, now() AS ts FROM generate_series(1, 100) a;
CREATE TABLE u AS SELECT 1 AS a;

-- views without a use
CREATE MATERIALIZED VIEW v_join AS SELECT t.a FROM t JOIN u USING (a);
CREATE MATERIALIZED VIEW v_union AS SELECT a FROM t UNION ALL SELECT a FROM t;
CREATE MATERIALIZED VIEW v_cte AS WITH w AS (SELECT 1) SELECT a FROM t;
CREATE MATERIALIZED VIEW v_window AS SELECT a, rank() OVER (ORDER BY a) FROM t;
CREATE MATERIALIZED VIEW v_srf AS SELECT a, generate_series(1, 2) FROM t;
CREATE MATERIALIZED VIEW v_sets AS SELECT b, count(*) FROM t GROUP BY ROLLUP (b);
CREATE MATERIALIZED VIEW v_limit AS SELECT a FROM t LIMIT 100;
CREATE MATERIALIZED VIEW v_offset AS SELECT a FROM t OFFSET 0;
CREATE MATERIALIZED VIEW v_distinct AS SELECT DISTINCT b FROM t;
CREATE MATERIALIZED VIEW v_distinct_on AS SELECT DISTINCT ON (b) b, a FROM t;
CREATE MATERIALIZED VIEW v_sublink AS SELECT a FROM t WHERE a IN (SELECT a FROM u);
CREATE MATERIALIZED VIEW v_volatile AS SELECT a, random() AS r FROM t;
CREATE MATERIALIZED VIEW v_stable AS SELECT a FROM t WHERE ts < now();
CREATE MATERIALIZED VIEW v_sample AS SELECT a FROM t TABLESAMPLE BERNOULLI (100);
CREATE MATERIALIZED VIEW v_ctid AS SELECT a, ctid AS tid FROM t;
CREATE MATERIALIZED VIEW v_row AS SELECT t AS row FROM t;
CREATE MATERIALIZED VIEW v_nothing AS SELECT 1 AS one;
SELECT view, base, usable, reason_code, reason FROM aqumv.views
 WHERE pg_table_is_visible(view) ORDER BY view::text COLLATE "C";
SELECT view, used, reason_code FROM aqumv.explain_rewrite('SELECT a FROM t') ORDER BY view::text COLLATE "C";
SELECT pg_temp.answer('SELECT a FROM t');
SELECT pg_temp.answer('SELECT DISTINCT b FROM t');
DROP MATERIALIZED VIEW v_join, v_union, v_cte, v_window, v_srf, v_sets, v_limit, v_offset, v_distinct,
    v_distinct_on, v_sublink, v_volatile, v_stable, v_sample, v_ctid, v_row;

-- views that do not match
CREATE MATERIALIZED VIEW part AS SELECT a FROM t WHERE a > 50;
CREATE MATERIALIZED VIEW grouped AS SELECT b, count(*) FROM t GROUP BY b;
CREATE MATERIALIZED VIEW total AS SELECT count(*), max(a) FROM t;
CREATE MATERIALIZED VIEW loose AS SELECT n, count(*) FROM t GROUP BY n;
CREATE MATERIALIZED VIEW v_having AS SELECT b, count(*) FROM t GROUP BY b HAVING count(*) > 5;
\pset format unaligned
SELECT q AS query, view, reason_code, reason FROM unnest(ARRAY[
    'SELECT a FROM t WHERE a > 40',
    'SELECT s FROM t WHERE a > 60',
    'SELECT b, sum(a) FROM t GROUP BY b',
    'SELECT b, count(*) FROM t WHERE a > 50 GROUP BY b',
    'SELECT min(a) FROM t',
    'SELECT count(*) FROM t WHERE a > 10',
    'SELECT n::text, count(*) FROM t GROUP BY n',
    'SELECT b, count(*) FROM t GROUP BY ROLLUP (b)']) q, aqumv.explain_rewrite(q)
 WHERE NOT used ORDER BY query, view::text COLLATE "C";
\pset format aligned
SELECT pg_temp.answer('SELECT n::text, count(*) FROM t GROUP BY n');

-- it matches, but: cost, other_view
CREATE TABLE big (id int PRIMARY KEY, a int);
INSERT INTO big SELECT i, i % 7 FROM generate_series(1, 10000) i;
CREATE MATERIALIZED VIEW big_1 AS SELECT id, a FROM big;
CREATE MATERIALIZED VIEW big_2 AS SELECT id, a FROM big WHERE id > 5000;
ANALYZE big;
ANALYZE big_1;
ANALYZE big_2;
SET aqumv.rewrite_mode = cost;
SELECT view, used, reason_code, reason FROM aqumv.explain_rewrite('SELECT a FROM big WHERE id = 7000') ORDER BY view::text;
SELECT view, used, reason_code, reason FROM aqumv.explain_rewrite('SELECT count(*) FROM big WHERE id > 6000') ORDER BY view::text;

DROP SCHEMA explain_reasons_view CASCADE;
