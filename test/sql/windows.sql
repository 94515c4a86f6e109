-- Window functions over a view of rows and over a view of groups, where the
-- stored aggregates are their arguments.  Were the code wrong, a window would
-- run over rows in place of groups.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA windows;
SET search_path = windows, public;
CREATE TABLE ev (k int, v int, w int);
INSERT INTO ev SELECT i, i % 7, i % 5 FROM generate_series(1, 100) i;
INSERT INTO ev VALUES (101, NULL, 3), (102, 3, NULL);

CREATE MATERIALIZED VIEW rows AS SELECT k, v, abs(w) AS aw FROM ev WHERE k > 20;
SELECT pg_temp.compare('SELECT k, row_number() OVER (ORDER BY k) FROM ev WHERE k > 20');
SELECT pg_temp.compare('SELECT k, sum(k) OVER (PARTITION BY v ORDER BY k ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM ev WHERE k > 20 AND v > 2');
SELECT pg_temp.compare('SELECT k, lag(abs(w), 1, -1) OVER w, first_value(k) OVER w FROM ev WHERE k > 20 WINDOW w AS (PARTITION BY abs(w) ORDER BY k DESC)');
SELECT pg_temp.compare('SELECT k, count(*) FILTER (WHERE v > 3) OVER (ORDER BY k RANGE BETWEEN 5 PRECEDING AND 5 FOLLOWING EXCLUDE CURRENT ROW) FROM ev WHERE k > 20');
SELECT pg_temp.compare_ordered('SELECT k, rank() OVER (ORDER BY v) AS r FROM ev WHERE k > 20 ORDER BY r, k LIMIT 7');
SELECT pg_temp.compare('SELECT DISTINCT count(*) OVER (PARTITION BY v) FROM ev WHERE k > 20');
SELECT pg_temp.compare('SELECT v, sum(count(*)) OVER (ORDER BY v), rank() OVER (ORDER BY max(k)) FROM ev WHERE k > 20 GROUP BY v');
SELECT pg_temp.compare('SELECT k, max(w) OVER () FROM ev WHERE k > 20');
DROP MATERIALIZED VIEW rows;

CREATE MATERIALIZED VIEW groups AS SELECT v, w, count(*) AS n, sum(k) AS s FROM ev GROUP BY v, w;
SELECT pg_temp.compare('SELECT v, w, sum(k), rank() OVER (PARTITION BY v ORDER BY sum(k) DESC) FROM ev GROUP BY v, w');
SELECT pg_temp.compare('SELECT v, sum(sum(k)) OVER (PARTITION BY w ORDER BY v), count(*) OVER () FROM ev GROUP BY w, v');
SELECT pg_temp.compare('SELECT v, avg(count(*)) OVER (ORDER BY v, w ROWS 3 PRECEDING) FROM ev WHERE v > 1 GROUP BY w, v HAVING count(*) > 2');
SELECT pg_temp.compare('SELECT v, ntile(4) OVER (ORDER BY sum(k) / count(*), v, w) FROM ev GROUP BY w, v');
SELECT pg_temp.compare('SELECT DISTINCT v, count(*) OVER (PARTITION BY v) FROM ev GROUP BY w, v');
SELECT pg_temp.compare_ordered('SELECT v, w FROM ev GROUP BY v, w ORDER BY row_number() OVER (ORDER BY sum(k)) DESC LIMIT 4');
SELECT pg_temp.compare('SELECT v, sum(max(k)) OVER (PARTITION BY w) FROM ev GROUP BY w, v');
DROP MATERIALIZED VIEW groups;

CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n, sum(k) AS s FROM ev;
SELECT pg_temp.compare('SELECT sum(k) OVER (ORDER BY k) FROM ev');
SELECT pg_temp.compare('SELECT sum(sum(k)) OVER (), count(*), rank() OVER (ORDER BY count(*)) FROM ev');
DROP SCHEMA windows CASCADE;
