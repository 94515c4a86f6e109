-- Conditions by implication: IN, = ANY, OR, nested AND and OR.  Were the code
-- wrong, one branch of an OR would be forgotten.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA predicate_in_or;
SET search_path = predicate_in_or, public;
CREATE TABLE ev (k int, v int, t text);
INSERT INTO ev SELECT i, i % 10, 't' || i % 4 FROM generate_series(1, 60) i;
INSERT INTO ev VALUES (NULL, NULL, NULL), (45, NULL, 't1'), (NULL, 3, 't2');

CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE k > 30;
SELECT pg_temp.compare('SELECT k FROM ev WHERE k IN (41, 45)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k IN (41, 45, NULL)');
SELECT pg_temp.compare($$SELECT k FROM ev WHERE k = ANY ('{41, 45}')$$);
SELECT pg_temp.compare('SELECT k FROM ev WHERE k = 41 OR k > 45');
SELECT pg_temp.compare('SELECT k FROM ev WHERE (k = 41 AND v = 1) OR (k > 45 AND v > 2)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 30 AND (v = 1 OR v = 2)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 30 AND k NOT IN (41, 45)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > ALL (ARRAY[40, 45])');
-- one branch, or one element, is not covered
SELECT pg_temp.compare('SELECT k FROM ev WHERE k IN (30, 41)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k = 41 OR v = 3');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 45 OR k IS NULL');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 45 OR k = 2');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k NOT IN (41, 45)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > ANY (ARRAY[3, 45])');
DROP MATERIALIZED VIEW mv;

CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE v IN (1, 3, 5);
SELECT pg_temp.compare('SELECT k FROM ev WHERE v IN (5, 3, 1)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v IN (1, 3)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v = 3');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v = 1 OR v = 5');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v IN (1, 2, 3)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v > 0 AND v < 6');
DROP MATERIALIZED VIEW mv;

-- a single value, and another column
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE v = 3;
SELECT pg_temp.compare('SELECT k FROM ev WHERE v IN (3, 5)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v >= 3');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k = 3 AND v < 10');
DROP MATERIALIZED VIEW mv;

CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE k > 50 OR v = 3;
SELECT pg_temp.compare('SELECT k FROM ev WHERE v = 3 OR k > 50');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 55');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v = 3 AND k < 20');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k = 60 OR (v = 3 AND k = 13)');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k > 40 OR v = 3');
SELECT pg_temp.compare('SELECT k FROM ev WHERE v = 4');
DROP MATERIALIZED VIEW mv;

CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev WHERE t IN ('t1', 't2') AND (k > 10 OR k IS NULL);
SELECT pg_temp.compare($$SELECT k FROM ev WHERE (k IS NULL OR k > 10) AND (t = 't2' OR t = 't1')$$);
SELECT pg_temp.compare($$SELECT k FROM ev WHERE k IS NULL AND t = 't2'$$);
SELECT pg_temp.compare($$SELECT k FROM ev WHERE t = 't2' AND k > 20$$);
SELECT pg_temp.compare($$SELECT k FROM ev WHERE t = 't2'$$);

-- rows compared with rows
SELECT pg_temp.compare($$SELECT k FROM ev WHERE (t, k) = ('t2', 22)$$);
SELECT pg_temp.compare($$SELECT k FROM ev WHERE (t, k) IN (('t2', 22), ('t1', 33))$$);
SELECT pg_temp.compare($$SELECT k FROM ev WHERE t = 't2' AND (k, v) > (22, 1) AND k > 10$$);
DROP SCHEMA predicate_in_or CASCADE;
