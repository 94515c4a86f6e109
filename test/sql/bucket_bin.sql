-- Buckets of date_bin(): strides that are multiples, origins that are a number of
-- strides away or not, and times before the origin.  Were the code wrong, bins
-- that cut through others would be put together from them, or a bin would be
-- missed at a bound.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
SET TimeZone = 'Europe/Berlin';

CREATE TABLE e (ts timestamp, tz timestamptz, x int);
INSERT INTO e SELECT t, t AT TIME ZONE 'UTC', extract(day FROM t) FROM generate_series(timestamp '2023-12-20', '2024-01-12', '7 min 30 s') AS t;
INSERT INTO e SELECT t, t AT TIME ZONE 'UTC', 1 FROM unnest(ARRAY['2024-01-01', '2024-01-01 00:15', '2023-12-31 23:59:59.999999', '2024-01-01 00:14:59.999999',
                                          'infinity', '-infinity', NULL, '0044-03-15 BC 12:00', '1999-12-31 23:45']::timestamp[]) AS t;
CREATE MATERIALIZED VIEW ts_bins AS SELECT date_bin('15 min', ts, '2024-01-01') AS bin, count(*), sum(x) FROM e GROUP BY 1;
CREATE MATERIALIZED VIEW tz_bins AS SELECT date_bin('1 hour', tz, '2024-01-01 00:20+00') AS bin, count(*), sum(x) FROM e GROUP BY 1;
ANALYZE;

CREATE TABLE result (kind text, query text, says text);
INSERT INTO result (kind, query)
SELECT 'bins of ' || raw, format('SELECT date_bin(%L, %s, %L), count(*), sum(x) FROM e GROUP BY 1', stride, raw, origin)
  FROM unnest(ARRAY['ts', 'tz']) AS raw,
       unnest(ARRAY['5 min', '15 min', '20 min', '30 min', '1 hour', '2 hours', '1 day', '24:00', '7 days', '1 week 01:00', '0.25 hour']) AS stride,
       unnest(ARRAY['2024-01-01', '2024-01-01 00:15', '2024-01-01 00:20+00', '2024-01-01 00:20', '2023-12-31 23:20+00', '2000-01-01', '2031-06-01 12:45', '2024-01-01 00:07:30']) AS origin;
INSERT INTO result (kind, query)
SELECT 'bounds of ' || raw, format('SELECT count(*), sum(x) FROM e WHERE %s %s %s', raw, op, value)
  FROM unnest(ARRAY['ts', 'tz']) AS raw, unnest(ARRAY['<', '<=', '=', '>=', '>', '<>']) AS op,
       unnest(ARRAY['''2024-01-01''', '''2024-01-02''', '''2024-01-02 00:20+00''', '''2024-01-02 00:19:59.999999+00''', '''2023-12-31 23:45''', '''2023-12-31 00:20+00''',
                    '''2024-01-02 00:14:59.999999''', '''2024-01-02 00:15''', '''2024-01-02 00:15:00.000001''', 'date ''2024-01-03''', 'timestamp ''2024-01-03 12:00''',
                    'timestamptz ''2024-01-03 12:20+00''', '''infinity''', '''-infinity''', 'date ''infinity''', '''294276-12-31 23:59''', 'NULL']) AS value;
INSERT INTO result (kind, query) VALUES
('other', 'SELECT count(*) FROM e WHERE ts IS NULL'), ('other', 'SELECT count(*) FROM e WHERE tz IS NOT NULL'),
('other', 'SELECT count(*) FROM e WHERE ts >= ''2024-01-02'' AND ts < ''2024-01-02 04:30'''),
('other', 'SELECT count(*) FROM e WHERE ts BETWEEN ''2024-01-02'' AND ''2024-01-02 04:29:59.999999'''),
('other', 'SELECT count(*) FROM e WHERE NOT (ts < ''2024-01-02'') OR ts IS NULL'),
('other', 'SELECT date_trunc(''hour'', ts), count(*) FROM e GROUP BY 1'),
('other', 'SELECT date_trunc(''day'', ts), count(*) FROM e GROUP BY 1'),
('other', 'SELECT extract(hour FROM ts), count(*) FROM e GROUP BY 1'),
('other', 'SELECT date_bin(''30 min'', date_bin(''15 min'', ts, ''2024-01-01''), ''2024-01-01''), count(*) FROM e GROUP BY 1'),
('other', 'SELECT date_bin(''15 min'', ts, ''2024-01-01'') + ''1 min'', count(*) FROM e GROUP BY 1'),
('other', 'SELECT date_bin(''15 min'', ts, ts), count(*) FROM e GROUP BY 1'),
('other', 'SELECT date_bin(''1 month'', ts, ''2024-01-01''), count(*) FROM e GROUP BY 1'),
('other', 'SELECT date_bin(''30 min'', tz::timestamp, ''2024-01-01''), count(*) FROM e GROUP BY 1'),
('other', 'SELECT date_bin(''1 h'', ts, ''2024-01-01''), count(*), max(ts) FROM e GROUP BY 1');
UPDATE result SET says = pg_temp.compare(query);
SELECT kind, query, says FROM result WHERE says LIKE '%DIFFERENT%';
SELECT kind, count(*), count(*) FILTER (WHERE says LIKE 't__bins%') AS from_view FROM result GROUP BY kind ORDER BY kind COLLATE "C";
SELECT coalesce(substring(query from 'WHERE (.*)'), substring(query from '(date_bin.*), count')) FROM result WHERE says LIKE 't__bins%'
    AND (query LIKE '% >= %' OR query LIKE '%date_bin(%tz%' OR query LIKE '%= date%') ORDER BY query COLLATE "C";
SELECT query FROM result WHERE kind = 'other' AND says LIKE 't__bins%' ORDER BY query COLLATE "C";
DROP TABLE e, result CASCADE;
