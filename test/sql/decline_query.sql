-- Queries that no view can answer, each with its reason code and the rows of the
-- table.  Were the code wrong, locks would not be taken, samples would be of
-- something else, or columns that only the table has would be made up.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA decline_query;
SET search_path = decline_query, public;
CREATE TABLE ev (k int PRIMARY KEY, v int, w int);
INSERT INTO ev SELECT i, i % 7, i % 5 FROM generate_series(1, 40) i;
CREATE TABLE other (x int);
INSERT INTO other VALUES (1), (2);
CREATE MATERIALIZED VIEW mv AS SELECT k, v, w FROM ev;

SELECT pg_temp.compare('SELECT k FROM ev');
-- row locks
SELECT pg_temp.compare('SELECT k FROM ev FOR UPDATE');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k < 9 FOR NO KEY UPDATE OF ev NOWAIT');
SELECT pg_temp.compare('SELECT k FROM ev ORDER BY k LIMIT 3 FOR SHARE SKIP LOCKED');
SELECT pg_temp.compare('SELECT k FROM ev FOR KEY SHARE');
-- samples
SELECT pg_temp.compare('SELECT k FROM ev TABLESAMPLE SYSTEM (100)');
SELECT pg_temp.compare('SELECT count(*) FROM ev TABLESAMPLE BERNOULLI (100) REPEATABLE (3)');
-- system columns and whole rows
SELECT pg_temp.compare('SELECT ctid, k FROM ev');
SELECT pg_temp.compare('SELECT k FROM ev WHERE xmin IS NOT NULL');
SELECT pg_temp.compare($$SELECT k FROM ev WHERE ctid = '(0,1)'$$);
SELECT pg_temp.compare('SELECT tableoid::regclass, count(*) FROM ev GROUP BY tableoid');
SELECT pg_temp.compare($$SELECT k FROM ev ORDER BY ctid$$);
SELECT pg_temp.compare('SELECT ev FROM ev');
SELECT pg_temp.compare('SELECT count(e) FROM ev e');
SELECT pg_temp.compare('SELECT k, ROW(e.*) FROM ev e');
SELECT pg_temp.compare('SELECT to_jsonb(e) FROM ev e WHERE k < 3');
SELECT pg_temp.compare('SELECT row_to_json(ev) FROM ev');
SELECT pg_temp.compare('SELECT k FROM ev e WHERE e IS NOT NULL');
SELECT pg_temp.compare('SELECT (e).k FROM ev e');
-- volatile functions
SELECT pg_temp.compare('SELECT k, random() IS NULL FROM ev');
SELECT pg_temp.compare('SELECT k FROM ev WHERE random() < 2');
SELECT pg_temp.compare('SELECT k FROM ev LIMIT (random() * 0)::int + 3');
SELECT pg_temp.compare('SELECT sum(k + (random() * 0)::int) FROM ev');
-- joins are answered; without a table, or without views over it, nothing can be
SELECT pg_temp.compare('SELECT k FROM ev, other WHERE k = x');
SELECT pg_temp.compare('SELECT k FROM ev LEFT JOIN other ON k = x WHERE k < 5');
SELECT pg_temp.compare('SELECT k FROM ev WHERE (SELECT count(*) FROM other WHERE x = k) = 0');
SELECT pg_temp.compare('SELECT k FROM mv');
SELECT pg_temp.compare('SELECT 1 AS one');
SELECT pg_temp.compare('VALUES (1), (2)');
SELECT pg_temp.compare('SELECT x FROM other');
SELECT pg_temp.compare('SELECT g FROM generate_series(1, 3) g');
SELECT pg_temp.compare('SELECT relname IS NULL FROM pg_class WHERE relname = $$ev$$');
-- statements that write, or whose WITH does
BEGIN;
SELECT reason_code FROM aqumv.explain_rewrite('UPDATE ev SET v = 1 WHERE k = 3');
SELECT reason_code FROM aqumv.explain_rewrite('DELETE FROM ev');
SELECT reason_code FROM aqumv.explain_rewrite('INSERT INTO other VALUES (3)');
SELECT reason_code FROM aqumv.explain_rewrite('WITH d AS (DELETE FROM other RETURNING x) SELECT k FROM ev');
SELECT reason_code FROM aqumv.explain_rewrite('WITH d AS (DELETE FROM other RETURNING x) SELECT (SELECT max(v) FROM ev)');
SET LOCAL enable_answer_query_using_materialized_views = on;
WITH d AS (UPDATE ev SET v = 100 WHERE k = 3 RETURNING k) SELECT v FROM ev WHERE k = 3;
SELECT v FROM ev WHERE k = 3;
WITH d AS (DELETE FROM other RETURNING x) SELECT k, v, (SELECT count(*) FROM d) FROM ev WHERE k = 3;
ROLLBACK;
SELECT aqumv.explain_rewrite('VACUUM ev');
SELECT aqumv.explain_rewrite('SELECT k FROM ev; SELECT 1');
SELECT aqumv.explain_rewrite('SELECT nosuch FROM ev');
DROP SCHEMA decline_query CASCADE;
