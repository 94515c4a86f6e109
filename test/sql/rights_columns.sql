-- Column privileges: just the columns that the query names, in the SELECT list
-- or in a condition, also where the condition vanishes because the view implies
-- it.  If this were wrong, a view would show a column, or let a reader test
-- one, that was granted to others only.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA rights_columns;
SET search_path = rights_columns;
CREATE ROLE regress_aqumv_reader;
GRANT USAGE ON SCHEMA rights_columns TO regress_aqumv_reader;
CREATE TABLE t AS SELECT a, a % 10 AS b, -a AS secret FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT secret, a, b FROM t WHERE secret < -50;
CREATE MATERIALIZED VIEW w AS SELECT a, b, secret FROM t;
CREATE MATERIALIZED VIEW g AS SELECT b, sum(secret) AS s, sum(a) AS sa, count(*) FROM t GROUP BY b;
CREATE MATERIALIZED VIEW gs AS SELECT secret, count(*) FROM t GROUP BY secret;
CREATE MATERIALIZED VIEW ga AS SELECT sum(secret) AS s, sum(a) AS sa, count(*) FROM t;
GRANT SELECT (a, b) ON t TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;

SELECT pg_temp.answer('SELECT a FROM t');
SELECT pg_temp.answer('SELECT a FROM t WHERE b > 3');
SELECT pg_temp.answer('SELECT secret FROM t');
SELECT pg_temp.answer('SELECT a FROM t WHERE secret < -50');
SELECT pg_temp.answer('SELECT a FROM t WHERE secret < -60');
SELECT pg_temp.answer('SELECT a FROM t ORDER BY secret');
SELECT pg_temp.answer('SELECT * FROM t');
SELECT pg_temp.answer('SELECT b, sum(a) FROM t GROUP BY b');
SELECT pg_temp.answer('SELECT b, sum(secret) FROM t GROUP BY b');
SELECT pg_temp.answer('SELECT b, count(*) FROM t GROUP BY b HAVING sum(secret) < -500');
SELECT pg_temp.answer('SELECT count(*) FROM t GROUP BY secret');
SELECT pg_temp.answer('SELECT count(*) FROM t');
SELECT pg_temp.answer('SELECT sum(a) FROM t');
SELECT pg_temp.answer('SELECT sum(secret) FROM t');
SELECT pg_temp.answer('SELECT 1 FROM t');
-- a condition that is always true, or false, still names the column
SELECT pg_temp.answer('SELECT a FROM t WHERE secret IS NULL OR true');
SELECT pg_temp.answer('SELECT a FROM t WHERE false AND secret = 1');
SELECT pg_temp.answer('SELECT sum(a) FROM t HAVING sum(secret) < 0 OR 2 > 1');

-- no column at all
RESET ROLE;
REVOKE SELECT (a, b) ON t FROM regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT count(*) FROM t');
SELECT pg_temp.answer('SELECT 1 FROM t');
RESET ROLE;
-- one column is enough for count(*)
GRANT SELECT (secret) ON t TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT count(*) FROM t');
SELECT pg_temp.answer('SELECT secret FROM t WHERE secret < -70');
SELECT pg_temp.answer('SELECT a FROM t');
RESET ROLE;

-- partitions: the privilege on the table that is named counts
CREATE TABLE p (k int, a int) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
INSERT INTO p VALUES (1, 1);
CREATE MATERIALIZED VIEW vp AS SELECT k, a FROM p;
CREATE MATERIALIZED VIEW vp1 AS SELECT k, a FROM p1;
GRANT SELECT (a) ON p TO regress_aqumv_reader;
GRANT SELECT (k) ON p1 TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT a FROM p');
SELECT pg_temp.answer('SELECT k FROM p');
SELECT pg_temp.answer('SELECT a FROM p1');
SELECT pg_temp.answer('SELECT k FROM p1');
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA rights_columns CASCADE;
DROP ROLE regress_aqumv_reader;
