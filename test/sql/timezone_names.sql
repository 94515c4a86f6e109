-- What the name of a zone means depends on settings where it is an abbreviation.
-- From PostgreSQL 16 on, date_trunc() and date_add() with a zone are IMMUTABLE
-- all the same; from 18 on, TimeZone may take the names of other zones.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
SET TimeZone = 'UTC';
CREATE TABLE t (id int, ts timestamptz, z text);
INSERT INTO t VALUES (1, '2024-07-01 15:30+00', 'EST'), (2, '2024-07-01 00:30+00', 'UTC');
CREATE MATERIALIZED VIEW mv_trunc AS SELECT id, date_trunc('day', ts, 'EST') AS d FROM t;
CREATE MATERIALIZED VIEW mv_trunc_by AS SELECT id, date_trunc('day', ts, z) AS d FROM t;
DO $$
BEGIN
    EXECUTE format('CREATE MATERIALIZED VIEW mv_subtract AS SELECT id, %s AS d FROM t',
        CASE WHEN current_setting('server_version_num')::int >= 160000 THEN $q$date_subtract(ts, '1 month', z)$q$
             ELSE $q$date_trunc('day', ts, z)$q$ END);
END $$;
SELECT view, usable, reason_code FROM aqumv.views ORDER BY view::text;
SET timezone_abbreviations = 'Australia';
SELECT pg_temp.compare($$SELECT id, date_trunc('day', ts, 'EST') FROM t$$);
RESET timezone_abbreviations;
DROP MATERIALIZED VIEW mv_trunc, mv_trunc_by, mv_subtract;

-- sessions anywhere may use such a view
CREATE MATERIALIZED VIEW days WITH (aqumv.incremental) AS SELECT (ts AT TIME ZONE 'UTC')::date AS d, count(*) FROM t GROUP BY 1;
SET TimeZone = 'Asia/Tokyo';
SELECT pg_temp.compare($$SELECT (ts AT TIME ZONE 'UTC')::date, count(*) FROM t GROUP BY 1$$);
-- but not those that call something else so: what they get is what the table says
SET aqumv.rewrite_mode = force;
SET TimeZone = '<UTC>+5';
SET enable_answer_query_using_materialized_views = off;
SELECT string_agg(x::text, ' ' ORDER BY d) AS by_table FROM (SELECT (ts AT TIME ZONE 'UTC')::date AS d, count(*) FROM t GROUP BY 1) x \gset
SET enable_answer_query_using_materialized_views = on;
SELECT string_agg(x::text, ' ' ORDER BY d) AS answer FROM (SELECT (ts AT TIME ZONE 'UTC')::date AS d, count(*) FROM t GROUP BY 1) x \gset
SELECT :'answer' = :'by_table';
-- and what they write is as everybody reads it
INSERT INTO t VALUES (3, '2024-07-02 00:30+00');
SET TimeZone = 'UTC';
TABLE differences;
-- nor does anybody believe what they have filled
SET TimeZone = 'utc+5';
REFRESH MATERIALIZED VIEW days;
RESET TimeZone;
SELECT string_agg(x::text, ' ' ORDER BY d) FROM (SELECT (ts AT TIME ZONE 'UTC')::date AS d, count(*) FROM t GROUP BY 1) x;
-- nor are constants computed as the writer would: once, for all that follow
CREATE MATERIALIZED VIEW late WITH (aqumv.incremental) AS SELECT id, ts FROM t WHERE ts >= timestamp '2024-07-02' AT TIME ZONE 'UTC';
\c -
SET client_min_messages = warning;
SET TimeZone = '<UTC>-5';
INSERT INTO t VALUES (4, '2024-07-01 22:00+00');
SET TimeZone = 'UTC';
SELECT id FROM late;
DROP TABLE t CASCADE;
