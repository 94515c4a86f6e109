-- EXPLAIN of CREATE MATERIALIZED VIEW with options of ours: with ANALYZE it creates
-- the view, which must be maintained as any other; without, nothing is left.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_explain;
SET search_path = incremental_explain;
CREATE TABLE t (k int, x int);
INSERT INTO t SELECT i % 3, i FROM generate_series(1, 9) AS i;
EXPLAIN (COSTS OFF) CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT k, avg(x) FROM t GROUP BY k;
SELECT to_regclass('v');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 't'::regclass;
EXPLAIN (ANALYZE, FORMAT JSON) CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT k, avg(x) FROM t GROUP BY k \g /dev/null
EXPLAIN (ANALYZE, FORMAT JSON) CREATE MATERIALIZED VIEW v_rows WITH (aqumv.maintenance = immediate, fillfactor = 80) AS SELECT x FROM t WHERE k > 0 \g /dev/null
EXPLAIN (ANALYZE, FORMAT JSON) CREATE MATERIALIZED VIEW v_manual WITH (aqumv.maintenance = manual) AS SELECT max(x) FROM t \g /dev/null
EXPLAIN (ANALYZE, FORMAT JSON) CREATE MATERIALIZED VIEW v_plain AS SELECT min(x) FROM t \g /dev/null
EXPLAIN (ANALYZE, FORMAT JSON) CREATE MATERIALIZED VIEW v_empty WITH (aqumv.incremental) AS SELECT sum(x) FROM t WITH NO DATA \g /dev/null
EXPLAIN (ANALYZE, FORMAT JSON) CREATE MATERIALIZED VIEW IF NOT EXISTS v WITH (aqumv.incremental) AS SELECT 1 \g /dev/null
CREATE VIEW state AS SELECT view, maintenance, usable, reason_code FROM aqumv.views WHERE pg_table_is_visible(view) ORDER BY view::text COLLATE "C";
TABLE state;
INSERT INTO t VALUES (1, 100), (5, 5);
DELETE FROM t WHERE x = 2;
TABLE state;
REFRESH MATERIALIZED VIEW v_empty;
TABLE differences;
INSERT INTO t VALUES (1, 101);
TABLE differences;
SELECT relname, reloptions FROM pg_class WHERE relkind = 'm' AND relnamespace = 'incremental_explain'::regnamespace ORDER BY 1;
-- other views answer neither the creation nor its explanation
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = force;
EXPLAIN (COSTS OFF) CREATE MATERIALIZED VIEW w AS SELECT x FROM t WHERE k > 0;
EXPLAIN (COSTS OFF) SELECT x FROM t WHERE k > 0;
-- what is refused is refused
EXPLAIN ANALYZE CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT x FROM t LIMIT 1;
EXPLAIN CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT x FROM t LIMIT 1;
EXPLAIN CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental = 7) AS SELECT x FROM t;
EXPLAIN CREATE MATERIALIZED VIEW bad WITH (aqumv.other) AS SELECT x FROM t;
EXPLAIN (ANALYZE, ANALYZE off, COSTS OFF) CREATE MATERIALIZED VIEW bad WITH (aqumv.incremental) AS SELECT x FROM t;
SELECT to_regclass('bad');
-- in a function, again and again, and undone
CREATE FUNCTION create_it() RETURNS void LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    FOR line IN EXPLAIN (ANALYZE, FORMAT JSON) CREATE MATERIALIZED VIEW again WITH (aqumv.incremental) AS SELECT k, count(*) FROM t GROUP BY k
    LOOP
    END LOOP;
END $$;
BEGIN;
SELECT create_it();
ROLLBACK;
SELECT create_it();
DROP MATERIALIZED VIEW again;
SELECT create_it();
DELETE FROM t WHERE k = 0;
TABLE differences;
TABLE state;
SET client_min_messages = warning;
DROP SCHEMA incremental_explain CASCADE;
