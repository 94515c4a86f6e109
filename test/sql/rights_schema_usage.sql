-- A function that finds by name what it calls passes over schemas that its caller
-- may not use: who is answered from a view must be able to use them, too.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE ROLE usage_reader;
CREATE SCHEMA usage_api;
CREATE SCHEMA usage_lib;
GRANT USAGE ON SCHEMA usage_api, usage_lib TO usage_reader;
SET search_path = usage_api, public;
CREATE TABLE t (k int, g int);
INSERT INTO t SELECT i, i % 3 FROM generate_series(1, 9) i;
GRANT SELECT ON t TO usage_reader;
CREATE FUNCTION usage_lib.helper(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 10';
CREATE OPERATOR usage_lib.<+> (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl);
CREATE DOMAIN usage_lib.whole AS int;
CREATE FUNCTION by_path(int) RETURNS int IMMUTABLE LANGUAGE plpgsql SET search_path = usage_lib, pg_temp AS 'BEGIN RETURN helper($1); END';
CREATE FUNCTION by_name(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN usage_lib.helper($1); END';
CREATE FUNCTION operated(int) RETURNS int IMMUTABLE LANGUAGE plpgsql SET search_path = usage_lib, pg_temp AS 'BEGIN RETURN $1 <+> 2; END';
CREATE FUNCTION cast_to(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1::usage_lib.whole; END';
CREATE FUNCTION nested(int) RETURNS int IMMUTABLE LANGUAGE sql RETURN by_path($1) + 1;
CREATE FUNCTION definer(int) RETURNS int IMMUTABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path = usage_lib, pg_temp AS 'BEGIN RETURN helper($1); END';
CREATE FUNCTION once(int) RETURNS int IMMUTABLE LANGUAGE sql RETURN usage_lib.helper($1);
CREATE FUNCTION added(int, int) RETURNS int IMMUTABLE LANGUAGE plpgsql SET search_path = usage_lib, pg_temp AS 'BEGIN RETURN $1 + helper($2); END';
CREATE AGGREGATE total(int) (SFUNC = added, STYPE = int, INITCOND = '0');
SELECT format('CREATE MATERIALIZED VIEW mv_%1$s AS SELECT k, %1$s(g) AS x FROM t', f)
  FROM unnest('{by_path, by_name, operated, cast_to, nested, definer, once}'::text[]) f \gexec
CREATE MATERIALIZED VIEW mv_total AS SELECT g, total(k) AS x FROM t GROUP BY g;

CREATE FUNCTION pg_temp.all_answers() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT f || ': ' || regexp_replace(pg_temp.answer(format('SELECT k, %s(g) FROM t', f)), '(ERROR \w+).*', '\1')
	  FROM unnest('{by_path, by_name, operated, cast_to, nested, definer, once}'::text[]) f
	UNION ALL SELECT 'total: ' || regexp_replace(pg_temp.answer('SELECT g, total(k) FROM t GROUP BY g'), '(ERROR \w+).*', '\1')
$$;
PREPARE by_path AS SELECT sum(by_path(g)) FROM t;
SET plan_cache_mode = force_generic_plan;
SET enable_answer_query_using_materialized_views = on;
SET ROLE usage_reader;
SELECT pg_temp.all_answers();
EXECUTE by_path;
RESET ROLE;
REVOKE USAGE ON SCHEMA usage_lib FROM usage_reader;
SET ROLE usage_reader;
SELECT pg_temp.all_answers();
\set VERBOSITY sqlstate
EXECUTE by_path;
\set VERBOSITY default
SELECT substring(pg_temp.why('SELECT k, by_path(g) FROM t') FROM 'mv_by_path: \w+');
RESET ROLE;
-- a plan that was made for who may
DISCARD PLANS;
EXECUTE by_path;
SET ROLE usage_reader;
\set VERBOSITY sqlstate
EXECUTE by_path;
\set VERBOSITY default
RESET ROLE;
GRANT USAGE ON SCHEMA usage_lib TO usage_reader;
SET ROLE usage_reader;
SELECT pg_temp.all_answers();
EXECUTE by_path;
RESET ROLE;
-- what a schema is called says what is found, too
ALTER SCHEMA usage_lib RENAME TO usage_other;
SELECT pg_temp.all_answers();
CREATE SCHEMA usage_lib;
CREATE FUNCTION usage_lib.helper(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 20';
SELECT pg_temp.all_answers();
DROP SCHEMA usage_lib CASCADE;
ALTER SCHEMA usage_other RENAME TO usage_lib;
SELECT pg_temp.all_answers();
DROP SCHEMA usage_api, usage_lib CASCADE;
DROP ROLE usage_reader;
