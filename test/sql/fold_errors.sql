-- Core leaves much of a statement unplanned, and errors in there are no errors.
-- None may come of looking for views.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA fold_errors;
SET search_path = fold_errors, public;
CREATE TABLE t (k int, v int);
INSERT INTO t SELECT i % 4, i FROM generate_series(1, 20) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, count(*), sum(v) FROM t GROUP BY k;
CREATE MATERIALIZED VIEW rows AS SELECT k, v FROM t;

SELECT pg_temp.compare($$SELECT 'ok' WHERE EXISTS (SELECT 1/0 FROM t WHERE k = 1)$$);
SELECT pg_temp.compare($$SELECT k FROM (SELECT k, 1/0 AS z, count(*) FROM t GROUP BY k) s LIMIT 1$$);
SELECT pg_temp.compare($$SELECT CASE WHEN false THEN (SELECT 1/0 FROM t GROUP BY k LIMIT 1) ELSE 5 END$$);
SELECT pg_temp.compare($$SELECT CASE WHEN false THEN (SELECT max(v) FROM t HAVING 1/0 = 1) ELSE 5 END FROM t$$);
SELECT pg_temp.compare($$SELECT 1 WHERE EXISTS (SELECT 'x'::text::int, count(*) FROM t GROUP BY k)$$);
SELECT pg_temp.compare($$SELECT 1 WHERE EXISTS (SELECT ('{1,2}'::text)::int[], sqrt(-1) FROM t)$$);
SELECT pg_temp.compare($$SELECT 1 WHERE EXISTS (SELECT CASE 1 WHEN 1 THEN 1/0 END, 1/coalesce(0, k) FROM t)$$);
SELECT pg_temp.compare($$SELECT k FROM (SELECT k, 2147483647 + 1 AS z, power(10::numeric, 1000000) FROM t) s WHERE k = 2$$);
SELECT pg_temp.compare($$SELECT k FROM (SELECT k, sum(v) FILTER (WHERE 1/0 > k) FROM t GROUP BY k) s$$);
SELECT pg_temp.compare($$SELECT k FROM (SELECT k, date_trunc('nonsense', timestamp '2024-01-01'), sum(v) FROM t GROUP BY k) s$$);
-- where it is an error, it stays one
SELECT pg_temp.compare('SELECT k, 1/0 FROM t');
SELECT pg_temp.compare('SELECT k, sum(v) FROM t WHERE k = 1/0 GROUP BY k');
SELECT pg_temp.compare('SELECT k, sum(v) FROM t GROUP BY k HAVING sum(v) > 1/0');
SELECT pg_temp.compare('SELECT k, sum(v) FROM t GROUP BY k ORDER BY 1/(k - k)');

-- parameters that have values
SET enable_answer_query_using_materialized_views = on;
PREPARE z(int) AS SELECT EXISTS (SELECT 1/$1 FROM t);
EXECUTE z(0);
EXECUTE z(1);
PREPARE y(int, int) AS SELECT CASE WHEN $1 > 0 THEN (SELECT 1/$2 FROM t GROUP BY k LIMIT 1) ELSE -1 END;
EXECUTE y(0, 0);
\set VERBOSITY sqlstate
EXECUTE y(1, 0);
\set VERBOSITY default

-- functions that may not be called, and are not
CREATE ROLE fold_errors_reader;
GRANT USAGE ON SCHEMA fold_errors TO fold_errors_reader;
GRANT SELECT ON t TO fold_errors_reader;
BEGIN;
REVOKE EXECUTE ON FUNCTION pg_catalog.int4larger(int, int), pg_catalog.int8eq(bigint, bigint) FROM PUBLIC;
SET LOCAL ROLE fold_errors_reader;
SELECT count(*) FROM (SELECT k, int4larger(1, 2) AS z, count(*) FROM t GROUP BY k) s;
SELECT EXISTS (SELECT int4larger(1, 2) FROM t);
SELECT EXISTS (SELECT int8eq(1, 2) FROM t);
ROLLBACK;

-- a function in FROM whose body is wrong, where nobody calls it
CREATE TABLE gone (i int);
CREATE FUNCTION broken(int) RETURNS SETOF bigint STABLE LANGUAGE sql AS 'SELECT count(*) FROM gone WHERE i = $1';
DROP TABLE gone;
SELECT CASE WHEN false THEN (SELECT * FROM broken(1/0)) ELSE k END FROM t WHERE k = 3 LIMIT 1;

-- a cancel is no such error
SET statement_timeout = '100ms';
\set VERBOSITY sqlstate
SELECT k, factorial(32000) > 1 FROM t GROUP BY k;
SELECT k, factorial(32000)::text > '1' FROM t GROUP BY k;
\set VERBOSITY default
RESET statement_timeout;

-- the ends of time
CREATE TABLE e (ts timestamp, tz timestamptz, d date, x int);
INSERT INTO e VALUES ('4714-11-24 00:00 BC', '4714-11-24 00:00+00 BC', '4714-11-24 BC', 1),
    ('294276-12-31 23:59:59', '294276-12-31 23:59:59+00', '5874897-12-31', 2), ('2024-02-03', '2024-02-03', '2024-02-03', 4);
CREATE MATERIALIZED VIEW late AS SELECT x FROM e WHERE ts > '2000-01-01';
CREATE MATERIALIZED VIEW century AS SELECT date_trunc('century', ts) c, date_trunc('millennium', tz) m, sum(x) FROM e
    WHERE x > 3 GROUP BY 1, 2;
CREATE MATERIALIZED VIEW dates AS SELECT date_trunc('year', d::timestamp) y, sum(x) FROM e WHERE x = 4 GROUP BY 1;
SELECT pg_temp.compare($$SELECT sum(x) FROM e WHERE ts >= '4714-11-24 BC' AND x > 3$$);
SELECT pg_temp.compare($$SELECT sum(x) FROM e WHERE ts > '4714-11-24 BC' AND tz < '4713-01-01 BC' AND x > 3$$);
SELECT pg_temp.compare($$SELECT sum(x) FROM e WHERE ts <= '294276-12-31 23:59:59.999999' AND x > 3$$);
SELECT pg_temp.compare($$SELECT sum(x) FROM e WHERE tz < '294276-12-31 23:59:59.999999+00' AND x > 3$$);
SELECT pg_temp.compare($$SELECT sum(x) FROM e WHERE d >= '4714-11-24 BC' AND x = 4$$);
SELECT pg_temp.compare($$SELECT sum(x) FROM e WHERE d < '5874897-12-31' AND x = 4$$);
SELECT pg_temp.compare($$SELECT sum(x) FROM e WHERE ts >= '2001-01-01' AND x > 3$$);
DROP SCHEMA fold_errors CASCADE;
DROP ROLE fold_errors_reader;
