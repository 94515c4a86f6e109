-- Grouped views with keys of other types: those without bitwise equality
-- (jsonb, arrays, intervals, ranges, rows) allow comparisons only, the others
-- (enum, uuid, boolean, timestamp, text) any expression.  Were the code wrong,
-- equal keys that differ, such as '1 day' and '24 hours', would be confused.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA match_keys_other;
SET search_path = match_keys_other, public;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a int, b numeric);
CREATE TABLE ev (j jsonb, a numeric[], i interval, r numrange, p pair,
                 e mood, u uuid, b bool, ts timestamp, t text, d date, v int);
INSERT INTO ev
SELECT jsonb_build_object('x', n), ARRAY[n], iv, numrange(n, 9), ROW(1, n)::pair,
       (enum_range(NULL::mood))[x % 3 + 1], md5((x % 4)::text)::uuid, x % 3 = 0,
       '2024-01-01'::timestamp + x % 5 * interval '8 hours', 't' || x % 3, '2024-01-30'::date + x % 3, x
  FROM (SELECT x, (ARRAY[1.0, 1.00, 2])[x % 3 + 1] AS n,
               (ARRAY['1 day', '24 hours', '1 mon', '30 days', NULL])[x % 5 + 1]::interval AS iv
          FROM generate_series(1, 60) x) s;

CREATE MATERIALIZED VIEW mv_j AS SELECT j, count(*) FROM ev GROUP BY j;
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE j = '{"x": 1}' GROUP BY j$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE j ->> 'x' = '1.00' GROUP BY j$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE j @> '{"x": 1}' GROUP BY j$$);
DROP MATERIALIZED VIEW mv_j;

CREATE MATERIALIZED VIEW mv_a AS SELECT a, count(*) FROM ev GROUP BY a;
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE a = '{1}' OR a > '{1.5}' GROUP BY a$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE scale(a[1]) = 1 GROUP BY a$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE 1 = ANY (a) GROUP BY a$$);
DROP MATERIALIZED VIEW mv_a;

CREATE MATERIALIZED VIEW mv_i AS SELECT i, count(*) FROM ev GROUP BY i;
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE i = '1 day' GROUP BY i$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE extract(hour FROM i) = 24 GROUP BY i$$);
SELECT pg_temp.compare($$SELECT '2024-02-01'::date + i, count(*) FROM ev GROUP BY i HAVING i IS NULL$$);
DROP MATERIALIZED VIEW mv_i;

CREATE MATERIALIZED VIEW mv_r AS SELECT r, p, count(*) FROM ev GROUP BY r, p;
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE r = '[1,9)' GROUP BY p, r$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE scale(lower(r)) = 2 GROUP BY r, p$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE p > ROW(1, 1.5)::pair GROUP BY r, p$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE scale((p).b) = 2 GROUP BY r, p$$);
SELECT pg_temp.compare($$SELECT count(*) FROM ev WHERE p *= ROW(1, 1.0)::pair GROUP BY r, p$$);
SELECT pg_temp.compare($$SELECT count(DISTINCT p) FROM ev$$);
SELECT pg_temp.compare($$SELECT count(DISTINCT p ORDER BY p USING OPERATOR(pg_catalog.*<)) FROM ev$$);
SELECT pg_temp.compare($$SELECT p, count(DISTINCT p) FROM ev GROUP BY r, p$$);
DROP MATERIALIZED VIEW mv_r;

CREATE MATERIALIZED VIEW mv AS
    SELECT e, u, b, ts, t, d, count(*) FROM ev GROUP BY e, u, b, ts, t, d;
SELECT pg_temp.compare($$SELECT count(*), t || 'x', date_trunc('day', ts), NOT b, extract(month FROM d)
                           FROM ev WHERE e > 'sad' AND b IS NOT TRUE AND left(u::text, 2) < 'd'
                          GROUP BY ts, u, d, e, t, b HAVING length(t) = 2$$);
SELECT pg_temp.compare($$SELECT e, e::text, count(*) FROM ev WHERE b AND t IN ('t1', 't0') GROUP BY e, u, b, ts, t, d$$);

DROP SCHEMA match_keys_other CASCADE;
