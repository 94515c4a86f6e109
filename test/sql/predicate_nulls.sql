-- Conditions and NULL: IS NULL, IS NOT NULL, booleans, three-valued logic.  Were
-- the code wrong, rows in which the condition is neither true nor false would be
-- taken for one of them.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA predicate_nulls;
SET search_path = predicate_nulls, public;
CREATE TABLE ev (k int, b bool, v int);
INSERT INTO ev SELECT i, (ARRAY[true, false, NULL])[i % 3 + 1], nullif(i % 4, 0) FROM generate_series(1, 24) i;
INSERT INTO ev VALUES (NULL, true, 1), (NULL, false, NULL), (NULL, NULL, 2);

CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE v IS NOT NULL;
SELECT pg_temp.compare('SELECT k FROM ev WHERE v IS NOT NULL');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v > 1');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v <> 1');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v IN (1, 2)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE abs(v) + 1 > k');
SELECT pg_temp.compare('SELECT k FROM ev WHERE NOT v > 1');
SELECT pg_temp.compare('SELECT k FROM ev WHERE NOT v IS NULL');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v IS NULL');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v IS DISTINCT FROM 1');
SELECT pg_temp.compare('SELECT k FROM ev WHERE coalesce(v, 1) = 1');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v > 1 OR k > 3');
SELECT pg_temp.compare('SELECT k FROM ev');
DROP MATERIALIZED VIEW mv;

CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE v IS NULL;
SELECT pg_temp.compare('SELECT k, v FROM ev WHERE v IS NULL AND k > 2');
SELECT pg_temp.compare('SELECT k FROM ev WHERE (v > 1) IS NULL');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v = NULL');
DROP MATERIALIZED VIEW mv;

-- what is not true is not false
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE NOT (v > 1);
SELECT pg_temp.compare('SELECT k FROM ev WHERE v <= 1');
SELECT pg_temp.compare('SELECT k FROM ev WHERE NOT v > 1 AND k < 9');
SELECT pg_temp.compare('SELECT k FROM ev WHERE (v > 1) IS NOT TRUE');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v <= 1 OR v IS NULL');
DROP MATERIALIZED VIEW mv;
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE (v > 1) IS NOT TRUE;
SELECT pg_temp.compare('SELECT k, v FROM ev WHERE (v > 1) IS NOT TRUE');
SELECT pg_temp.compare('SELECT k, v FROM ev WHERE (v > 1) IS NOT TRUE AND v IS NOT NULL');
DROP MATERIALIZED VIEW mv;

-- booleans
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE b;
SELECT pg_temp.compare('SELECT k FROM ev WHERE b');
SELECT pg_temp.compare('SELECT k FROM ev WHERE b = true AND k > 4');
SELECT pg_temp.compare('SELECT k FROM ev WHERE b <> false');
SELECT pg_temp.compare('SELECT k FROM ev WHERE NOT b');
SELECT pg_temp.compare('SELECT k FROM ev WHERE b IS NOT FALSE');
SELECT pg_temp.compare('SELECT k FROM ev WHERE b IS UNKNOWN');
SELECT pg_temp.compare('SELECT k FROM ev WHERE b OR k > 3');
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE b AND NOT b');
DROP MATERIALIZED VIEW mv;
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE NOT b;
SELECT pg_temp.compare('SELECT k FROM ev WHERE NOT b');
SELECT pg_temp.compare('SELECT k FROM ev WHERE b = false');
SELECT pg_temp.compare('SELECT k FROM ev WHERE b IS NOT TRUE');
DROP MATERIALIZED VIEW mv;
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE b IS NOT TRUE;
SELECT pg_temp.compare('SELECT k FROM ev WHERE b IS NOT TRUE');
SELECT pg_temp.compare('SELECT k FROM ev WHERE b');

-- a condition that is NULL or false keeps nothing
SELECT pg_temp.compare('SELECT k FROM ev WHERE b IS NOT TRUE AND NULL');
SELECT pg_temp.compare('SELECT count(*) FROM ev WHERE b IS NOT TRUE AND 1 > 2');
DROP SCHEMA predicate_nulls CASCADE;
