-- SECURITY DEFINER functions run queries with the rights, and under the row
-- security, of their owner; their cached plans do not carry over to others.
-- If this were wrong, rewriting would give the caller's rights to the function
-- or the other way round.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\set SHOW_CONTEXT never
CREATE SCHEMA rights_definer;
SET search_path = rights_definer;
CREATE ROLE regress_aqumv_owner;
CREATE ROLE regress_aqumv_reader;
GRANT ALL ON SCHEMA rights_definer TO regress_aqumv_owner, regress_aqumv_reader;
SET ROLE regress_aqumv_owner;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT a FROM t WHERE a > 50;
CREATE FUNCTION as_owner() RETURNS bigint SECURITY DEFINER LANGUAGE plpgsql AS
    'DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM t WHERE a > 60; RETURN n; END';
CREATE FUNCTION as_caller() RETURNS bigint LANGUAGE plpgsql AS
    'DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM t WHERE a > 60; RETURN n; END';
CREATE FUNCTION rows_as_owner() RETURNS SETOF int SECURITY DEFINER LANGUAGE plpgsql AS
    'BEGIN RETURN QUERY SELECT a FROM t WHERE a > 98; END';
CREATE FUNCTION rows_as_caller() RETURNS SETOF int LANGUAGE plpgsql AS
    'BEGIN RETURN QUERY SELECT a FROM t WHERE a > 98; END';
CREATE FUNCTION sql_as_owner() RETURNS SETOF int SECURITY DEFINER LANGUAGE sql AS
    'SELECT a FROM t WHERE a > 98';
CREATE FUNCTION plan_as_owner() RETURNS SETOF text SECURITY DEFINER LANGUAGE plpgsql AS
    'BEGIN RETURN QUERY EXECUTE ''EXPLAIN (COSTS OFF) SELECT a FROM t WHERE a > 98''; END';
SET plan_cache_mode = force_generic_plan;

SET ROLE regress_aqumv_reader;
SET enable_answer_query_using_materialized_views = off;
SELECT as_owner(), as_caller();
SELECT as_owner();
SELECT rows_as_owner();
SELECT rows_as_caller();
SELECT sql_as_owner();
SET enable_answer_query_using_materialized_views = on;
SELECT as_owner(), as_caller();
SELECT as_owner();
SELECT rows_as_owner();
SELECT rows_as_caller();
SELECT sql_as_owner();
SELECT plan_as_owner();

-- the same functions, same session, by the owner, then by the reader again
SET ROLE regress_aqumv_owner;
SELECT as_owner(), as_caller();
SELECT rows_as_caller();
SET ROLE regress_aqumv_reader;
SELECT as_caller();
SELECT rows_as_caller();

-- row security: the owner sees all, the reader what the policy lets through
RESET ROLE;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY even ON t USING (a % 2 = 0);
GRANT SELECT ON t TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
SET enable_answer_query_using_materialized_views = off;
SELECT as_owner(), as_caller();
SELECT rows_as_owner();
SELECT rows_as_caller();
SET enable_answer_query_using_materialized_views = on;
SELECT as_owner(), as_caller();
SELECT rows_as_owner();
SELECT rows_as_caller();
SELECT plan_as_owner();
SET ROLE regress_aqumv_owner;
SELECT as_owner(), as_caller();
SELECT rows_as_caller();
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA rights_definer CASCADE;
DROP ROLE regress_aqumv_owner, regress_aqumv_reader;
