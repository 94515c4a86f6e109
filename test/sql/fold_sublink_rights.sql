-- Subqueries that make no difference to the rows still need their privileges:
-- neither folding nor a view's condition may take them out of a query.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA fold_sublink_rights;
SET search_path = fold_sublink_rights, public;
CREATE TABLE t (k int, v int);
INSERT INTO t SELECT i % 4, i FROM generate_series(1, 20) i;
CREATE TABLE priv AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW groups AS SELECT k, count(*), sum(v) FROM t GROUP BY k;
CREATE MATERIALIZED VIEW above AS SELECT k, v FROM t WHERE v > 5;
CREATE ROLE fold_sublink_rights_reader;
GRANT USAGE ON SCHEMA fold_sublink_rights TO fold_sublink_rights_reader;
GRANT SELECT ON t TO fold_sublink_rights_reader;
SET ROLE fold_sublink_rights_reader;
SELECT pg_temp.compare('SELECT k FROM t WHERE false AND k IN (SELECT a FROM priv)');
SELECT pg_temp.compare('SELECT k, count(*) FROM t WHERE k IN (SELECT a FROM priv) AND 1 = 2 GROUP BY k');
SELECT pg_temp.compare('SELECT count(*) FROM t WHERE EXISTS (SELECT FROM priv) AND NULL');
SELECT pg_temp.compare('SELECT count(*) FROM t WHERE true OR k IN (SELECT a FROM priv)');
SELECT pg_temp.compare('SELECT k, CASE WHEN false THEN (SELECT a FROM priv) END FROM t GROUP BY k');
SELECT pg_temp.compare('SELECT k, coalesce(1, (SELECT a FROM priv)) FROM t GROUP BY k');
SELECT pg_temp.compare('SELECT k FROM t GROUP BY k HAVING false AND k IN (SELECT a FROM priv)');
SELECT pg_temp.compare('SELECT sum(v) FILTER (WHERE false AND k IN (SELECT a FROM priv)) FROM t');
SELECT pg_temp.compare('SELECT k FROM t JOIN (VALUES (1)) x(y) ON false AND k IN (SELECT a FROM priv)');
-- what a view's condition implies
SELECT pg_temp.compare('SELECT v FROM t WHERE v > 5 AND (v > 5 OR k IN (SELECT a FROM priv))');
SELECT pg_temp.compare('SELECT v FROM t WHERE v > 7 AND (v > 4 OR EXISTS (SELECT FROM priv))');
RESET ROLE;
GRANT SELECT ON priv TO fold_sublink_rights_reader;
SET ROLE fold_sublink_rights_reader;
SELECT pg_temp.compare('SELECT v FROM t WHERE v > 5 AND (v > 5 OR k IN (SELECT a FROM priv))');
SELECT pg_temp.compare('SELECT k FROM t WHERE false AND k IN (SELECT a FROM priv)');
RESET ROLE;
DROP SCHEMA fold_sublink_rights CASCADE;
DROP ROLE fold_sublink_rights_reader;
