-- A plan that reads several views is good only while each of them is.  Were the
-- code wrong, a cached plan would go on reading one that has become stale because
-- the other is fresh, or would fail because one is gone.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE TABLE a (k int, v int);
CREATE TABLE b (k int, v int);
INSERT INTO a SELECT i, i % 3 FROM generate_series(1, 30) AS i;
INSERT INTO b SELECT i, i % 3 FROM generate_series(1, 60) AS i;
CREATE MATERIALIZED VIEW va AS SELECT v, count(*) AS n FROM a GROUP BY v;
CREATE MATERIALIZED VIEW vb AS SELECT v, count(*) AS n FROM b GROUP BY v;
CREATE MATERIALIZED VIEW va_rows AS SELECT k, v FROM a WHERE k > 10;
ANALYZE;

SET plan_cache_mode = force_generic_plan;
SET enable_answer_query_using_materialized_views = on;
PREPARE p AS SELECT (SELECT count(*) FROM a) AS a, (SELECT count(*) FROM b) AS b;
PREPARE j AS SELECT x.n, y.n FROM (SELECT v, count(*) AS n FROM a GROUP BY v) x JOIN (SELECT v, count(*) AS n FROM b GROUP BY v) y USING (v) ORDER BY v;
PREPARE u AS SELECT v, count(*) FROM a GROUP BY v UNION ALL SELECT v, count(*) FROM b GROUP BY v UNION ALL SELECT k, v FROM a WHERE k > 29 ORDER BY 2, 1;
-- the statement as it was asked, down to what is inside of parts that stay as they are
PREPARE n AS SELECT sum(s) FROM (SELECT n * (v + 1) AS s FROM (SELECT v, count(*) AS n FROM a GROUP BY v) x UNION ALL SELECT 0) y;
EXECUTE n;
BEGIN;
UPDATE a SET v = 0;
EXECUTE n;
ROLLBACK;
-- rows and the views that they come from
CREATE FUNCTION pg_temp.all_of_them() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    name text;
    r record;
    result text;
BEGIN
    FOREACH name IN ARRAY ARRAY['p', 'j', 'u', 'n'] LOOP
        result := name || ':';
        FOR r IN EXECUTE 'EXECUTE ' || name LOOP
            result := result || ' ' || r::text;
        END LOOP;
        RETURN NEXT result || ' from ' || pg_temp.views_of('EXECUTE ' || name);
    END LOOP;
END $$;
SELECT pg_temp.all_of_them();
-- one goes stale
INSERT INTO a VALUES (31, 0);
SELECT pg_temp.all_of_them();
-- the other as well, then the first is fresh again
DELETE FROM b WHERE k <= 3;
REFRESH MATERIALIZED VIEW va;
SELECT pg_temp.all_of_them();
REFRESH MATERIALIZED VIEW vb;
REFRESH MATERIALIZED VIEW va_rows;
SELECT pg_temp.all_of_them();
-- within a transaction that writes one of them
BEGIN;
UPDATE a SET v = 0;
SELECT pg_temp.all_of_them();
ROLLBACK;
SELECT pg_temp.all_of_them();
BEGIN;
SAVEPOINT s;
TRUNCATE b;
SELECT pg_temp.all_of_them();
ROLLBACK TO s;
SELECT pg_temp.all_of_them();
COMMIT;
-- one is dropped, and comes again in another shape
DROP MATERIALIZED VIEW vb;
SELECT pg_temp.all_of_them();
CREATE MATERIALIZED VIEW vb AS SELECT count(*) AS n, v % 3 AS m, v FROM b GROUP BY v;
SELECT pg_temp.all_of_them();
ALTER MATERIALIZED VIEW va RENAME COLUMN n TO many;
SELECT pg_temp.all_of_them();
-- switched off and on
SET enable_answer_query_using_materialized_views = off;
SELECT pg_temp.all_of_them();
SET enable_answer_query_using_materialized_views = on;
-- a cursor keeps to what it saw when it was opened
BEGIN;
DECLARE c CURSOR FOR SELECT v, (SELECT count(*) FROM b WHERE b.v = a.v) FROM a GROUP BY v ORDER BY v;
FETCH 1 FROM c;
DELETE FROM a;
DELETE FROM b;
FETCH ALL FROM c;
ROLLBACK;
-- the guards of a plan with its views twice, in parallel workers as well
PREPARE twice AS SELECT count(*) FROM (SELECT v FROM a GROUP BY v) x, (SELECT v FROM a GROUP BY v) y, (SELECT v FROM b GROUP BY v) z;
EXECUTE twice;
INSERT INTO b VALUES (100, 100);
EXECUTE twice;
REFRESH MATERIALIZED VIEW vb;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
PREPARE parallel AS SELECT sum(x.n), sum(y.n) FROM (SELECT v, count(*) AS n FROM a GROUP BY v) x JOIN (SELECT v, count(*) AS n FROM b GROUP BY v) y USING (v);
EXECUTE parallel;
EXECUTE twice;
DELETE FROM b WHERE v = 100;
EXECUTE parallel;
EXECUTE twice;
DROP TABLE a, b CASCADE;
