-- Statements in which a query over one table is answered
-- from a view: INSERT ... SELECT, CREATE TABLE AS, EXPLAIN, PREPARE, cursors,
-- COPY, SQL and PL/pgSQL functions.  Were the code wrong, they would read the
-- table, or write other rows.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA statements;
SET search_path = statements, public;
CREATE TABLE ev (k int, v int);
INSERT INTO ev SELECT i, i % 7 FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW mv AS SELECT v, count(*) AS n, sum(k) AS s FROM ev GROUP BY v;
CREATE TABLE target (v int, s bigint);

-- 93
SET enable_answer_query_using_materialized_views = off;
EXPLAIN (COSTS OFF) SELECT v, sum(k) FROM ev GROUP BY v;
SET enable_answer_query_using_materialized_views = on;
EXPLAIN (COSTS OFF) SELECT v, sum(k) FROM ev GROUP BY v;
SELECT v, sum(k) FROM ev GROUP BY v ORDER BY v LIMIT 2;

-- 91
EXPLAIN (COSTS OFF) INSERT INTO target SELECT v, sum(k) FROM ev GROUP BY v;
INSERT INTO target SELECT v, sum(k) FROM ev GROUP BY v;
INSERT INTO target (s, v) SELECT sum(k), v FROM ev WHERE v > 4 GROUP BY v RETURNING v, s;
SELECT count(*), sum(s) FROM target;
SELECT view, used FROM aqumv.explain_rewrite('INSERT INTO target SELECT v, sum(k) FROM ev GROUP BY v');

-- others
EXPLAIN (COSTS OFF) CREATE TABLE copied AS SELECT v, sum(k) FROM ev GROUP BY v;
CREATE TABLE copied AS SELECT v, sum(k) AS s FROM ev GROUP BY v;
SELECT v, sum(k) AS s INTO copied2 FROM ev GROUP BY v;
SELECT (SELECT count(*) FROM copied), (SELECT sum(s) FROM copied2);
PREPARE p AS SELECT v, sum(k) FROM ev GROUP BY v ORDER BY v;
EXPLAIN (COSTS OFF) EXECUTE p;
CREATE TABLE copied3 AS EXECUTE p;
SELECT count(*) FROM copied3;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT v, sum(k) FROM ev GROUP BY v ORDER BY v;
FETCH 2 c;
FETCH LAST c;
FETCH PRIOR c;
COMMIT;
COPY (SELECT v, sum(k) FROM ev GROUP BY v ORDER BY v) TO STDOUT;

-- functions: how often did they read the table and the view?
CREATE FUNCTION scans(OUT ev bigint, OUT mv bigint) LANGUAGE sql AS
    'SELECT pg_stat_get_xact_numscans(''ev''::regclass), pg_stat_get_xact_numscans(''mv''::regclass)';
CREATE FUNCTION in_plpgsql() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    total bigint := 0;
    r record;
BEGIN
    FOR r IN SELECT v, sum(k) AS s FROM ev GROUP BY v LOOP
        total := total + r.s;
    END LOOP;
    EXECUTE 'SELECT $1 + sum(k) FROM ev WHERE v = $2 GROUP BY v' INTO total USING total, 3;
    RETURN total;
END $$;
CREATE FUNCTION in_sql(int) RETURNS SETOF bigint LANGUAGE sql VOLATILE AS 'SELECT sum(k) FROM ev WHERE v = $1 GROUP BY v';
BEGIN;
SELECT * FROM scans() \gset
SELECT in_plpgsql();
SELECT in_sql(3);
DO 'DECLARE n bigint; BEGIN SELECT sum(k) INTO n FROM ev WHERE v = 3 GROUP BY v; END';
SELECT ev - :ev AS ev, mv - :mv AS mv FROM scans();
COMMIT;
SET enable_answer_query_using_materialized_views = off;
SELECT in_plpgsql();
SELECT in_sql(3);
DEALLOCATE p;
DROP SCHEMA statements CASCADE;

-- Statements that hold a SELECT.  Were the code wrong, what is written
-- would not be what the tables say, or the statement would write to the wrong
-- rows because a subquery has other columns than it had.
CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i, i % 7, i % 3 FROM generate_series(1, 60) AS i;
CREATE MATERIALIZED VIEW mv AS SELECT v, w, count(*) AS n, sum(k) AS s FROM ev GROUP BY v, w;
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

-- utility statements and procedures
SET enable_answer_query_using_materialized_views = on;
CREATE TABLE made AS SELECT v, avg(k), count(*) FROM ev GROUP BY v WITH NO DATA;
\d made
EXPLAIN (COSTS OFF) CREATE TABLE made_too AS SELECT v, count(*) FROM ev GROUP BY v;
SELECT v, sum(k) AS s INTO made_too FROM ev GROUP BY v;
(TABLE made_too EXCEPT ALL SELECT v, sum(k + 0) FROM ev GROUP BY v) UNION ALL (SELECT v, sum(k + 0) FROM ev GROUP BY v EXCEPT ALL TABLE made_too);
COPY (SELECT w, count(*) FROM ev GROUP BY w ORDER BY w) TO STDOUT;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT v, count(*) FROM ev GROUP BY v ORDER BY v;
FETCH 2 FROM c;
FETCH BACKWARD 1 FROM c;
FETCH LAST FROM c;
COMMIT;
EXPLAIN (COSTS OFF) DECLARE c CURSOR FOR SELECT v, count(*) FROM ev GROUP BY v;
PREPARE p(int) AS SELECT w, count(*) FROM ev WHERE v = $1 GROUP BY w ORDER BY w;
EXECUTE p(1);
EXPLAIN (COSTS OFF) EXECUTE p(1);
SET plan_cache_mode = force_generic_plan;
EXECUTE p(2);
EXPLAIN (COSTS OFF) EXECUTE p(2);
RESET plan_cache_mode;
SET client_min_messages = notice;
DO $$
DECLARE
    r record;
    n bigint;
    c CURSOR (x int) FOR SELECT w, count(*) AS n FROM ev WHERE v > x GROUP BY w ORDER BY w;
BEGIN
    FOR r IN SELECT v, count(*) AS n FROM ev GROUP BY v HAVING count(*) > 8 ORDER BY v LOOP
        RAISE NOTICE 'loop %', r;
    END LOOP;
    FOR r IN c(4) LOOP
        RAISE NOTICE 'cursor %', r;
    END LOOP;
    FOR i IN 0..6 LOOP
        SELECT sum(k) INTO n FROM ev WHERE v = i;
        IF n <> (SELECT sum(k + 0) FROM ev WHERE v = i) THEN
            RAISE 'wrong sum of %: %', i, n;
        END IF;
    END LOOP;
    ASSERT (SELECT count(*) FROM ev WHERE w = 1) = 20;
END $$;
SET client_min_messages = warning;
DROP TABLE ev, target, made, made_too CASCADE;
