-- Buckets of dates, which date_trunc() takes for timestamps with time zone: in
-- zones where a day has no midnight that is the first instant of the day, and in
-- Apia the day before the 31st does not exist as a time.  Were the code wrong,
-- such a day would be taken for the next, or bounds would be off by a day.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
SET DateStyle = 'ISO, YMD';

CREATE TABLE e (d date, x int);
INSERT INTO e SELECT t, extract(day FROM t) FROM generate_series(timestamp '2011-12-20', '2012-01-12', '1 day') AS t, generate_series(1, 2);
INSERT INTO e SELECT t, extract(day FROM t) FROM generate_series(timestamp '1994-12-20', '1995-01-12', '1 day') AS t;
INSERT INTO e SELECT t, 1 FROM unnest(ARRAY['2018-11-03', '2018-11-04', '2018-11-05', '2024-11-03', '2024-11-04', '2024-02-29', 'infinity', '-infinity', NULL, '0044-03-15 BC', '0001-01-01 BC',
                                            '0001-01-01', '1900-01-01', '1899-12-31']::date[]) AS t;
CREATE TABLE q (kind text, query text);
INSERT INTO q SELECT 'groups', format('SELECT %s, count(*), sum(x) FROM e GROUP BY 1', expr)
  FROM unnest(ARRAY['date_trunc(''day'', d)', 'date_trunc(''week'', d)', 'date_trunc(''month'', d)', 'date_trunc(''quarter'', d)', 'date_trunc(''year'', d)', 'date_trunc(''month'', d::timestamp)',
                    'date_trunc(''month'', d)::date', 'extract(day FROM d)', 'extract(month FROM d)', 'extract(year FROM d)', 'extract(isodow FROM d)',
                        'extract(hour FROM d::timestamptz)', 'date_part(''month'', d)', 'date_part(''year'', d)',
                    'to_char(d, ''YYYY-MM'')', 'to_char(d, ''YYYY-MM-DD'')', 'to_char(d::timestamp, ''IYYY-IW'')', 'd', 'd::timestamp', 'd::timestamptz',
                        'd::timestamptz::date', 'd + 1', 'd::text', 'd IS NULL', 'date_trunc(''hour'', d)']) AS expr;
INSERT INTO q SELECT 'bounds', format('SELECT count(*), sum(x) FROM e WHERE d %s %s', op, value)
  FROM unnest(ARRAY['<', '=', '>=', '>']) AS op,
       unnest(ARRAY['''2012-01-01''', '''2011-12-30''', '''2011-12-31''', '''1995-01-01''', '''1994-12-31''', '''2018-11-04''', 'timestamp ''2012-01-01''',
           'timestamp ''2012-01-01 00:30''', 'timestamptz ''2012-01-01''',
                    'timestamptz ''2011-12-31''', '''infinity''', '''-infinity''', 'timestamp ''-infinity''', '''0001-01-01''', '''5874897-12-31''', '''4713-01-01 BC''', 'NULL']) AS value;
CREATE TABLE result (zone text, stored text, kind text, query text, says text);
CREATE FUNCTION pg_temp.says(query text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN pg_temp.rows_of('SELECT s::text FROM (' || query || ') AS s ORDER BY 1', 'off') =
                     pg_temp.rows_of('SELECT s::text FROM (' || query || ') AS s ORDER BY 1', 'on')
                THEN pg_temp.views_of(query) ELSE 'DIFFERENT' END
$$;
DO $$
DECLARE
    zone text;
    stored text;
BEGIN
    FOREACH zone IN ARRAY ARRAY['UTC', 'Europe/Berlin', 'Pacific/Apia', 'Pacific/Kiritimati', 'America/Sao_Paulo', 'America/Havana'] LOOP
        PERFORM set_config('TimeZone', zone, false);
        FOREACH stored IN ARRAY ARRAY['date_trunc(''day'', d)', 'date_trunc(''month'', d)', 'date_trunc(''month'', d::timestamp)', 'd::timestamp::date',
            'd::timestamptz::date', 'date_trunc(''year'', d)', 'date_trunc(''week'', d)', 'date_trunc(''hour'', d)'] LOOP
            CONTINUE WHEN zone IN ('Europe/Berlin', 'America/Havana', 'Pacific/Kiritimati') AND stored !~ 'month|''day';
            EXECUTE format('CREATE MATERIALIZED VIEW bucket AS SELECT %s AS b, count(*) AS n, sum(x) AS s FROM e GROUP BY 1', stored);
            INSERT INTO result SELECT zone, stored, kind, query, pg_temp.says(query) FROM q;
            DROP MATERIALIZED VIEW bucket;
        END LOOP;
    END LOOP;
END $$;
SELECT zone, stored, query, says FROM result WHERE says NOT IN ('', 'bucket') ORDER BY zone COLLATE "C", stored COLLATE "C", query COLLATE "C";
SELECT zone, stored, kind, count(*), count(*) FILTER (WHERE says = 'bucket') AS from_view FROM result
 GROUP BY zone, stored, kind ORDER BY zone COLLATE "C", stored COLLATE "C", kind COLLATE "C";
SELECT stored, string_agg(substring(query from 'SELECT (.*), count'), '; ' ORDER BY query COLLATE "C") FROM result
 WHERE zone = 'America/Sao_Paulo' AND kind = 'groups' AND says = 'bucket' GROUP BY stored ORDER BY stored COLLATE "C";
SELECT stored, string_agg(substring(query from 'WHERE (.*)'), '; ' ORDER BY query COLLATE "C") FROM result
 WHERE zone = 'America/Sao_Paulo' AND kind = 'bounds' AND says = 'bucket' AND stored LIKE '%month%' GROUP BY stored ORDER BY stored COLLATE "C";
DROP TABLE e, q, result CASCADE;
