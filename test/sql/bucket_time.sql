-- Every unit from a view of every unit, for timestamps without time zone: what
-- looks at nothing finer than the bucket can be computed from it.  Were the code
-- wrong, weeks would be added up to months, or a field (hours from days) would be
-- that of the bucket's beginning instead of that of its rows.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
SET extra_float_digits = 0;

CREATE TABLE e (ts timestamp, x int);
INSERT INTO e SELECT t, extract(day FROM t) FROM generate_series(timestamp '2019-12-20 00:07:03.5', '2021-01-12', '41 hours 13 min 7.123456 s') AS t;
INSERT INTO e SELECT t, 1 FROM unnest(ARRAY['2020-02-29', '2021-01-01', '2020-12-31 23:59:59.999999', '2001-01-01', '2000-12-31 23:59', '1900-01-01', '1899-12-31 12:00',
    'infinity', '-infinity', NULL, '0044-03-15 BC 12:00', '0001-01-01 BC', '0001-12-31 BC 23:00', '0001-01-01', '0101-01-01', '0100-12-31', '9999-12-31 23:59:59', '12345-06-07']::timestamp[]) AS t;
-- one view at a time: what a view of that unit answers
CREATE TABLE result (stored text, kind text, query text, says text);
CREATE TABLE q (kind text, expr text);
INSERT INTO q SELECT 'date_trunc', format('date_trunc(%L, ts)', u)
  FROM unnest(ARRAY['microseconds', 'milliseconds', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'decade', 'century', 'millennium', 'Years', 'mon']) AS u;
INSERT INTO q SELECT kind, format(kind || '(%L, ts)', f)
  FROM unnest(ARRAY['date_part', 'extract']) AS kind,
       unnest(ARRAY['microseconds', 'milliseconds', 'second', 'minute', 'hour', 'day', 'dow', 'isodow', 'doy', 'week', 'isoyear', 'month', 'quarter', 'year', 'decade',
                    'century', 'millennium', 'epoch', 'julian', 'y', 'qtr']) AS f;
UPDATE q SET expr = regexp_replace(expr, '\(''(.*)'', ', '(\1 FROM ') WHERE kind = 'extract';
INSERT INTO q SELECT 'to_char', format('to_char(ts, %L)', f)
  FROM unnest(ARRAY['YYYY-MM', 'YYYY-MM-DD', 'YYYY', 'Y,YYY', 'YYY YY Y', 'Q', 'YYYY-"Q"Q', 'YYYY/Q', 'MM', 'Mon', 'MON', 'mon', 'Month', 'FMMonth YYYY', 'FMmonth',
      'TMMonth', 'RM', 'IYYY-IW', 'IYYY-IW-ID',
                    'IW', 'IYYY IYY IY I', 'WW', 'W', 'WW/YYYY', 'D', 'DD', 'DDD', 'ID', 'IDDD', 'DAY Day day', 'DY Dy dy', 'J', 'CC', 'BC', 'YYYY AD', 'HH24', 'HH:MI',
                        'YYYY-MM-DD HH24:MI:SS', 'MS', 'US', 'SSSS',
                    'AM', 'TZ', 'DDth', 'DDTH', 'FMDD', 'x', '', '--', 'YYYY\D', 'yyyy_mm_dd', 'IYYYMM', 'IW-MM', 'q.yyyy', 'fmmm', 'YYYYIW', 'DY', 'dAY', 'YYYYMMDDHH',
                        'mi', 'MONtH', 'FXYYYY', 'YYYYSP']) AS f;
INSERT INTO q VALUES ('cast', 'ts::date'), ('cast', 'ts::date::timestamp'), ('cast', 'ts::time'), ('cast', 'ts::text'), ('cast', 'ts::date + 1'), ('cast',
    'date_trunc(''month'', ts::date::timestamp)'),
    ('cast', 'extract(year FROM ts::date)'), ('cast', 'ts + interval ''1 day'''), ('cast', 'date_trunc(''year'', ts + interval ''1 day'')'), ('null', 'ts IS NULL'),
        ('null', 'ts IS NOT NULL'), ('null', 'num_nulls(ts)'),
    ('nested', 'date_trunc(''month'', date_trunc(''day'', ts))'), ('nested', 'date_trunc(''day'', date_trunc(''month'', ts))'), ('nested', 'extract(month FROM date_trunc(''quarter'', ts))');
DO $$
DECLARE
    stored text;
BEGIN
    FOREACH stored IN ARRAY ARRAY['date_trunc(''minute'', ts)', 'date_trunc(''hour'', ts)', 'date_trunc(''day'', ts)', 'ts::date', 'date_trunc(''week'', ts)',
                                  'date_trunc(''month'', ts)', 'date_trunc(''quarter'', ts)', 'date_trunc(''year'', ts)', 'date_trunc(''decade'', ts)'] LOOP
        EXECUTE format('CREATE MATERIALIZED VIEW bucket AS SELECT %s AS b, count(*) AS n, sum(x) AS s FROM e GROUP BY 1', stored);
        INSERT INTO result SELECT stored, kind, format('SELECT %s, count(*), sum(x) FROM e GROUP BY 1', expr) FROM q;
        UPDATE result SET says = pg_temp.compare(query) WHERE says IS NULL;
        DROP MATERIALIZED VIEW bucket;
    END LOOP;
END $$;
SELECT stored, query, says FROM result WHERE says LIKE '%DIFFERENT%' OR says LIKE '%ERROR%' AND says NOT LIKE 'no plan%';
SELECT stored, kind, count(*), count(*) FILTER (WHERE says LIKE 'bucket%') AS from_view FROM result GROUP BY stored, kind ORDER BY stored COLLATE "C", kind COLLATE "C";
-- in words, for some
SELECT stored, string_agg(substring(query from 'SELECT (.*), count'), '; ' ORDER BY query COLLATE "C")
  FROM result WHERE says LIKE 'bucket%' AND stored IN ('ts::date', 'date_trunc(''week'', ts)', 'date_trunc(''month'', ts)', 'date_trunc(''decade'', ts)')
 GROUP BY stored ORDER BY stored COLLATE "C";
DROP TABLE e, q, result CASCADE;
