-- Conditions on the raw time over a view of its buckets: right where a bucket
-- begins, refused elsewhere.  Were the code wrong, rows of the bucket that a
-- bound cuts through, NULLs or infinite times would be counted or not counted.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;

CREATE TABLE e (ts timestamp, x int);
INSERT INTO e SELECT t, extract(day FROM t) FROM generate_series(timestamp '2019-12-28', '2020-04-03', '6 h 15 min') AS t;
INSERT INTO e SELECT t, 1 FROM unnest(ARRAY['2020-02-29', '2020-03-01', '2020-02-29 23:59:59.999999', '2020-03-01 00:00:00.000001', '2020-02-03', '2020-02-02 23:59:59.999999',
    'infinity', '-infinity', NULL, '0044-03-01 BC', '0044-02-28 BC 23:59', '0001-01-01', '0001-12-31 BC', '294276-12-31 23:59:59.999999', '4000-01-01 BC']::timestamp[]) AS t;
CREATE TABLE q (cond text);
INSERT INTO q SELECT format('ts %s %s', op, value)
  FROM unnest(ARRAY['<', '<=', '=', '>=', '>', '<>']) AS op,
       unnest(ARRAY['''2020-03-01''', '''2020-02-29 23:59:59.999999''', '''2020-03-01 00:00:00.000001''', '''2020-03-01 01:00''', '''2020-02-03''', '''2020-02-04''',
           '''2020-01-01''', '''2020-01-01 00:30''',
                    'date ''2020-03-01''', 'date ''2020-03-02''', 'timestamptz ''2020-03-01''', '''infinity''', '''-infinity''', 'date ''infinity''', 'date ''-infinity''',
                    '''0044-03-01 BC''', '''0001-01-01''', 'date ''4000-01-01 BC''', '''294276-12-31 23:59:59.999999''', 'date ''5874897-12-31''', 'NULL']) AS value;
INSERT INTO q SELECT unnest(ARRAY['ts >= ''2020-02-01'' AND ts < ''2020-03-01''', 'ts BETWEEN ''2020-02-01'' AND ''2020-02-29 23:59:59.999999''', 'ts BETWEEN ''2020-02-01'' AND ''2020-03-01''',
    '''2020-02-01'' <= ts AND ''2020-03-01'' > ts', 'NOT (ts < ''2020-03-01'')', '(ts < ''2020-03-01'') IS NOT TRUE',
        'ts < ''2020-02-01'' OR ts >= ''2020-03-01'' OR ts IS NULL', 'ts IN (''2020-02-01'', ''2020-03-01'')',
    'ts IS NULL', 'ts IS NOT NULL', 'isfinite(ts)', 'ts > ''2020-03-01'' AND ts < ''infinity''', 'CASE WHEN ts >= ''2020-03-01'' THEN x > 0 END', 'CASE WHEN ts >= ''2020-03-01'' THEN true END',
    '(ts >= ''2020-02-01'') = (ts < ''2020-03-01'')', 'ts >= ''2020-02-01''::date AND ts < ''2020-02-01''::date + interval ''1 month''',
        'ts >= ''2020-02-01''::timestamp + ''1 month''', 'ts - interval ''1 day'' >= ''2020-03-01''',
    'date_trunc(''month'', ts) = ''2020-03-01''', 'date_trunc(''year'', ts) >= ''2020-01-01''', 'extract(month FROM ts) IN (1, 3)', 'extract(hour FROM ts) = 0',
        'ts::date = ''2020-03-01''', 'ts::date < ''2020-03-01''', 'ts::date BETWEEN ''2020-02-01'' AND ''2020-02-29''',
    'to_char(ts, ''YYYY-MM'') = ''2020-02''', 'ts >= date_trunc(''month'', timestamp ''2020-03-15 12:00'')', 'ts >= make_date(2020, 3, 1)',
        'ts >= (SELECT timestamp ''2020-03-01'')', 'overlaps(ts, ts, ''2020-02-01'', ''2020-03-01'')']);
CREATE TABLE result (stored text, cond text, says text);
DO $$
DECLARE
    stored text;
BEGIN
    FOREACH stored IN ARRAY ARRAY['date_trunc(''hour'', ts)', 'date_trunc(''day'', ts)', 'ts::date', 'date_trunc(''week'', ts)', 'date_trunc(''month'', ts)', 'date_trunc(''century'', ts)'] LOOP
        EXECUTE format('CREATE MATERIALIZED VIEW bucket AS SELECT %s AS b, count(*) AS n, sum(x) AS s FROM e GROUP BY 1', stored);
        INSERT INTO result SELECT stored, cond, pg_temp.compare('SELECT count(*), sum(x) FROM e WHERE ' || cond) FROM q;
        INSERT INTO result SELECT stored, cond, pg_temp.compare('SELECT count(*) FILTER (WHERE ' || cond || '), sum(x) FILTER (WHERE NOT (' || cond || ')) FROM e') FROM q WHERE stored LIKE '%month%';
        DROP MATERIALIZED VIEW bucket;
    END LOOP;
END $$;
SELECT * FROM result WHERE says LIKE '%DIFFERENT%' OR says LIKE '%ERROR%' AND says NOT LIKE 'no plan%';
SELECT stored, count(*), count(*) FILTER (WHERE says LIKE 'bucket%') AS from_view FROM result GROUP BY stored ORDER BY stored COLLATE "C";
SELECT stored, string_agg(DISTINCT cond, '; ' ORDER BY cond)
  FROM result WHERE says LIKE 'bucket%' AND stored IN ('ts::date', 'date_trunc(''month'', ts)') GROUP BY stored ORDER BY stored COLLATE "C";
SELECT string_agg(DISTINCT cond, '; ' ORDER BY cond) FROM result WHERE says LIKE 'bucket%' AND stored LIKE '%week%';

-- parameters: bounds that are known when the plan is made
CREATE MATERIALIZED VIEW monthly AS SELECT date_trunc('month', ts) AS m, count(*) AS n FROM e GROUP BY 1;
SET enable_answer_query_using_materialized_views = on;
PREPARE p(timestamp, timestamp) AS SELECT count(*) FROM e WHERE ts >= $1 AND ts < $2;
SET plan_cache_mode = force_custom_plan;
EXECUTE p('2020-02-01', '2020-03-01');
EXPLAIN (COSTS OFF) EXECUTE p('2020-02-01', '2020-03-01');
EXPLAIN (COSTS OFF) EXECUTE p('2020-02-01', '2020-03-02');
EXECUTE p('2020-02-01', '2020-03-02');
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE p('2020-02-01', '2020-03-01');
EXECUTE p('2020-02-01', '2020-03-01');
DROP TABLE e, q, result CASCADE;
