-- Cursors on which WHERE CURRENT OF works must scan the table itself.  Were the
-- code wrong, UPDATE ... WHERE CURRENT OF would fail, or change nothing.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA decline_cursor;
SET search_path = decline_cursor, public;
CREATE TABLE ev (k int, v int);
INSERT INTO ev SELECT i, i % 3 FROM generate_series(1, 20) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM ev;
CREATE MATERIALIZED VIEW mv_group AS SELECT v, count(*) AS n FROM ev GROUP BY v;
SET enable_answer_query_using_materialized_views = on;
EXPLAIN (COSTS OFF) SELECT k, v FROM ev WHERE k = 4;

EXPLAIN (COSTS OFF) DECLARE c CURSOR FOR SELECT k, v FROM ev WHERE k = 4;
BEGIN;
DECLARE c CURSOR FOR SELECT k, v FROM ev WHERE k = 4;
FETCH c;
UPDATE ev SET v = 100 WHERE CURRENT OF c;
SELECT k, v FROM ev WHERE k = 4;
CLOSE c;
DECLARE c CURSOR WITH HOLD FOR SELECT k FROM ev WHERE v = 100;
FETCH c;
DELETE FROM ev WHERE CURRENT OF c;
SELECT k, v FROM ev WHERE k = 4;
ROLLBACK;
SET aqumv.rewrite_mode = required;
BEGIN;
DECLARE c CURSOR FOR SELECT k FROM ev;
ROLLBACK;
SET aqumv.rewrite_mode = force;

-- in PL/pgSQL
CREATE FUNCTION bump() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    c CURSOR FOR SELECT k FROM ev WHERE v = 2;
    d refcursor;
    n int := 0;
BEGIN
    FOR r IN c LOOP
        UPDATE ev SET v = 20 WHERE CURRENT OF c;
        n := n + 1;
    END LOOP;
    OPEN d FOR SELECT k FROM ev WHERE v = 1;
    FETCH d INTO n;
    UPDATE ev SET v = 10 WHERE CURRENT OF d;
    CLOSE d;
    OPEN d FOR EXECUTE 'SELECT k FROM ev WHERE v = 0';
    FETCH d INTO n;
    UPDATE ev SET v = 30 WHERE CURRENT OF d;
    RETURN (SELECT count(*) FROM ev WHERE v >= 10);
END $$;
SELECT bump();
REFRESH MATERIALIZED VIEW mv;
REFRESH MATERIALIZED VIEW mv_group;

-- cursors that cannot be updated may read a view
EXPLAIN (COSTS OFF) DECLARE c CURSOR FOR SELECT v, count(*) FROM ev GROUP BY v;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT v, count(*) FROM ev GROUP BY v ORDER BY v;
FETCH ALL c;
FETCH BACKWARD 2 c;
ROLLBACK;
SELECT reason_code FROM aqumv.explain_rewrite('DECLARE c CURSOR FOR SELECT k FROM ev') WHERE view = 'mv'::regclass;
DROP SCHEMA decline_cursor CASCADE;
