-- EXECUTE on the functions, aggregates and operators that the query calls,
-- though the view has their values stored or the condition vanishes.  If this
-- were wrong, rewriting would let a reader see results of a function that they
-- may not call.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA rights_function;
SET search_path = rights_function;
CREATE ROLE regress_aqumv_reader;
GRANT USAGE ON SCHEMA rights_function TO regress_aqumv_reader;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
GRANT SELECT ON t TO regress_aqumv_reader;
CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 1; END';
CREATE FUNCTION plus(int, int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + $2; END';
CREATE OPERATOR @+ (FUNCTION = f, RIGHTARG = int);
CREATE AGGREGATE agg(int) (SFUNC = plus, STYPE = int, INITCOND = 0);
CREATE MATERIALIZED VIEW v AS SELECT a, b, f(a) AS fa, @+ b AS fb FROM t;
CREATE MATERIALIZED VIEW c AS SELECT a FROM t WHERE f(a) > 50;
CREATE MATERIALIZED VIEW g AS SELECT b, agg(a), sum(a) FROM t GROUP BY b;

SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT f(a) FROM t');
SELECT pg_temp.answer('SELECT b, agg(a) FROM t GROUP BY b');
SELECT pg_temp.answer('SELECT a FROM t WHERE f(a) > 50');
SET plan_cache_mode = force_generic_plan;
SET enable_answer_query_using_materialized_views = on;
PREPARE q AS SELECT max(f(a)) FROM t;
EXECUTE q;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION f, agg FROM PUBLIC;
REFRESH MATERIALIZED VIEW v;
REFRESH MATERIALIZED VIEW c;
REFRESH MATERIALIZED VIEW g;
SELECT pg_temp.answer('SELECT f(a) FROM t');
EXECUTE q;

SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT f(a) FROM t');
SELECT pg_temp.answer('SELECT @+ b FROM t');
SELECT pg_temp.why('SELECT f(a) FROM t');
SELECT pg_temp.answer('SELECT a FROM t WHERE f(a) > 90');
SELECT pg_temp.answer('SELECT a FROM t WHERE f(a) > 50');
SELECT pg_temp.answer('SELECT b, agg(a) FROM t GROUP BY b');
SELECT pg_temp.answer('SELECT b, sum(a) FROM t GROUP BY b HAVING agg(a) > 0');
-- a plan that its owner has made
EXECUTE q;
-- what does not call them works as before
SELECT pg_temp.answer('SELECT b, sum(a) FROM t GROUP BY b');
SELECT pg_temp.answer('SELECT a, b FROM t WHERE a > 50');
RESET ROLE;

-- the transition function's privileges are those of the aggregate's owner
GRANT EXECUTE ON FUNCTION agg TO regress_aqumv_reader;
REVOKE EXECUTE ON FUNCTION plus FROM PUBLIC;
REFRESH MATERIALIZED VIEW g;
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT b, agg(a) FROM t GROUP BY b');
RESET ROLE;
-- granted again
GRANT EXECUTE ON FUNCTION f TO regress_aqumv_reader;
REFRESH MATERIALIZED VIEW v;
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT f(a) FROM t');
EXECUTE q;
RESET ROLE;

-- what a roll-up calls and the query does not: ALTER DEFAULT PRIVILEGES may have
-- kept it from everybody
CREATE MATERIALIZED VIEW s AS SELECT b, count(a), sum(a), sum(a * a) AS squares, sum(a::float8) AS fsum, var_pop(a::float8), count(a::float8) AS fcount FROM t GROUP BY b;
BEGIN;
REVOKE EXECUTE ON FUNCTION aqumv.var_pop(bigint, numeric, numeric), aqumv.var_pop(float8[]) FROM PUBLIC;
SELECT pg_temp.answer('SELECT var_pop(a) FROM t');
PREPARE r AS SELECT var_pop(a), round(var_pop(a::float8)::numeric, 3) FROM t;
EXPLAIN (COSTS OFF) EXECUTE r;
SET LOCAL ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT var_pop(a) FROM t');
SELECT pg_temp.answer('SELECT round(var_pop(a::float8)::numeric, 3) FROM t');
SELECT pg_temp.why('SELECT var_pop(a::float8) FROM t');
SELECT pg_temp.answer('SELECT stddev(a) FROM t');
EXPLAIN (COSTS OFF) EXECUTE r;
EXECUTE r;
RESET ROLE;
GRANT EXECUTE ON FUNCTION aqumv.var_pop(bigint, numeric, numeric), aqumv.var_pop(float8[]) TO regress_aqumv_reader;
SET LOCAL ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT var_pop(a) FROM t');
SELECT pg_temp.answer('SELECT round(var_pop(a::float8)::numeric, 3) FROM t');
EXPLAIN (COSTS OFF) EXECUTE r;
EXECUTE r;
ROLLBACK;

SET client_min_messages = warning;
DROP SCHEMA rights_function CASCADE;
DROP ROLE regress_aqumv_reader;
