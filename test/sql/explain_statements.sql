-- The SELECT in all the statements that it can stand in: each is answered from
-- the view, with the answer that the table gives.  If this were wrong, only
-- some of the ways to run a query would profit, or one would give other rows.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\set SHOW_CONTEXT never
CREATE SCHEMA explain_statements;
SET search_path = explain_statements;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT a, b FROM t WHERE a > 90;
CREATE MATERIALIZED VIEW g AS SELECT b, count(*) FROM t GROUP BY b;
CREATE TABLE target (a int, n bigint);
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = required;

-- plain, and EXPLAIN with its options
SELECT a FROM t WHERE a > 97 ORDER BY a;
EXPLAIN (COSTS OFF) SELECT a FROM t WHERE a > 97;
EXPLAIN (COSTS OFF, VERBOSE) SELECT a + b AS sum FROM t WHERE a > 97;
DO $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) SELECT a FROM t WHERE a > 97' INTO plan;
    RAISE NOTICE 'EXPLAIN ANALYZE: % rows from %', (plan #>> '{0,Plan,Actual Rows}')::numeric::int, plan #>> '{0,Plan,Relation Name}';
END $$;

-- CREATE TABLE AS, SELECT INTO, INSERT ... SELECT, COPY
CREATE TABLE c1 AS SELECT a FROM t WHERE a > 97;
SELECT b, count(*) INTO c2 FROM t GROUP BY b;
SELECT count(*) FROM c1;
SELECT count(*), sum(count) FROM c2;
INSERT INTO target SELECT b, count(*) FROM t GROUP BY b;
EXPLAIN (COSTS OFF) INSERT INTO target SELECT b, count(*) FROM t GROUP BY b;
INSERT INTO target SELECT a FROM t WHERE a > 97 RETURNING *;
SELECT count(*), sum(a), sum(n) FROM target;
COPY (SELECT a FROM t WHERE a > 97 ORDER BY a) TO STDOUT;

-- PREPARE with custom and generic plans
PREPARE custom(int) AS SELECT count(*) FROM t WHERE a > $1;
SET plan_cache_mode = force_custom_plan;
EXECUTE custom(95);
EXPLAIN (COSTS OFF) EXECUTE custom(95);
EXECUTE custom(90);
EXECUTE custom(80);
PREPARE generic(int) AS SELECT count(*) FROM t WHERE a > 95 AND b > $1;
SET plan_cache_mode = force_generic_plan;
EXECUTE generic(7);
EXECUTE generic(2);
EXPLAIN (COSTS OFF) EXECUTE generic(2);
-- a parameter that the view's condition would depend on
EXECUTE custom(95);
SET aqumv.rewrite_mode = force;
EXECUTE custom(95);
EXECUTE custom(80);
CREATE TABLE c3 AS EXECUTE custom(95);
SELECT * FROM c3;
RESET plan_cache_mode;
SET aqumv.rewrite_mode = required;

-- cursors
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT b, count(*) FROM t GROUP BY b ORDER BY b;
FETCH 2 FROM c;
FETCH LAST FROM c;
FETCH PRIOR FROM c;
FETCH ABSOLUTE 1 FROM c;
CLOSE c;
DECLARE h CURSOR WITH HOLD FOR SELECT b, count(*) FROM t GROUP BY b ORDER BY b;
FETCH 1 FROM h;
COMMIT;
FETCH 1 FROM h;
CLOSE h;

-- DO, functions
DO $$
DECLARE
    r record;
    n bigint;
BEGIN
    SELECT count(*) INTO n FROM t WHERE a > 95;
    RAISE NOTICE 'count %', n;
    FOR r IN SELECT a FROM t WHERE a > 98 ORDER BY a LOOP
        RAISE NOTICE 'row %', r.a;
    END LOOP;
    FOR r IN EXECUTE 'SELECT a FROM t WHERE a > $1' USING 99 LOOP
        RAISE NOTICE 'dynamic %', r.a;
    END LOOP;
    PERFORM a FROM t WHERE a > 95;
    RAISE NOTICE 'found %', FOUND;
END $$;
CREATE FUNCTION rows_of(int) RETURNS SETOF int LANGUAGE plpgsql AS
    'BEGIN RETURN QUERY SELECT a FROM t WHERE a > 95 AND a > $1; END';
CREATE FUNCTION sql_rows() RETURNS SETOF int LANGUAGE sql AS 'SELECT a FROM t WHERE a > 97';
SELECT * FROM rows_of(98);
SELECT * FROM rows_of(97);
SELECT sql_rows();

SET client_min_messages = warning;
DROP SCHEMA explain_statements CASCADE;
