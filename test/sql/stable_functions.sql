-- STABLE functions in a query are evaluated when it runs, over the view as over
-- the table.  Were the code wrong, they would be evaluated while planning, or
-- the view would be refused.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA stable_functions;
SET search_path = stable_functions, public;
CREATE TABLE ev (k int, ts timestamptz, d date, u text);
INSERT INTO ev SELECT i, now() - i * interval '1 day', current_date - i, current_user FROM generate_series(1, 60) i;
INSERT INTO ev VALUES (99, now() + interval '1 day', current_date + 1, 'nobody');
CREATE FUNCTION lim() RETURNS int LANGUAGE sql STABLE AS $$SELECT current_setting('my.lim')::int$$;
SET my.lim = 3;

CREATE MATERIALIZED VIEW mv AS SELECT k, ts, d, u FROM ev;
SELECT pg_temp.compare($$SELECT k FROM ev WHERE ts > now() - interval '10 days'$$);
SELECT pg_temp.compare('SELECT k, current_date - d, now() - ts, u = current_user FROM ev WHERE d < current_date');
SELECT pg_temp.compare('SELECT k FROM ev WHERE u = current_user AND k < lim()');
SELECT pg_temp.compare($$SELECT to_char(ts, 'YYYYMMDD'), count(*) FROM ev GROUP BY to_char(ts, 'YYYYMMDD') HAVING count(*) > 0$$);
SELECT pg_temp.compare($$SELECT count(*) FILTER (WHERE ts < now()) FROM ev HAVING count(*) > lim()$$);
SELECT pg_temp.compare($$SELECT k, ts::text, (d, u)::text FROM ev ORDER BY to_char(d, 'YYYYMMDD') LIMIT lim()$$);
SELECT pg_temp.compare('SELECT k, statement_timestamp() >= now() FROM ev');
SELECT pg_temp.compare('SELECT k, clock_timestamp() >= now() FROM ev');
SELECT pg_temp.compare('SELECT k, timeofday() IS NULL FROM ev');

-- a generic plan evaluates them anew each time
PREPARE q AS SELECT count(*) FROM ev WHERE k < lim();
SET plan_cache_mode = force_generic_plan;
SET enable_answer_query_using_materialized_views = on;
EXPLAIN (COSTS OFF) EXECUTE q;
EXECUTE q;
SET my.lim = 30;
EXECUTE q;
RESET enable_answer_query_using_materialized_views;

-- a condition of the view is not implied by one that is not known yet
DROP MATERIALIZED VIEW mv;
CREATE MATERIALIZED VIEW mv AS SELECT k, ts FROM ev WHERE k < 50;
SELECT pg_temp.compare('SELECT k FROM ev WHERE k < 50 AND k < lim()');
SELECT pg_temp.compare('SELECT k FROM ev WHERE k < lim()');
DROP MATERIALIZED VIEW mv;

-- over groups: as filters on the keys, and outputs
CREATE MATERIALIZED VIEW mv AS SELECT d, count(*) AS n FROM ev GROUP BY d;
SELECT pg_temp.compare($$SELECT current_date - d, count(*) FROM ev WHERE d > now() - interval '5 days' GROUP BY d HAVING count(*) < lim()$$);
SELECT pg_temp.compare($$SELECT to_char(d, 'Month'), count(*) FROM ev GROUP BY d$$);

-- in a view, STABLE functions would have been evaluated at REFRESH
CREATE MATERIALIZED VIEW mv_now AS SELECT k, d, ts < now() AS past FROM ev;
SELECT reason_code FROM aqumv.explain_rewrite('SELECT k, ts < now() FROM ev') WHERE view = 'mv_now'::regclass;
CREATE MATERIALIZED VIEW mv_cur AS SELECT k, d FROM ev WHERE d < current_date;
SELECT reason_code FROM aqumv.explain_rewrite('SELECT k FROM ev WHERE d < current_date') WHERE view = 'mv_cur'::regclass;
SELECT pg_temp.compare('SELECT k FROM ev WHERE d < current_date');
DEALLOCATE q;
DROP SCHEMA stable_functions CASCADE;
