-- Set-returning functions in the target list, over rows, groups and totals.
-- Were the code wrong, rows would be multiplied before they are grouped,
-- filtered or limited rather than after, or the other way round.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA set_returning;
SET search_path = set_returning, public;
CREATE TABLE ev (k int, v int, arr int[]);
INSERT INTO ev SELECT i, i % 4, ARRAY[i, i % 3] FROM generate_series(1, 20) i;
INSERT INTO ev VALUES (21, NULL, NULL), (22, 3, '{}');

CREATE MATERIALIZED VIEW rows AS SELECT k, v, arr FROM ev WHERE k > 5;
SELECT pg_temp.compare('SELECT k, generate_series(1, v) FROM ev WHERE k > 5');
SELECT pg_temp.compare('SELECT k, unnest(arr) FROM ev WHERE k > 5 AND v > 1');
SELECT pg_temp.compare_ordered('SELECT k, unnest(arr) FROM ev WHERE k > 5 ORDER BY k LIMIT 5');
SELECT pg_temp.compare_ordered('SELECT k, unnest(arr) AS u FROM ev WHERE k > 5 ORDER BY u DESC, k LIMIT 5');
SELECT pg_temp.compare('SELECT unnest(arr) AS u, count(*) FROM ev WHERE k > 5 GROUP BY u');
SELECT pg_temp.compare('SELECT DISTINCT unnest(arr) % 2 FROM ev WHERE k > 5');
SELECT pg_temp.compare('SELECT generate_series(1, 2), unnest(arr), v FROM ev WHERE k > 5');
SELECT pg_temp.compare('SELECT v, count(*), generate_series(1, 2) FROM ev WHERE k > 5 GROUP BY v HAVING count(*) > 4');
SELECT pg_temp.compare('SELECT row_number() OVER (ORDER BY k), unnest(arr) FROM ev WHERE k > 5');
SELECT pg_temp.compare($$SELECT k, regexp_split_to_table('a,b', ',') FROM ev WHERE k > 5$$);
SELECT pg_temp.compare('SELECT generate_series(1, count(*)) FROM ev WHERE k > 5');
DROP MATERIALIZED VIEW rows;

CREATE MATERIALIZED VIEW groups AS SELECT v, count(*) AS n FROM ev GROUP BY v;
SELECT pg_temp.compare('SELECT v, generate_series(1, count(*)) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, generate_series(1, v) FROM ev WHERE v > 1 GROUP BY v HAVING count(*) > 3');
SELECT pg_temp.compare_ordered('SELECT v, generate_series(1, 3) AS g FROM ev GROUP BY v ORDER BY v, g DESC LIMIT 4');
SELECT pg_temp.compare('SELECT DISTINCT generate_series(1, count(*)) FROM ev GROUP BY v');
DROP MATERIALIZED VIEW groups;

CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n FROM ev;
SELECT pg_temp.compare('SELECT generate_series(1, count(*) / 5) FROM ev');
SELECT pg_temp.compare('SELECT generate_series(1, 3), count(*) FROM ev LIMIT 2');
DROP MATERIALIZED VIEW total;

-- in a view they have been evaluated: it answers nothing
CREATE MATERIALIZED VIEW srf AS SELECT k, unnest(arr) AS u FROM ev;
SELECT pg_temp.compare('SELECT k, unnest(arr) FROM ev');
SELECT pg_temp.compare('SELECT k FROM ev');
DROP SCHEMA set_returning CASCADE;
