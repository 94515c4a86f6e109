-- Views that depend on TimeZone: usable in sessions with the TimeZone that the
-- view was filled under, in no other.  Were the code wrong, days that begin
-- elsewhere would be taken for local ones, also by a plan made before the
-- setting was changed.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA timezone;
SET search_path = timezone, public;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
CREATE TABLE ev (ts timestamptz, tl timestamp, k int);
INSERT INTO ev SELECT t, t AT TIME ZONE 'UTC', i
  FROM generate_series(1, 60) i, LATERAL (SELECT '2024-03-30 20:00+00'::timestamptz + i * interval '1 hour' AS t) s;

CREATE MATERIALIZED VIEW daily AS SELECT date_trunc('day', ts) AS d, count(*) AS n, sum(k) AS s FROM ev GROUP BY 1;
CREATE MATERIALIZED VIEW local AS SELECT ts::date AS d, extract(hour FROM ts) AS h, k FROM ev WHERE ts >= '2024-03-31'::date;
CREATE MATERIALIZED VIEW ages AS SELECT k, age(ts, '2024-02-28 20:00+00') AS a FROM ev;
CREATE MATERIALIZED VIEW plain AS SELECT date_trunc('day', tl) AS d, max(k) FROM ev GROUP BY 1;

PREPARE by_day AS SELECT date_trunc('day', ts), count(*) FROM ev GROUP BY 1 ORDER BY 1;
PREPARE by_hour(int) AS SELECT ts::date, extract(hour FROM ts), k FROM ev WHERE ts >= '2024-03-31'::date AND k = $1;
SET plan_cache_mode = force_generic_plan;
SET enable_answer_query_using_materialized_views = on;
EXECUTE by_day;
EXECUTE by_hour(20);
EXPLAIN (COSTS OFF) EXECUTE by_hour(20);
SELECT pg_temp.compare($$SELECT date_trunc('day', ts), count(*) FROM ev GROUP BY 1$$);
SELECT pg_temp.compare($$SELECT date_trunc('day', ts) + interval '1 month', sum(k) FROM ev WHERE date_trunc('day', ts) > '2024-03-31' GROUP BY date_trunc('day', ts)$$);
SELECT pg_temp.compare($$SELECT ts::date + 1, k FROM ev WHERE ts >= '2024-03-31'::date AND extract(hour FROM ts) = 5$$);
SELECT pg_temp.compare($$SELECT age(ts, '2024-02-28 20:00+00') FROM ev$$);
SELECT pg_temp.compare($$SELECT date_trunc('day', tl), max(k) FROM ev GROUP BY 1$$);

-- the other side of the world
SET TimeZone = 'Asia/Tokyo';
EXECUTE by_day;
EXECUTE by_hour(20);
EXPLAIN (COSTS OFF) EXECUTE by_hour(20);
SELECT pg_temp.compare($$SELECT date_trunc('day', ts), count(*) FROM ev GROUP BY 1$$);
SELECT pg_temp.compare($$SELECT ts::date + 1, k FROM ev WHERE ts >= '2024-03-31'::date AND extract(hour FROM ts) = 5$$);
SELECT pg_temp.compare($$SELECT age(ts, '2024-02-28 20:00+00') FROM ev$$);
SELECT pg_temp.compare($$SELECT date_trunc('day', tl), max(k) FROM ev GROUP BY 1$$);
SELECT view, reason_code, reason FROM aqumv.explain_rewrite($$SELECT date_trunc('day', ts), count(*) FROM ev GROUP BY 1$$)
 WHERE view = 'daily'::regclass;
SELECT view, usable, reason_code FROM aqumv.views WHERE base = 'ev'::regclass ORDER BY view::text;

-- a view filled there is good there; a function with a TimeZone of its own
REFRESH MATERIALIZED VIEW daily;
SELECT pg_temp.compare($$SELECT date_trunc('day', ts), count(*) FROM ev GROUP BY 1$$);
CREATE FUNCTION days(zone text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('TimeZone', zone, true);
    RETURN QUERY SELECT date_trunc('day', ts)::text || ' ' || count(*) FROM ev GROUP BY date_trunc('day', ts) ORDER BY 1;
END $$;
SELECT days('Asia/Tokyo');
SELECT days('America/New_York');
SET TimeZone = 'UTC';
EXECUTE by_day;
EXECUTE by_hour(20);
SELECT pg_temp.compare($$SELECT date_trunc('day', ts), count(*) FROM ev GROUP BY 1$$);
DEALLOCATE ALL;
DROP SCHEMA timezone CASCADE;
