-- While a cursor or a loop reads a view in the place of a table, the table is
-- in use: the same session can neither truncate nor alter it.  If this were
-- wrong, such a statement would succeed where PostgreSQL refuses it.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA in_use;
SET search_path = in_use;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
CREATE TABLE u AS SELECT a FROM generate_series(1, 9) a;
CREATE MATERIALIZED VIEW v AS SELECT a, b FROM t;
CREATE MATERIALIZED VIEW g AS SELECT b, count(*) FROM t GROUP BY b;
CREATE MATERIALIZED VIEW w AS SELECT a FROM u;
CREATE TABLE p (k int, a int) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
INSERT INTO p VALUES (1, 1), (1, 2);
CREATE MATERIALIZED VIEW vp AS SELECT k, count(*) FROM p GROUP BY k;
CREATE FUNCTION pg_temp.try(statements text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE statement text;
BEGIN
    FOREACH statement IN ARRAY statements LOOP
        BEGIN
            EXECUTE statement;
            RETURN NEXT statement || ': ok';
        EXCEPTION WHEN OTHERS THEN
            RETURN NEXT statement || ': ' || sqlstate;
        END;
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.in_loop(query text, statements text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
    FOR r IN EXECUTE query LOOP
        RETURN QUERY SELECT pg_temp.try(statements);
        EXIT;
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.both(query text, statements text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    off text[];
    result text[];
BEGIN
    PERFORM set_config('enable_answer_query_using_materialized_views', 'off', true);
    off := ARRAY(SELECT pg_temp.in_loop(query, statements));
    PERFORM set_config('enable_answer_query_using_materialized_views', 'on', true);
    RETURN NEXT pg_temp.views_read(query);
    result := ARRAY(SELECT pg_temp.in_loop(query, statements));
    IF off IS DISTINCT FROM result THEN RETURN NEXT 'off: ' || off::text; END IF;
    RETURN QUERY SELECT unnest(result);
END $$;
CREATE FUNCTION pg_temp.views_read(query text) RETURNS text LANGUAGE sql AS 'SELECT pg_temp.sources(query)';

SELECT pg_temp.both('SELECT DISTINCT a FROM t', ARRAY['TRUNCATE t', 'ALTER TABLE t ADD COLUMN x int', 'ALTER TABLE t ENABLE ROW LEVEL SECURITY', 'CREATE INDEX ON t (a)',
    'DROP TABLE t CASCADE', 'LOCK u']);
SELECT pg_temp.both('SELECT b, count(*) FROM t GROUP BY b', ARRAY['TRUNCATE t', 'ALTER TABLE t ADD COLUMN x int']);
SELECT pg_temp.both('SELECT DISTINCT t.a FROM t JOIN u USING (a)', ARRAY['TRUNCATE t', 'TRUNCATE u']);
SELECT pg_temp.both('SELECT DISTINCT a FROM (SELECT a FROM t UNION ALL SELECT a FROM u) x', ARRAY['TRUNCATE t', 'TRUNCATE u']);
SELECT pg_temp.both('SELECT DISTINCT a, (SELECT max(b) FROM t) FROM u', ARRAY['TRUNCATE t', 'TRUNCATE u']);
SELECT pg_temp.both('SELECT k, count(*) FROM p GROUP BY k', ARRAY['TRUNCATE p', 'ALTER TABLE p ADD COLUMN x int']);

-- cursors, and what comes after they are closed
SET enable_answer_query_using_materialized_views = on;
BEGIN;
DECLARE c CURSOR FOR SELECT b, count(*) FROM t GROUP BY b ORDER BY b;
FETCH 1 FROM c;
SAVEPOINT s;
TRUNCATE t;
ROLLBACK TO s;
SAVEPOINT s;
ALTER TABLE t ADD COLUMN x int;
ROLLBACK TO s;
FETCH 1 FROM c;
CLOSE c;
TRUNCATE t;
ROLLBACK;
-- opened in a savepoint
BEGIN;
SAVEPOINT s;
DECLARE c CURSOR FOR SELECT b, count(*) FROM t GROUP BY b ORDER BY b;
DECLARE d CURSOR FOR SELECT b, count(*) FROM t GROUP BY b ORDER BY b;
RELEASE s;
FETCH 1 FROM c;
CLOSE c;
SELECT count(*) > 0 AS locked FROM pg_locks WHERE relation = 'g'::regclass AND pid = pg_backend_pid();
ROLLBACK;
BEGIN;
SAVEPOINT s;
DECLARE c CURSOR FOR SELECT b, count(*) FROM t GROUP BY b ORDER BY b;
FETCH 1 FROM c;
ROLLBACK TO s;
TRUNCATE t;
ROLLBACK;
-- holdable ones are done with the table once they are materialised
BEGIN;
DECLARE h CURSOR WITH HOLD FOR SELECT b, count(*) FROM t GROUP BY b ORDER BY b;
FETCH 1 FROM h;
COMMIT;
BEGIN;
TRUNCATE t;
FETCH 1 FROM h;
ROLLBACK;
CLOSE h;
-- errors while a query is under way
SELECT count(1 / (a - 50)) FROM t;
SELECT count(*) FROM t;
DO $$ BEGIN
    FOR i IN 1..3 LOOP
        BEGIN
            PERFORM 1 / (a - 50) FROM t;
        EXCEPTION WHEN division_by_zero THEN
            PERFORM count(*) FROM t;
        END;
    END LOOP;
    TRUNCATE t;
END $$;

SET client_min_messages = warning;
DROP SCHEMA in_use CASCADE;
