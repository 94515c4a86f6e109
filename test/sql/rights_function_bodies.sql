-- EXECUTE on what functions call in their caller's name: functions that the
-- planner inlines, and functions whose results a view has stored.  If this were
-- wrong, w() would show a reader what f() returns, who may call w() only.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA rights_bodies;
SET search_path = rights_bodies;
CREATE ROLE regress_aqumv_x1;
GRANT USAGE ON SCHEMA rights_bodies TO PUBLIC;
CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 9) i;
GRANT SELECT ON t TO PUBLIC;
CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 * 1000; END';
CREATE FUNCTION "F g"(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 * 1001; END';
CREATE OPERATOR @+ (FUNCTION = f, RIGHTARG = int);
CREATE FUNCTION parsed(int) RETURNS int IMMUTABLE LANGUAGE sql RETURN f($1) + 1;
CREATE FUNCTION atomic(int) RETURNS int IMMUTABLE LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT parsed($1) + 2; END;
CREATE FUNCTION text(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT rights_bodies.F($1) + 3';
CREATE FUNCTION nested(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT rights_bodies.text($1) + 4';
CREATE FUNCTION quoted(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT rights_bodies."F g"($1) + 5';
CREATE FUNCTION sign(int) RETURNS int IMMUTABLE LANGUAGE sql SET search_path = rights_bodies AS 'SELECT @+$1';
CREATE FUNCTION pl(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN rights_bodies.f($1) + 6; END';
CREATE FUNCTION dynamic(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$DECLARE r int; BEGIN EXECUTE 'SELECT rights_bodies.f($1) + 7' INTO r USING $1; RETURN r; END$$;
CREATE FUNCTION definer(int) RETURNS int IMMUTABLE LANGUAGE sql SECURITY DEFINER AS 'SELECT rights_bodies.f($1) + 8';
CREATE FUNCTION harmless(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN abs($1) + 9; END';
CREATE MATERIALIZED VIEW v AS SELECT a, f(a) AS fa, "F g"(a) AS ga FROM t;
CREATE MATERIALIZED VIEW w AS SELECT parsed(a), atomic(a), text(a), nested(a), quoted(a), sign(a), pl(a), dynamic(a), definer(a), harmless(a) FROM t;
CREATE TEMP TABLE queries (n serial, query text);
GRANT SELECT ON queries TO PUBLIC;
INSERT INTO queries (query) SELECT 'SELECT max(' || call || ') FROM t' FROM
	unnest(ARRAY['parsed(a)', 'atomic(a)', 'rights_bodies.text(a)', 'nested(a)', 'quoted(a)', 'rights_bodies.sign(a)', 'pl(a)', 'dynamic(a)', 'definer(a)', 'harmless(a)',
	             'pg_temp.w(a)', 'pg_temp.w(a) + a', 'pg_temp.x(a)', 'pg_temp.y(a)']) call;
INSERT INTO queries (query) VALUES ('SELECT a FROM t WHERE pg_temp.w(a) > 5000'), ('SELECT count(*) FROM t GROUP BY pg_temp.w(a)'),
	('SELECT max(x) FROM t, pg_temp.z(a) x');
CREATE FUNCTION pg_temp.w(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT rights_bodies.f($1)';
CREATE FUNCTION pg_temp.x(int) RETURNS int IMMUTABLE LANGUAGE sql RETURN rights_bodies.f($1);
CREATE FUNCTION pg_temp.y(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT pg_temp.w($1)';
CREATE FUNCTION pg_temp.z(int) RETURNS SETOF int STABLE LANGUAGE sql AS 'SELECT rights_bodies.f($1)';
SELECT n, pg_temp.answer(query) FROM queries ORDER BY n;
SET ROLE regress_aqumv_x1;
SELECT n, pg_temp.answer(query) FROM queries WHERE n <= 10 ORDER BY n;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION f, "F g" FROM PUBLIC;
SET ROLE regress_aqumv_x1;
SELECT n, pg_temp.answer(query), pg_temp.why(query) FROM queries ORDER BY n;
RESET ROLE;

-- a cached plan, when the right goes, and another user's
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = force;
SET plan_cache_mode = force_generic_plan;
GRANT EXECUTE ON FUNCTION f TO PUBLIC;
SET ROLE regress_aqumv_x1;
PREPARE p AS SELECT max(nested(a)) FROM t;
EXECUTE p;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION f FROM PUBLIC;
EXECUTE p;
SET ROLE regress_aqumv_x1;
EXECUTE p;
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA rights_bodies CASCADE;
DROP ROLE regress_aqumv_x1;
