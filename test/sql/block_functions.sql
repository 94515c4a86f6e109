-- SQL functions that the planner puts in the place of their calls, and others;
-- with a cached plan that must be made anew when such a function is replaced.
-- Were the code wrong, the plan would go on computing what the function was.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE TABLE t (k int, v int);
INSERT INTO t SELECT i, i % 5 FROM generate_series(1, 50) AS i;
CREATE TABLE o (k int);
INSERT INTO o VALUES (1), (2), (9);
CREATE MATERIALIZED VIEW g AS SELECT v, count(*) AS n, sum(k) AS s FROM t GROUP BY v;
CREATE MATERIALIZED VIEW r AS SELECT k, v FROM t WHERE k > 30;
ANALYZE;

CREATE FUNCTION inner_one(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + 1';
CREATE FUNCTION one(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT inner_one($1)';
CREATE FUNCTION counts() RETURNS TABLE (v int, n bigint) STABLE LANGUAGE sql AS 'SELECT v, count(*) FROM t GROUP BY v';
CREATE FUNCTION counts(x int) RETURNS TABLE (v int, n bigint) STABLE LANGUAGE sql AS 'SELECT v, count(*) FROM t WHERE v = x GROUP BY v';
CREATE FUNCTION rows(x int) RETURNS SETOF t STABLE LANGUAGE sql AS 'SELECT k, one(v) FROM t WHERE k > x';
CREATE FUNCTION total(x int) RETURNS bigint STABLE LANGUAGE sql AS 'SELECT count(*) FROM t WHERE v = x';
CREATE FUNCTION volatile_counts() RETURNS TABLE (v int, n bigint) VOLATILE LANGUAGE sql AS 'SELECT v, count(*) FROM t GROUP BY v';
CREATE FUNCTION atomic(x int) RETURNS TABLE (v int, n bigint) STABLE LANGUAGE sql
    BEGIN ATOMIC SELECT v, count(*) FROM t WHERE v >= x GROUP BY v; END;

SELECT pg_temp.compare('SELECT * FROM counts()');
SELECT pg_temp.compare('SELECT sum(n) FROM counts() WHERE v < 3');
SELECT pg_temp.compare('SELECT * FROM counts(2)');
SELECT pg_temp.compare('SELECT * FROM o, LATERAL counts(o.k) AS c(a, b)');
SELECT pg_temp.compare('SELECT * FROM o LEFT JOIN LATERAL counts(o.k) AS c(a, b) ON b > 2');
SELECT pg_temp.compare('SELECT sum(n), max(ordinality) FROM counts() WITH ORDINALITY');
SELECT pg_temp.compare('SELECT * FROM atomic(3)');
SELECT pg_temp.compare('SELECT * FROM rows(40)');
SELECT pg_temp.compare('SELECT rows FROM rows(40)');
SELECT pg_temp.compare('SELECT * FROM rows(20)');
SELECT pg_temp.compare('SELECT k FROM o WHERE k IN (SELECT n FROM counts())');
-- in functions that are called, the statement inside is planned by itself
SELECT pg_temp.compare('SELECT k, total(k) FROM o');
SELECT pg_temp.compare('SELECT * FROM volatile_counts()');
SELECT pg_temp.compare('SELECT one(v), sum(inner_one(v)) FROM t GROUP BY 1');

-- cached plans
SET plan_cache_mode = force_generic_plan;
SET enable_answer_query_using_materialized_views = on;
PREPARE direct AS SELECT one(v), n FROM (SELECT v, count(*) AS n FROM t GROUP BY v) s WHERE v = 3;
PREPARE folded AS SELECT one(v), count(*) FROM t GROUP BY one(v) HAVING one(v) >= 4 ORDER BY 1;
PREPARE inlined AS SELECT * FROM rows(48);
PREPARE body AS SELECT sum(n) FROM counts();
EXECUTE direct;
EXECUTE folded;
EXECUTE inlined;
EXECUTE body;
SELECT name FROM pg_prepared_statements,
       LATERAL (SELECT pg_temp.views_of('EXECUTE ' || name) AS via) AS x WHERE via NOT IN ('g', 'r');
CREATE OR REPLACE FUNCTION inner_one(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + 1000';
EXECUTE direct;
EXECUTE folded;
EXECUTE inlined;
CREATE OR REPLACE FUNCTION one(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + 7';
EXECUTE direct;
EXECUTE folded;
EXECUTE inlined;
CREATE OR REPLACE FUNCTION rows(x int) RETURNS SETOF t STABLE LANGUAGE sql AS 'SELECT k, -v FROM t WHERE k > x + 1';
EXECUTE inlined;
CREATE OR REPLACE FUNCTION counts() RETURNS TABLE (v int, n bigint) STABLE LANGUAGE sql AS 'SELECT v, 2 * count(*) FROM t GROUP BY v';
EXECUTE body;
DROP TABLE t, o CASCADE;
DROP FUNCTION counts(), counts(int), total, volatile_counts, one, inner_one;
