-- ALTER DATABASE SET and ALTER ROLE SET hold in new sessions.  If they did not,
-- there would be no way to switch rewriting on but in every session.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness

CREATE SCHEMA setting_database_role;
SET search_path = setting_database_role;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 10000) a;
CREATE MATERIALIZED VIEW v AS SELECT b, count(*) FROM t GROUP BY b;
ANALYZE t;
ANALYZE v;

SELECT current_database() AS db \gset
ALTER DATABASE :"db" SET enable_answer_query_using_materialized_views = on;
ALTER DATABASE :"db" SET aqumv_allow_foreign_table = on;
ALTER DATABASE :"db" SET aqumv.rewrite_mode = required;
\c
SHOW enable_answer_query_using_materialized_views;
SHOW aqumv_allow_foreign_table;
SHOW aqumv.rewrite_mode;
SET search_path = setting_database_role;
-- the session before drops its temporary functions; a plan made before it has
-- done so would not be executed
DO $$
BEGIN
    FOR i IN 1 .. 1000 LOOP
        EXIT WHEN (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend') = 1;
        PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
    END LOOP;
END $$;
EXPLAIN (COSTS OFF) SELECT b, count(*) FROM t GROUP BY b;
ALTER DATABASE :"db" RESET enable_answer_query_using_materialized_views;
ALTER DATABASE :"db" RESET aqumv_allow_foreign_table;
ALTER DATABASE :"db" RESET aqumv.rewrite_mode;
\c
SHOW enable_answer_query_using_materialized_views;
SHOW aqumv_allow_foreign_table;
SHOW aqumv.rewrite_mode;

ALTER ROLE ALL SET enable_answer_query_using_materialized_views = on;
\c
SHOW enable_answer_query_using_materialized_views;
-- the more specific wins
ALTER DATABASE :"db" SET enable_answer_query_using_materialized_views = off;
\c
SHOW enable_answer_query_using_materialized_views;
ALTER DATABASE :"db" RESET enable_answer_query_using_materialized_views;
ALTER ROLE ALL RESET enable_answer_query_using_materialized_views;
\c
SHOW enable_answer_query_using_materialized_views;

-- and of a function
SET search_path = setting_database_role;
CREATE FUNCTION plan_of(query text) RETURNS SETOF text AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END $$ LANGUAGE plpgsql SET enable_answer_query_using_materialized_views = on;
SELECT plan_of('SELECT b, count(*) FROM t GROUP BY b');
EXPLAIN (COSTS OFF) SELECT b, count(*) FROM t GROUP BY b;

SET client_min_messages = warning;
DROP SCHEMA setting_database_role CASCADE;
