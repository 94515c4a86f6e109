-- Buckets of timestamptz in zones whose clocks are set around midnight, where a
-- day begins twice, not at midnight, or not at all: in Havana 01:00 becomes 00:00,
-- in St. John's 00:01 became 23:01 the day before, in Sao Paulo and Beirut there
-- was no midnight, Lord Howe changes by half an hour, Apia skipped 2011-12-30.
-- Were the code wrong, rows near the change would be in the wrong bucket, or on
-- the wrong side of a bound.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
SET DateStyle = 'ISO, YMD';

CREATE TABLE change (zone text, near timestamptz);
INSERT INTO change VALUES
('Europe/Berlin', '2024-03-31 01:00+00'), ('Europe/Berlin', '2024-10-27 01:00+00'), ('America/Havana', '2024-11-03 05:00+00'), ('America/Havana', '2024-03-10 05:00+00'),
('America/St_Johns', '2010-11-07 02:31+00'), ('America/St_Johns', '2010-03-14 03:31+00'), ('America/Sao_Paulo', '2018-11-04 03:00+00'), ('America/Sao_Paulo', '2018-02-18 02:00+00'),
('Asia/Beirut', '2022-03-26 22:00+00'), ('Asia/Beirut', '2022-10-29 21:00+00'), ('Australia/Lord_Howe', '2024-04-06 15:00+00'), ('Australia/Lord_Howe', '2024-10-05 15:30+00'),
('Pacific/Apia', '2011-12-30 10:00+00'), ('America/Nuuk', '2024-10-27 01:00+00'), ('Asia/Amman', '2022-10-27 22:00+00'), ('Asia/Kathmandu', '1985-12-31 18:30+00'),
    ('Pacific/Kiritimati', '1994-12-31 10:00+00'),
('America/Juneau', '1867-10-18 15:33:32+00'), ('America/Scoresbysund', '2024-03-31 00:00+00'), ('Africa/Cairo', '2010-09-30 21:00+00'), ('UTC', '2024-01-01');
CREATE TABLE e (tz timestamptz, x int);
CREATE TABLE result (zone text, stored text, kind text, query text, says text);
-- compare() without the reasons, which take their time
CREATE FUNCTION pg_temp.says(query text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN pg_temp.rows_of('SELECT s::text FROM (' || query || ') AS s ORDER BY 1', 'off') =
                     pg_temp.rows_of('SELECT s::text FROM (' || query || ') AS s ORDER BY 1', 'on')
                THEN pg_temp.views_of(query) ELSE 'DIFFERENT' END
$$;
DO $$
DECLARE
    change record;
    stored text;
BEGIN
    FOR change IN SELECT zone, array_agg(near) AS near FROM change GROUP BY zone ORDER BY zone LOOP
        PERFORM set_config('TimeZone', change.zone, false);
        TRUNCATE e;
        INSERT INTO e SELECT t, extract(minute FROM t) FROM unnest(change.near) AS n, generate_series(n - interval '51 h', n + interval '51 h', '10 min') AS t;
        INSERT INTO e SELECT n + u * interval '1 us', 1 FROM unnest(change.near) AS n, generate_series(-1, 1) AS u;
        INSERT INTO e SELECT t, 2 FROM unnest(ARRAY['infinity', '-infinity', NULL, '0044-03-15 BC 12:00', '0001-01-01 BC', '1883-11-18 12:00', '1900-01-01']::timestamptz[]) AS t;
        FOREACH stored IN ARRAY ARRAY['date_trunc(''hour'', tz)', 'date_trunc(''day'', tz)', 'tz::date', 'date_trunc(''month'', tz)'] LOOP
            EXECUTE format('CREATE MATERIALIZED VIEW bucket AS SELECT %s AS b, count(*) AS n, sum(x) AS s FROM e GROUP BY 1', stored);
            INSERT INTO result
            SELECT change.zone, stored, 'groups', q, pg_temp.says(q)
              FROM unnest(ARRAY['date_trunc(''hour'', tz)', 'date_trunc(''day'', tz)', 'date_trunc(''week'', tz)', 'date_trunc(''month'', tz)', 'tz::date', 'extract(hour FROM tz)',
                                'extract(day FROM tz)', 'extract(year FROM tz)', 'extract(timezone FROM tz)', 'to_char(tz, ''YYYY-MM-DD'')', 'to_char(tz, ''IYYY-IW'')',
                                    'to_char(tz, ''YYYY-MM-DD TZ'')',
                                'tz::date::timestamptz', 'date_trunc(''day'', tz AT TIME ZONE ''UTC'')']) AS expr, LATERAL format('SELECT %s, count(*), sum(x) FROM e GROUP BY 1', expr) AS q;
            -- bounds: each beginning of a day around, before it and after it, and the change itself
            INSERT INTO result
            SELECT change.zone, stored, 'bounds', q, pg_temp.says(q)
              FROM (SELECT DISTINCT op, format(form, bound) AS value
                      FROM unnest(change.near) AS n, generate_series(-1, 1) AS d, LATERAL (SELECT n::date + d AS day) AS x,
                           LATERAL (VALUES ('>=', '%L::timestamptz', day::text), ('>=', '%L::date', day::text), ('<', '%L::timestamp', day::text), ('<=',
                               '%L::timestamptz', (day::timestamptz - interval '1 us')::text),
                                           ('>=', '%L::timestamptz', (day::timestamptz + interval '30 min')::text), ('>=', '%L::timestamptz', (n - interval '1 h')::text),
                                               ('<', '%L::timestamptz', n::text)) AS f(op, form, bound)) AS v,
                   LATERAL format('SELECT count(*), sum(x) FROM e WHERE tz %s %s', op, value) AS q;
            DROP MATERIALIZED VIEW bucket;
        END LOOP;
    END LOOP;
END $$;
SELECT zone, stored, query, says FROM result WHERE says NOT IN ('', 'bucket');
SELECT stored, kind, count(*), count(*) FILTER (WHERE says = 'bucket') AS from_view FROM result GROUP BY stored, kind ORDER BY stored COLLATE "C", kind COLLATE "C";
SELECT zone, kind, count(*), count(*) FILTER (WHERE says = 'bucket') AS from_view FROM result
 WHERE zone IN ('Europe/Berlin', 'UTC', 'America/Havana', 'America/Sao_Paulo') GROUP BY zone, kind ORDER BY zone COLLATE "C", kind COLLATE "C";
SELECT stored, string_agg(DISTINCT substring(query from 'SELECT (.*), count'), '; ') FROM result WHERE kind = 'groups' AND zone = 'Europe/Berlin'
    AND says = 'bucket' GROUP BY stored ORDER BY stored COLLATE "C";
-- beginnings of days that are no good as bounds
SELECT zone, string_agg(DISTINCT substring(query from ' ''(.*)''::date'), ', ') FROM result
 WHERE kind = 'bounds' AND stored = 'tz::date' AND query ~ '>= .*::date' AND says = '' GROUP BY zone ORDER BY zone COLLATE "C";
DROP TABLE e, change, result CASCADE;
