-- The first example of the seed "Use Automatic Materialized Views": the query,
-- the view and the plans as printed there (less the Motion nodes).
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
RESET aqumv.rewrite_mode;
CREATE TABLE aqumv_t1 (c1 int, c2 int, c3 int);
INSERT INTO aqumv_t1 SELECT i, i+1, i+2 FROM generate_series(1, 10000) i;
ANALYZE aqumv_t1;

EXPLAIN(COSTS OFF) SELECT SQRT(ABS(ABS(c2) - c1 - 1) + ABS(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40 AND SQRT(ABS(c2)) > 5.8;
SELECT SQRT(ABS(ABS(c2) - c1 - 1) + ABS(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40 AND SQRT(ABS(c2)) > 5.8;

CREATE MATERIALIZED VIEW mvt1 AS SELECT c1 AS mc1, c2 AS mc2, ABS(c2) AS mc3, ABS(ABS(c2) - c1 - 1) AS mc4
FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40;
ANALYZE mvt1;

SET enable_answer_query_using_materialized_views = ON;
SELECT SQRT(ABS(ABS(c2) - c1 - 1) + ABS(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40 AND SQRT(ABS(c2)) > 5.8;
EXPLAIN(VERBOSE, COSTS OFF) SELECT SQRT(ABS(ABS(c2) - c1 - 1) + ABS(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40 AND SQRT(ABS(c2)) > 5.8;

-- the bounds of the walk through the files in src/README.md
EXPLAIN(VERBOSE, COSTS OFF) SELECT SQRT(ABS(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 35;
RESET enable_answer_query_using_materialized_views;
\pset tuples_only on
\pset format unaligned
SELECT pg_temp.compare('SELECT SQRT(ABS(ABS(c2) - c1 - 1) + ABS(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 40 AND SQRT(ABS(c2)) > 5.8');
SELECT pg_temp.compare('SELECT SQRT(ABS(c2)) FROM aqumv_t1 WHERE c1 > 30 AND c1 < 35');
DROP TABLE aqumv_t1 CASCADE;
