-- SynxDB's own example, with its incremental view on stock PostgreSQL: the
-- plan, the answers, and writes that the view follows.  If the view missed one,
-- the answers with rewriting on would not be those with rewriting off.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_seed;
SET search_path = incremental_seed;
CREATE TABLE aqumv_t1 (c1 INT, c2 INT, c3 INT);
INSERT INTO aqumv_t1 SELECT i, i+1, i+2 FROM generate_series(1, 100000) i;
ANALYZE aqumv_t1;
CREATE MATERIALIZED VIEW mvt1 WITH (aqumv.incremental) AS SELECT c1 AS mc1, c2 AS mc2, ABS(c2) AS mc3, ABS(ABS(c2) - c1 - 1) AS mc4
    FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40;
ANALYZE mvt1;
SET enable_answer_query_using_materialized_views = ON;
EXPLAIN (VERBOSE, COSTS OFF) SELECT SQRT(ABS(ABS(c2) - c1 - 1) + ABS(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40 AND SQRT(ABS(c2)) > 5.8;
SELECT SQRT(ABS(ABS(c2) - c1 - 1) + ABS(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40 AND SQRT(ABS(c2)) > 5.8 ORDER BY 1;

-- writes: the view is fresh at once, in the same transaction too
BEGIN;
INSERT INTO aqumv_t1 VALUES (35, 1000, 1), (50, 1, 1);
UPDATE aqumv_t1 SET c2 = 40000 WHERE c1 = 39;
DELETE FROM aqumv_t1 WHERE c1 = 36;
EXPLAIN (COSTS OFF) SELECT SQRT(ABS(ABS(c2) - c1 - 1) + ABS(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40 AND SQRT(ABS(c2)) > 5.8;
SELECT SQRT(ABS(ABS(c2) - c1 - 1) + ABS(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40 AND SQRT(ABS(c2)) > 5.8 ORDER BY 1;
SET enable_answer_query_using_materialized_views = OFF;
SELECT SQRT(ABS(ABS(c2) - c1 - 1) + ABS(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40 AND SQRT(ABS(c2)) > 5.8 ORDER BY 1;
COMMIT;
TABLE differences;
INSERT INTO mvt1 VALUES (1);
UPDATE mvt1 SET mc1 = 1;
DELETE FROM mvt1;
\d mvt1
SET client_min_messages = warning;
DROP SCHEMA incremental_seed CASCADE;
