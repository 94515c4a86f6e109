-- An empty table: grouped queries have no rows, ungrouped ones have one.  Were
-- the code wrong, a count of nothing would be no row, or NULL.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA empty_table;
SET search_path = empty_table, public;
CREATE TABLE ev (k int, v int);
CREATE MATERIALIZED VIEW rows AS SELECT k, v FROM ev;
SELECT pg_temp.compare('SELECT k FROM ev');
SELECT pg_temp.compare('SELECT count(*), sum(k), array_agg(v) FROM ev');
SELECT pg_temp.compare('SELECT v, count(*) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, count(*) FROM ev GROUP BY ROLLUP (v)');
SELECT pg_temp.compare('SELECT count(*) FROM ev GROUP BY ()');
SELECT pg_temp.compare('SELECT 1 FROM ev HAVING count(*) = 0');
SELECT pg_temp.compare('SELECT sum(count(*)) OVER () FROM ev');
DROP MATERIALIZED VIEW rows;

CREATE MATERIALIZED VIEW groups AS SELECT v, count(*) AS n FROM ev GROUP BY v;
SELECT pg_temp.compare('SELECT v, count(*) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v FROM ev GROUP BY v HAVING count(*) = 0');
DROP MATERIALIZED VIEW groups;

CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n, sum(k) AS s FROM ev;
SELECT pg_temp.compare('SELECT count(*), sum(k), coalesce(sum(k), 0) FROM ev');
SELECT pg_temp.compare('SELECT sum(k) FROM ev HAVING count(*) = 0');
SELECT pg_temp.compare('SELECT sum(k) FROM ev HAVING sum(k) > 0');
SELECT pg_temp.compare('SELECT sum(k) FROM ev HAVING (sum(k) > 0) IS NOT TRUE');
DROP MATERIALIZED VIEW total;

-- a view that is empty because nothing meets its condition
INSERT INTO ev VALUES (1, 1), (2, NULL);
CREATE MATERIALIZED VIEW none AS SELECT k, v FROM ev WHERE k > 5;
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 5');
SELECT pg_temp.compare('SELECT count(*), max(v) FROM ev WHERE k > 5 AND v = 1');
SELECT pg_temp.compare('SELECT count(*) FROM ev');
DROP SCHEMA empty_table CASCADE;
