-- EXECUTE on functions that are called from FROM, in subqueries and through
-- functions that the planner inlines, and by cached plans whose user has lost
-- it by another way than REVOKE ON FUNCTION.  If this were wrong, the stored
-- result of a function would stand in for a call that is not allowed.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA rights_tables;
SET search_path = rights_tables;
CREATE ROLE regress_aqumv_x1;
CREATE ROLE regress_aqumv_x2;
CREATE ROLE regress_aqumv_group;
GRANT regress_aqumv_group TO regress_aqumv_x2;
GRANT USAGE ON SCHEMA rights_tables TO PUBLIC;
CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 9) i;
GRANT SELECT ON t TO PUBLIC;
CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 * 1000; END';
CREATE MATERIALIZED VIEW v AS SELECT a, f(a) AS fa FROM t;
CREATE MATERIALIZED VIEW g AS SELECT f(a) AS fa, count(*) FROM t GROUP BY 1;
REVOKE EXECUTE ON FUNCTION f FROM PUBLIC;
GRANT EXECUTE ON FUNCTION f TO regress_aqumv_group;
REFRESH MATERIALIZED VIEW v;
REFRESH MATERIALIZED VIEW g;
CREATE TEMP TABLE queries (n serial, query text);
GRANT SELECT ON queries TO PUBLIC;
INSERT INTO queries (query) VALUES
    ('SELECT max(f(a)) FROM t'),
    ('SELECT max(x) FROM t, generate_series(f(a), f(a)) x'),
    ('SELECT max(x) FROM t, LATERAL ROWS FROM (generate_series(1, 1), unnest(ARRAY[f(a)])) y (w, x)'),
    ('SELECT max(x) FROM t, unnest(ARRAY[f(a)], ARRAY[1]) y (x, z)'),
    ('SELECT max(x) FROM t, LATERAL (VALUES (f(a)), (2)) y (x)'),
    ('SELECT max(x) FROM t, LATERAL (SELECT f(a) AS x OFFSET 0) y'),
    ('SELECT max(x) FROM t CROSS JOIN LATERAL (SELECT f(t.a) FROM t u LIMIT 1) y (x)'),
    ('SELECT max(x) FROM t, XMLTABLE(''/r'' PASSING xmlparse(content ''<r/>'') COLUMNS x int DEFAULT f(a)) y'),
    ('SELECT max((SELECT f(a))) FROM t'),
    ('SELECT count(*) FROM t WHERE EXISTS (SELECT 1 FROM t u WHERE f(t.a) = u.a * 1000)'),
    ('SELECT count(*) FROM t WHERE a * 1000 IN (SELECT f(t.a))'),
    ('SELECT max(x) FROM (SELECT f(a) AS x FROM t) s'),
    ('WITH c AS MATERIALIZED (SELECT f(a) AS x FROM t) SELECT max(x) FROM c'),
    ('SELECT a FROM t ORDER BY f(a)'),
    ('SELECT count(*) FROM t GROUP BY f(a)'),
    ('SELECT count(*) FROM (SELECT DISTINCT f(a) FROM t) s'),
    ('SELECT count(*) FILTER (WHERE f(a) > 3) FROM t'),
    ('SELECT sum(a) OVER (PARTITION BY f(a)) FROM t'),
    ('SELECT * FROM t LIMIT (SELECT min(f(a)) / 1000 FROM t)'),
    ('SELECT max(a) FROM t');
SET ROLE regress_aqumv_x1;
SELECT n, pg_temp.answer(query), pg_temp.why(query) FROM queries ORDER BY n;
SET ROLE regress_aqumv_x2;
SELECT n, pg_temp.answer(query) FROM queries WHERE n IN (1, 2, 5, 10, 15, 20) ORDER BY n;

-- a cached plan, and a membership that goes
SET enable_answer_query_using_materialized_views = on;
SET plan_cache_mode = force_generic_plan;
PREPARE p AS SELECT max(f(a)) FROM t;
PREPARE q AS SELECT max(x) FROM t, generate_series(f(a), f(a)) x;
EXPLAIN (COSTS OFF) EXECUTE p;
EXECUTE p;
EXECUTE q;
SET ROLE regress_aqumv_x1;
EXECUTE p;
SET ROLE regress_aqumv_x2;
EXECUTE p;
RESET ROLE;
REVOKE regress_aqumv_group FROM regress_aqumv_x2;
SET ROLE regress_aqumv_x2;
EXECUTE p;
EXECUTE q;
RESET ROLE;
GRANT regress_aqumv_group TO regress_aqumv_x2;
SET ROLE regress_aqumv_x2;
EXECUTE p;
-- the rights of a superuser that go
RESET ROLE;
ALTER ROLE regress_aqumv_x1 SUPERUSER;
SET ROLE regress_aqumv_x1;
PREPARE s AS SELECT max(f(a)) FROM t;
EXECUTE s;
RESET ROLE;
ALTER ROLE regress_aqumv_x1 NOSUPERUSER;
SET ROLE regress_aqumv_x1;
EXECUTE s;
RESET ROLE;
-- between planning and fetching nothing is checked again, as ever
BEGIN;
SET LOCAL ROLE regress_aqumv_x2;
DECLARE c CURSOR FOR SELECT f(a) FROM t ORDER BY a;
FETCH 1 FROM c;
RESET ROLE;
REVOKE regress_aqumv_group FROM regress_aqumv_x2;
SET LOCAL ROLE regress_aqumv_x2;
FETCH 1 FROM c;
ROLLBACK;

-- a function whose owner is somebody else when it is called inside SECURITY DEFINER
CREATE FUNCTION definer() RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = rights_tables AS 'BEGIN RETURN max(f(a)) FROM t; END';
SET ROLE regress_aqumv_x1;
SELECT definer();
SELECT max(f(a)) FROM t;
RESET ROLE;

-- what the rewritten query calls and the original does not: date_ge()
CREATE TABLE times AS SELECT timestamp '2024-01-01' + i * interval '7 hours' AS ts FROM generate_series(1, 20) i;
GRANT SELECT ON times TO PUBLIC;
CREATE MATERIALIZED VIEW days AS SELECT ts::date AS day FROM times;
CREATE MATERIALIZED VIEW per_day AS SELECT ts::date AS day, count(*) FROM times GROUP BY 1;
BEGIN;
REVOKE EXECUTE ON FUNCTION pg_catalog.date_ge(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.date_ge(date, date) TO regress_aqumv_group;
SET LOCAL ROLE regress_aqumv_x1;
SELECT pg_temp.answer('SELECT ts::date FROM times WHERE ts >= ''2024-01-03''');
SELECT pg_temp.answer('SELECT count(*) FROM times WHERE ts >= ''2024-01-03''');
SELECT pg_temp.why('SELECT ts::date FROM times WHERE ts >= ''2024-01-03''');
SET LOCAL ROLE regress_aqumv_x2;
SELECT pg_temp.answer('SELECT ts::date FROM times WHERE ts >= ''2024-01-03''');
ROLLBACK;
-- nor date_eq(), where the original groups
BEGIN;
REVOKE EXECUTE ON FUNCTION pg_catalog.date_eq(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.date_eq(date, date) TO regress_aqumv_group;
SET LOCAL ROLE regress_aqumv_x1;
SELECT pg_temp.answer('SELECT ts::date, count(*) FROM times GROUP BY 1');
SELECT pg_temp.why('SELECT ts::date, count(*) FROM times GROUP BY 1');
ROLLBACK;

-- the role changes between planning and execution of one statement's queries
CREATE TABLE roles (r text);
GRANT ALL ON roles TO regress_aqumv_x1, regress_aqumv_x2, regress_aqumv_group;
CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER skip BEFORE INSERT ON roles FOR EACH ROW EXECUTE FUNCTION skip();
CREATE RULE also AS ON INSERT TO roles DO ALSO SELECT max(f(a)) FROM t;
SET enable_answer_query_using_materialized_views = on;
SET ROLE regress_aqumv_group;
INSERT INTO roles VALUES (set_config('role', 'regress_aqumv_group', false));
INSERT INTO roles VALUES (set_config('role', 'regress_aqumv_x1', false));
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA rights_tables CASCADE;
DROP ROLE regress_aqumv_x1, regress_aqumv_x2, regress_aqumv_group;
