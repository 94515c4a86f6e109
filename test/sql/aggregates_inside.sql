-- Aggregates with FILTER, DISTINCT, ORDER BY and WITHIN GROUP inside, computed
-- over a view of rows or stored in a view of groups.  Were the code wrong, an
-- aggregate would be taken for one with another filter, order or argument.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA aggregates_inside;
SET search_path = aggregates_inside, public;
CREATE TABLE ev (k int, v int, w int, t text COLLATE "C", b bool);
INSERT INTO ev SELECT i, i % 7, i % 5, 't' || i % 4, (ARRAY[true, false, NULL])[i % 3 + 1] FROM generate_series(1, 100) i;
INSERT INTO ev VALUES (NULL, NULL, NULL, NULL, NULL), (50, NULL, 3, 'x', NULL), (NULL, 3, NULL, 'y', true);

CREATE MATERIALIZED VIEW rows AS SELECT k, v, t, b, w + 1 AS w1 FROM ev;
SELECT pg_temp.compare('SELECT count(*) FILTER (WHERE v > 3), sum(k) FILTER (WHERE b), sum(k) FILTER (WHERE NOT b) FROM ev');
SELECT pg_temp.compare('SELECT v, count(DISTINCT t), sum(DISTINCT w + 1) FROM ev GROUP BY v');
SELECT pg_temp.compare($$SELECT v, string_agg(t, ',' ORDER BY k DESC), array_agg(k ORDER BY w + 1, k) FROM ev GROUP BY v$$);
SELECT pg_temp.compare($$SELECT string_agg(DISTINCT t, ',' ORDER BY t DESC) FILTER (WHERE w + 1 > 2) FROM ev$$);
SELECT pg_temp.compare('SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY k), mode() WITHIN GROUP (ORDER BY v DESC) FROM ev');
SELECT pg_temp.compare('SELECT rank(3) WITHIN GROUP (ORDER BY v), percentile_disc(ARRAY[0.1, 0.9]) WITHIN GROUP (ORDER BY k) FROM ev');
SELECT pg_temp.compare('SELECT bool_or(b), every(b), bit_and(k), min(t), max(w + 1), regr_count(k, v) FROM ev');
SELECT pg_temp.compare('SELECT sum(w) FROM ev');
SELECT pg_temp.compare('SELECT count(*) FILTER (WHERE w > 2) FROM ev');
DROP MATERIALIZED VIEW rows;

CREATE MATERIALIZED VIEW groups AS
    SELECT v, count(*) FILTER (WHERE w > 2) AS f, count(DISTINCT t) AS d, sum(k) AS s, array_agg(k ORDER BY k) AS a,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY k) AS p, string_agg(t, ',' ORDER BY k) AS g, max(w + 1) AS m
      FROM ev GROUP BY v;
SELECT pg_temp.compare('SELECT v, count(*) FILTER (WHERE w > 2), count(DISTINCT t) + 1, sum(k) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, array_agg(k ORDER BY k), percentile_cont(0.5) WITHIN GROUP (ORDER BY k) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, max(1 + w), count(*) FILTER (WHERE 2 < w) FROM ev GROUP BY v HAVING max(w + 1) > 3');
SELECT pg_temp.compare('SELECT v, (array_agg(k ORDER BY k))[1] FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, count(*) FILTER (WHERE w > 3) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, count(*) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, count(t) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, sum(k) FILTER (WHERE true AND b) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, sum(DISTINCT k) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, array_agg(k ORDER BY k DESC) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, array_agg(k ORDER BY k NULLS FIRST) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, percentile_cont(0.4) WITHIN GROUP (ORDER BY k) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, percentile_disc(0.5) WITHIN GROUP (ORDER BY k) FROM ev GROUP BY v');
SELECT pg_temp.compare($$SELECT v, string_agg(t, ';' ORDER BY k) FROM ev GROUP BY v$$);
SELECT pg_temp.compare('SELECT v, sum(k::bigint) FROM ev GROUP BY v');
SELECT pg_temp.compare('SELECT v, max(w) + 1 FROM ev GROUP BY v');
DROP SCHEMA aggregates_inside CASCADE;
