-- Expressions that a view stores.
-- Were the code wrong, a stored value would stand for another expression, or
-- something would be computed from columns that the view does not have.
\getenv srcdir PG_ABS_SRCDIR
\set compare :srcdir '/include/compare.sql'
\i :compare
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
