-- Planning, and looking at views, runs none of the code in their definitions:
-- not functions of constants, nor operators, casts, arguments by default, what is
-- inside of CASE or array casts; and calls still match calls.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA fold_user_functions;
SET search_path = fold_user_functions, public;
CREATE TABLE t (k int, v int);
INSERT INTO t SELECT i % 4, i FROM generate_series(1, 20) i;
-- tells of every call while "watched" is on
CREATE FUNCTION tell(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('my.watched', true) = 'on' THEN RAISE WARNING '% was called', what; END IF;
END $$;
CREATE FUNCTION f(int, int DEFAULT 1) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
    $$BEGIN PERFORM fold_user_functions.tell('f'); RETURN $1 + $2; END$$;
CREATE FUNCTION g(a int) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS
    $$BEGIN PERFORM fold_user_functions.tell('g'); RETURN a > 0; END$$;
CREATE FUNCTION inlined(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT fold_user_functions.f($1)';
CREATE OPERATOR === (leftarg = int, rightarg = int, function = f);
CREATE OPERATOR ==> (rightarg = int, function = g);
CREATE TYPE pair AS (a int, b int);
CREATE FUNCTION to_pair(int) RETURNS pair IMMUTABLE LANGUAGE plpgsql AS
    $$BEGIN PERFORM fold_user_functions.tell('to_pair'); RETURN ROW($1, 2)::fold_user_functions.pair; END$$;
CREATE CAST (int AS pair) WITH FUNCTION to_pair(int);
CREATE FUNCTION add(int, int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
    $$BEGIN PERFORM fold_user_functions.tell('add'); RETURN $1 + $2; END$$;
CREATE AGGREGATE plus(int) (sfunc = add, stype = int, initcond = '0');

-- comparisons in CASE with an operator of one's own
CREATE FUNCTION eq(int, text) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS
    $$BEGIN PERFORM fold_user_functions.tell('eq'); RETURN $1::text = $2; END$$;
CREATE OPERATOR = (leftarg = int, rightarg = text, function = eq);
CREATE MATERIALIZED VIEW v1 AS
    SELECT k, v, f(1) AS a, f(k) AS b, 1 === 2 AS c, inlined(3) AS d, 5::pair AS e,
           ARRAY[1, 2]::pair[] AS ar, CASE 1 WHEN f(0) THEN v ELSE f(v) END AS ca,
           NULLIF(f(1), 2) AS n, coalesce(f(7), 1) AS co, (ROW(1, f(2))::pair).b AS ro
      FROM t WHERE g(1) AND ==> 2;
CREATE MATERIALIZED VIEW v2 AS SELECT f(k) AS b, f(2) AS two, count(*), sum(v + f(1, 2)), plus(f(4))
      FROM t WHERE g(a => 3) GROUP BY f(k), f(2) HAVING g(1);
CREATE DOMAIN checked AS int CHECK (g(VALUE) OR g(1));
CREATE MATERIALIZED VIEW vd AS SELECT k, v::checked AS c, count(*) FROM t GROUP BY k, v::checked;

\c -
SET search_path = fold_user_functions, public;
SET my.watched = on;
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = force;
SELECT view, usable, reason_code FROM aqumv.views ORDER BY view;
SELECT used, reason_code FROM aqumv.explain_rewrite('SELECT count(*) FROM t');
SELECT used, reason_code FROM aqumv.explain_rewrite('SELECT k FROM t WHERE k > 100');
SELECT count(*) FROM t WHERE k > 100;
SELECT a FROM (SELECT max(k) AS a, max(v) FROM t) s;
CREATE TABLE other (LIKE t);
CREATE MATERIALIZED VIEW v3 AS SELECT k, f(1) FROM other WITH NO DATA;
INSERT INTO other VALUES (1, 2);
ALTER TABLE other ADD COLUMN z int;
TRUNCATE other;
SELECT view, usable, reason_code FROM aqumv.views WHERE view = 'v3'::regclass;
SET my.watched = off;

-- they match, written in whatever way
\i :harness
SET client_min_messages = warning;
SELECT pg_temp.compare('SELECT f(1, 1), f(k), f(k, 1), 1 === 2, inlined(3) FROM t WHERE g(1) AND ==> 2');
SELECT pg_temp.compare('SELECT (5::pair).a, ARRAY[1, 2]::pair[] FROM t WHERE ==> 2 AND g(a => 1) AND k > 1');
SELECT pg_temp.compare('SELECT CASE 1 WHEN f(0) THEN v ELSE f(v) END, NULLIF(f(1), 2) FROM t WHERE ==> 2 AND g(1)');
SELECT pg_temp.compare('SELECT f(k), f(2, 1), sum(v + f(1, 2)), plus(f(4)) FROM t WHERE g(3) GROUP BY 1, 2 HAVING g(1)');
SELECT pg_temp.compare('SELECT CASE 1 WHEN k::text THEN v ELSE 0 END FROM t WHERE ==> 2 AND g(1)');
SELECT pg_temp.compare('SELECT f(k) FROM t');
DROP SCHEMA fold_user_functions CASCADE;
