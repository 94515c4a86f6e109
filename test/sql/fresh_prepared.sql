-- Generic plans of prepared statements, whose view goes stale, then fresh, is
-- undone, dropped, replaced.  If plans were not checked when they are executed,
-- they would go on reading the stale view; if a failed check were final, they
-- would never use the view again.
--
-- count(ctid) is never answered from a view: it says what is right without
-- changing the settings, which would have the plans made again.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_prepared;
SET search_path = fresh_prepared;
CREATE TABLE t AS SELECT i AS k, i AS v FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
SET plan_cache_mode = force_generic_plan;
SET enable_answer_query_using_materialized_views = on;
PREPARE q AS SELECT count(*), sum(v) FROM t WHERE k > $1;
PREPARE truth AS SELECT count(ctid), sum(v) FROM t WHERE k > $1;
CREATE FUNCTION pg_temp.source(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ 'Scan' THEN RETURN substring(line FROM 'on (\w+)'); END IF;
	END LOOP;
END $$;
EXECUTE q(10);
SELECT pg_temp.source('EXECUTE q(10)');

-- stale: the check fails, then the statement is planned again
INSERT INTO t VALUES (101, 101);
EXECUTE q(10);
EXECUTE q(10);
EXECUTE truth(10);
SELECT pg_temp.source('EXECUTE q(10)');

-- fresh again
REFRESH MATERIALIZED VIEW mv;
EXECUTE q(10);
SELECT pg_temp.source('EXECUTE q(10)');
SELECT generic_plans > 0 AS generic, custom_plans FROM pg_prepared_statements WHERE name = 'q';

-- a write of the own transaction, undone
BEGIN;
DELETE FROM t WHERE k = 50;
EXECUTE q(10);
EXECUTE q(10);
EXECUTE truth(10);
ROLLBACK;
EXECUTE q(10);
SELECT pg_temp.source('EXECUTE q(10)');
BEGIN;
SAVEPOINT a;
DELETE FROM t WHERE k = 50;
EXECUTE q(10);
EXECUTE q(10);
ROLLBACK TO a;
EXECUTE q(10);
COMMIT;

-- emptied and filled
REFRESH MATERIALIZED VIEW mv WITH NO DATA;
EXECUTE q(10);
SELECT pg_temp.source('EXECUTE q(10)');
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.source('EXECUTE q(10)');

-- switched off
SET enable_answer_query_using_materialized_views = off;
SELECT pg_temp.source('EXECUTE q(10)');
EXECUTE q(10);
SET enable_answer_query_using_materialized_views = on;
SELECT pg_temp.source('EXECUTE q(10)');
BEGIN;
SET LOCAL enable_answer_query_using_materialized_views = off;
SELECT pg_temp.source('EXECUTE q(10)');
COMMIT;
SELECT pg_temp.source('EXECUTE q(10)');

-- dropped, and another one created
DROP MATERIALIZED VIEW mv;
EXECUTE q(10);
SELECT pg_temp.source('EXECUTE q(10)');
CREATE MATERIALIZED VIEW mv2 AS SELECT k, v FROM t WHERE k > 0;
CREATE MATERIALIZED VIEW mv3 AS SELECT v, k FROM t;
EXECUTE q(10);
SELECT pg_temp.source('EXECUTE q(10)');
DROP MATERIALIZED VIEW mv3;
EXECUTE q(10);

-- the table itself changes
TRUNCATE t;
EXECUTE q(10);
EXECUTE truth(10);
DEALLOCATE ALL;

SET client_min_messages = warning;
DROP SCHEMA fresh_prepared CASCADE;
