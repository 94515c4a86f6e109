-- The SELECT in all the statements that it can stand in: each is answered from
-- a view, with the answer that the table gives.  Were the code wrong, only some
-- of the ways to run a query would profit, what is written would not be what the
-- tables say, or rows would be written elsewhere because a subquery has other
-- columns than it had.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA statements;
SET search_path = statements;
CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i, i % 7, i % 3 FROM generate_series(1, 60) AS i;
CREATE MATERIALIZED VIEW mv AS SELECT v, w, count(*) AS n, sum(k) AS s FROM ev GROUP BY v, w;
CREATE MATERIALIZED VIEW mr AS SELECT k, v FROM ev WHERE k > 50;
CREATE TABLE target (v int, n bigint);
INSERT INTO target SELECT i, 0 FROM generate_series(0, 9) AS i;
ANALYZE;

-- the rows of both tables after a statement, with the switch as given
CREATE FUNCTION pg_temp.after(statement text, switch text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    PERFORM set_config('enable_answer_query_using_materialized_views', switch, true);
    EXECUTE statement;
    SELECT string_agg(t::text, ' ' ORDER BY v, n) || (SELECT string_agg(e::text, ' ' ORDER BY k, v) FROM ev AS e)
      INTO result FROM target AS t;
    RAISE SQLSTATE 'ZZ000' USING message = result;
EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
    RETURN sqlerrm;
END $$;
CREATE FUNCTION pg_temp.compare_write(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN pg_temp.after(statement, 'off') = pg_temp.after(statement, 'on') THEN 'same from ' ELSE 'DIFFERENT from ' END
        || coalesce(nullif(pg_temp.views_of(statement), ''), 'table')
$$;
SELECT pg_temp.compare_write('INSERT INTO target SELECT v, count(*) FROM ev GROUP BY v');
SELECT pg_temp.compare_write('INSERT INTO target (n, v) SELECT sum(k), w FROM ev WHERE v > 2 GROUP BY w RETURNING *');
SELECT pg_temp.compare_write('INSERT INTO target SELECT v, count(*) FROM ev GROUP BY v UNION ALL SELECT w, sum(k) FROM ev GROUP BY w');
SELECT pg_temp.compare_write('INSERT INTO target VALUES (50, (SELECT count(*) FROM ev WHERE w = 1)), (51, (SELECT sum(k) FROM ev))');
SELECT pg_temp.compare_write('WITH c AS (SELECT v, count(*) AS n FROM ev GROUP BY v) INSERT INTO target SELECT * FROM c WHERE n > 8');
SELECT pg_temp.compare_write('INSERT INTO target WITH c AS (SELECT w, count(*) AS n FROM ev GROUP BY w) SELECT * FROM c');
SELECT pg_temp.compare_write('UPDATE target SET n = s.n FROM (SELECT v, count(*) AS n FROM ev GROUP BY v) AS s WHERE s.v = target.v');
SELECT pg_temp.compare_write('UPDATE target SET n = (SELECT sum(k) FROM ev WHERE ev.v = target.v AND ev.w > 0)');
SELECT pg_temp.compare_write('UPDATE target SET (v, n) = (SELECT max(w), count(*) FROM ev WHERE ev.v = target.v)');
SELECT pg_temp.compare_write('UPDATE target SET n = 7 WHERE v IN (SELECT v FROM ev WHERE w = 2)');
SELECT pg_temp.compare_write('DELETE FROM target USING (SELECT v, count(*) AS n FROM ev GROUP BY v) AS s WHERE s.v = target.v AND s.n > 8');
SELECT pg_temp.compare_write('DELETE FROM target WHERE NOT EXISTS (SELECT FROM ev WHERE ev.v = target.v)');
SELECT pg_temp.compare_write('MERGE INTO target USING (SELECT v, count(*) AS n FROM ev GROUP BY v) AS s ON s.v = target.v + 5
    WHEN MATCHED THEN UPDATE SET n = s.n WHEN NOT MATCHED THEN INSERT VALUES (s.v + 100, s.n)');
-- into the very table that the view is over, and what must be read from the table
SELECT pg_temp.compare_write('INSERT INTO ev SELECT 0, v, count(*) FROM ev GROUP BY v');
SELECT pg_temp.compare_write('UPDATE target SET n = ev.k FROM ev WHERE ev.v = target.v AND ev.k < 8');
SELECT pg_temp.compare_write('WITH d AS (DELETE FROM ev WHERE v = 1 RETURNING v) UPDATE target SET n = (SELECT count(*) FROM ev WHERE w = 1) FROM d');

-- plain, and EXPLAIN with its options; from here on nothing but a view will do
SET enable_answer_query_using_materialized_views = off;
EXPLAIN (COSTS OFF) SELECT v, sum(k) FROM ev GROUP BY v;
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = required;
EXPLAIN (COSTS OFF) SELECT v, sum(k) FROM ev GROUP BY v;
EXPLAIN (COSTS OFF, VERBOSE) SELECT k + v AS sum FROM ev WHERE k > 57;
SELECT k FROM ev WHERE k > 57 ORDER BY k;
DO $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) SELECT k FROM ev WHERE k > 57' INTO plan;
    RAISE INFO 'EXPLAIN ANALYZE: % rows from %', (plan #>> '{0,Plan,Actual Rows}')::numeric::int, plan #>> '{0,Plan,Relation Name}';
END $$;

-- INSERT ... SELECT, CREATE TABLE AS, SELECT INTO, COPY
EXPLAIN (COSTS OFF) INSERT INTO target SELECT v, sum(k) FROM ev GROUP BY v;
INSERT INTO target (n, v) SELECT sum(k), v FROM ev WHERE v > 4 GROUP BY v RETURNING v, n;
SELECT view, used FROM aqumv.explain_rewrite('INSERT INTO target SELECT v, sum(k) FROM ev GROUP BY v') ORDER BY view::text;
CREATE TABLE made AS SELECT v, avg(k), count(*) FROM ev GROUP BY v WITH NO DATA;
\d made
EXPLAIN (COSTS OFF) CREATE TABLE made_too AS SELECT v, count(*) FROM ev GROUP BY v;
SELECT v, sum(k) AS s INTO made_too FROM ev GROUP BY v;
SELECT count(*), sum(s) FROM made_too;
COPY (SELECT w, count(*) FROM ev GROUP BY w ORDER BY w) TO STDOUT;

-- PREPARE with custom and generic plans
PREPARE p(int) AS SELECT w, count(*) FROM ev WHERE v = $1 GROUP BY w ORDER BY w;
SET plan_cache_mode = force_custom_plan;
EXECUTE p(1);
EXPLAIN (COSTS OFF) EXECUTE p(1);
-- a parameter that the view's condition depends on
PREPARE bound(int) AS SELECT count(*) FROM ev WHERE k > $1;
EXECUTE bound(55);
EXECUTE bound(40);
SET plan_cache_mode = force_generic_plan;
EXECUTE p(2);
EXPLAIN (COSTS OFF) EXECUTE p(2);
CREATE TABLE made_of_it AS EXECUTE p(3);
TABLE made_of_it;
EXECUTE bound(55);
SET aqumv.rewrite_mode = force;
EXECUTE bound(55);
EXECUTE bound(40);
SET aqumv.rewrite_mode = required;
RESET plan_cache_mode;

-- cursors
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT v, count(*) FROM ev GROUP BY v ORDER BY v;
FETCH 2 FROM c;
FETCH LAST FROM c;
FETCH PRIOR FROM c;
FETCH ABSOLUTE 1 FROM c;
DECLARE h CURSOR WITH HOLD FOR SELECT v, count(*) FROM ev GROUP BY v ORDER BY v;
FETCH 1 FROM h;
COMMIT;
FETCH 1 FROM h;
CLOSE h;
EXPLAIN (COSTS OFF) DECLARE c CURSOR FOR SELECT v, count(*) FROM ev GROUP BY v;

-- functions and DO: how often did they read the table and the views?
CREATE FUNCTION scans(OUT ev bigint, OUT mv bigint, OUT mr bigint) LANGUAGE sql AS
    'SELECT pg_stat_get_xact_numscans(''ev''::regclass), pg_stat_get_xact_numscans(''mv''::regclass), pg_stat_get_xact_numscans(''mr''::regclass)';
CREATE FUNCTION in_plpgsql() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    r record;
    n bigint;
    c CURSOR (x int) FOR SELECT w, count(*) AS n FROM ev WHERE v > x GROUP BY w ORDER BY w;
BEGIN
    FOR r IN SELECT v, count(*) AS n FROM ev GROUP BY v HAVING count(*) > 8 ORDER BY v LOOP RETURN NEXT 'loop ' || r; END LOOP;
    FOR r IN c(4) LOOP RETURN NEXT 'cursor ' || r; END LOOP;
    FOR r IN EXECUTE 'SELECT k FROM ev WHERE k > $1' USING 58 LOOP RETURN NEXT 'dynamic ' || r; END LOOP;
    FOR i IN 0..6 LOOP
        SELECT sum(k) INTO n FROM ev WHERE v = i;
        RETURN NEXT 'sum ' || n;
    END LOOP;
    PERFORM k FROM ev WHERE k > 58;
    RETURN NEXT 'found ' || FOUND;
    ASSERT (SELECT count(*) FROM ev WHERE w = 1) = 20;
    RETURN QUERY SELECT k::text FROM ev WHERE k > 58;
END $$;
CREATE FUNCTION in_sql(int) RETURNS SETOF bigint LANGUAGE sql VOLATILE AS 'SELECT sum(k) FROM ev WHERE v = $1 GROUP BY v';
BEGIN;
SELECT * FROM scans() \gset
SELECT in_plpgsql();
SELECT in_sql(3);
DO 'DECLARE n bigint; BEGIN SELECT sum(k) INTO n FROM ev WHERE v = 3 GROUP BY v; END';
SELECT ev - :ev AS ev, mv - :mv AS mv, mr - :mr AS mr FROM scans();
COMMIT;
SELECT pg_temp.outcome(q, true) FROM unnest(ARRAY['SELECT in_plpgsql()', 'SELECT in_sql(3)']) AS q;
DROP SCHEMA statements CASCADE;
