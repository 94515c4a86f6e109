-- Statements in which a query over one table is answered
-- from a view: INSERT ... SELECT, CREATE TABLE AS, EXPLAIN, PREPARE, cursors,
-- COPY, SQL and PL/pgSQL functions.  Were the code wrong, they would read the
-- table, or write other rows.
\getenv srcdir PG_ABS_SRCDIR
\set compare :srcdir '/include/compare.sql'
\i :compare
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
