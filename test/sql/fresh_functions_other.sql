-- Functions come and go all the time (a session that ends drops its temporary
-- ones).  Plans from views that do not call them stay; those of views that do
-- fall back at once.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_functions_other;
SET search_path = fresh_functions_other;
SET enable_answer_query_using_materialized_views = on;
SET plan_cache_mode = force_generic_plan;
CREATE TABLE t AS SELECT i % 5 AS k, i AS x FROM generate_series(1, 100) AS i;
CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 % 3; END';
CREATE FUNCTION g(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION step(int, int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + $2';
CREATE AGGREGATE add(int) (sfunc = step, stype = int, initcond = '0');
CREATE MATERIALIZED VIEW plain AS SELECT k, count(*) FROM t GROUP BY k;
CREATE MATERIALIZED VIEW by_f AS SELECT f(x), count(*) FROM t GROUP BY f(x);
CREATE MATERIALIZED VIEW by_add AS SELECT x % 2 AS odd, add(k) FROM t GROUP BY 1;
PREPARE q_plain AS SELECT k, count(*) FROM t GROUP BY k;
PREPARE q_f AS SELECT f(x), count(*) FROM t GROUP BY f(x);
PREPARE q_add AS SELECT x % 2, add(k) FROM t GROUP BY 1;
CREATE FUNCTION sources() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    result text := '';
    q text;
BEGIN
    FOREACH q IN ARRAY ARRAY['q_plain', 'q_f', 'q_add'] LOOP
        EXECUTE 'EXPLAIN (FORMAT JSON) EXECUTE ' || q INTO plan;
        result := result || ' ' || substring(plan::text FROM '"Relation Name": "(\w+)"');
    END LOOP;
    RETURN result;
END $$;
SELECT sources();
SELECT sources();
-- others
CREATE FUNCTION pg_temp.other(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
SELECT sources();
CREATE OR REPLACE FUNCTION g(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 + 1; END';
SELECT sources();
DROP FUNCTION pg_temp.other;
SELECT sources();
-- those that views call: the first plan after the change falls back
ALTER FUNCTION f(int) COST 7;
SELECT sources();
CREATE OR REPLACE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 % 4; END';
SELECT sources();
SELECT pg_temp.answer('SELECT f(x), count(*) FROM t GROUP BY f(x)');
REFRESH MATERIALIZED VIEW by_f;
SELECT sources();
SELECT pg_temp.answer('SELECT f(x), count(*) FROM t GROUP BY f(x)');
CREATE OR REPLACE FUNCTION step(int, int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + 2 * $2';
SELECT sources();
SELECT pg_temp.answer('SELECT x % 2, add(k) FROM t GROUP BY 1');
REFRESH MATERIALIZED VIEW by_add;
SELECT sources();
CREATE OR REPLACE AGGREGATE add(int) (sfunc = step, stype = int, initcond = '100');
SELECT sources();
SELECT pg_temp.answer('SELECT x % 2, add(k) FROM t GROUP BY 1');
SET client_min_messages = warning;
DROP SCHEMA fresh_functions_other CASCADE;
