-- Names and shapes that look like a guard's own entry in a plan, in a session
-- that has rewritten plans.  If this were wrong, a subquery of the right name
-- would crash the server, or be executed for the query.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA guard_names;
SET search_path = guard_names;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT b, count(*) FROM t GROUP BY b;
SET enable_answer_query_using_materialized_views = on;
SELECT count(*) FROM (SELECT b, count(*) FROM t GROUP BY b) x;

SELECT * FROM (SELECT 1 OFFSET 0) "aqumv.guard";
SELECT * FROM (SELECT count(*) FROM t OFFSET 0) "aqumv.guard", (SELECT b, count(*) FROM t GROUP BY b ORDER BY b LIMIT 1) "v";
WITH "aqumv.guard" AS MATERIALIZED (SELECT count(*) FROM t) SELECT * FROM "aqumv.guard";
CREATE VIEW "aqumv.guard" AS SELECT b, count(*) FROM t GROUP BY b OFFSET 0;
CREATE VIEW barrier WITH (security_barrier) AS SELECT * FROM (SELECT b FROM t WHERE b > 3 OFFSET 0) "aqumv.guard";
SELECT count(*) FROM "aqumv.guard";
SELECT count(*) FROM barrier "aqumv.guard" WHERE b < 8;
CREATE TABLE "AQUMV" AS SELECT 1 AS x;
SELECT x FROM "AQUMV" "aqumv.guard";
UPDATE "AQUMV" "aqumv.guard" SET x = (SELECT count(*) FROM t) RETURNING *;
SET plan_cache_mode = force_generic_plan;
PREPARE p AS SELECT * FROM (SELECT sum(b) FROM t OFFSET 0) "aqumv.guard";
EXECUTE p;
INSERT INTO t VALUES (1, 1);
EXECUTE p;
-- row security on a subquery of the name
ALTER TABLE "AQUMV" ENABLE ROW LEVEL SECURITY;
CREATE POLICY positive ON "AQUMV" USING (x > 5);
CREATE ROLE regress_aqumv_reader;
GRANT USAGE ON SCHEMA guard_names TO regress_aqumv_reader;
GRANT SELECT ON "AQUMV", t TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
SELECT * FROM (SELECT * FROM "AQUMV" OFFSET 0) "aqumv.guard";
RESET ROLE;
-- entries of the user's own for the view itself keep asking for privileges
REFRESH MATERIALIZED VIEW v;
SET ROLE regress_aqumv_reader;
SELECT count(*) FROM (SELECT b, count(*) FROM t GROUP BY b) x, v;
RESET ROLE;
SELECT count(*) FROM (SELECT b, count(*) FROM t GROUP BY b) x, v;
-- a plan with a guard can be printed, copied and sent to workers
SET debug_print_plan = on;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT sum(count) FROM (SELECT b, count(*) FROM t GROUP BY b) x;
RESET debug_print_plan;
SET client_min_messages = warning;
DROP SCHEMA guard_names CASCADE;
DROP ROLE regress_aqumv_reader;
