-- A function that a view calls is replaced, altered, dropped: what the view
-- stores is no longer what the query would compute, until the next REFRESH.
-- If this were wrong, the answer would be the old function's.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_function_changed;
SET search_path = ddl_function_changed;
CREATE TABLE t AS SELECT a FROM generate_series(1, 100) a;
CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 1; END';
CREATE MATERIALIZED VIEW v AS SELECT a, f(a) AS fa FROM t;
CREATE MATERIALIZED VIEW plain AS SELECT a FROM t WHERE a > 50;
SELECT pg_temp.answer('SELECT f(a) FROM t');

CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 2; END';
SELECT pg_temp.answer('SELECT f(a) FROM t');
SELECT pg_temp.why('SELECT f(a) FROM t');
SELECT usable, reason_code, reason FROM aqumv.views WHERE view = 'v'::regclass;
-- views that do not call it are none the wiser
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT f(a) FROM t');

-- in a transaction that is rolled back
BEGIN;
CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 3; END';
SELECT pg_temp.answer('SELECT f(a) FROM t');
ROLLBACK;
SELECT pg_temp.answer('SELECT f(a) FROM t');

-- twice in one transaction
BEGIN;
CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 4; END';
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT f(a) FROM t');
CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 5; END';
SELECT pg_temp.answer('SELECT f(a) FROM t');
COMMIT;
SELECT pg_temp.answer('SELECT f(a) FROM t');
REFRESH MATERIALIZED VIEW v;

-- a cached generic plan
SET plan_cache_mode = force_generic_plan;
SET enable_answer_query_using_materialized_views = on;
PREPARE q AS SELECT sum(f(a)) FROM t;
EXECUTE q;
CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 4; END';
EXECUTE q;
REFRESH MATERIALIZED VIEW v;
EXECUTE q;
RESET enable_answer_query_using_materialized_views;

-- no longer IMMUTABLE
ALTER FUNCTION f(int) STABLE;
SELECT pg_temp.answer('SELECT f(a) FROM t');
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.why('SELECT f(a) FROM t');
ALTER FUNCTION f(int) IMMUTABLE;
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT f(a) FROM t');

-- in the condition of a view
CREATE MATERIALIZED VIEW cond AS SELECT a * 2 AS a2 FROM t WHERE f(a) > 50;
SELECT pg_temp.answer('SELECT a * 2 FROM t WHERE f(a) > 50');
CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 - 30; END';
SELECT pg_temp.answer('SELECT a * 2 FROM t WHERE f(a) > 50');
SELECT pg_temp.why('SELECT a * 2 FROM t WHERE f(a) > 50');
REFRESH MATERIALIZED VIEW cond;
SELECT pg_temp.answer('SELECT a * 2 FROM t WHERE f(a) > 50');

-- of an operator, and of an aggregate
CREATE OPERATOR @+ (FUNCTION = f, RIGHTARG = int);
CREATE FUNCTION g(int, int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + $2; END';
CREATE AGGREGATE agg(int) (SFUNC = g, STYPE = int, INITCOND = 0);
CREATE MATERIALIZED VIEW o AS SELECT @+ a AS oa, a % 10 AS k FROM t;
CREATE MATERIALIZED VIEW ag AS SELECT a % 10 AS k, agg(a) FROM t GROUP BY a % 10;
SELECT pg_temp.answer('SELECT @+ a, a % 10 FROM t');
SELECT pg_temp.answer('SELECT a % 10, agg(a) FROM t GROUP BY a % 10');
CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 - 31; END';
CREATE OR REPLACE FUNCTION g(int, int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + $2 * 2; END';
SELECT pg_temp.answer('SELECT @+ a, a % 10 FROM t');
SELECT pg_temp.answer('SELECT a % 10, agg(a) FROM t GROUP BY a % 10');
REFRESH MATERIALIZED VIEW o;
REFRESH MATERIALIZED VIEW ag;
SELECT pg_temp.answer('SELECT @+ a, a % 10 FROM t');
SELECT pg_temp.answer('SELECT a % 10, agg(a) FROM t GROUP BY a % 10');
CREATE OR REPLACE AGGREGATE agg(int) (SFUNC = g, STYPE = int, INITCOND = 1000);
SELECT pg_temp.answer('SELECT a % 10, agg(a) FROM t GROUP BY a % 10');

SET client_min_messages = warning;
DROP SCHEMA ddl_function_changed CASCADE;
