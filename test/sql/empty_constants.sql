-- Aggregates of constants, and of keys, over tables without rows: sums of
-- nothing are NULL, at every grain, from views of every grain.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA empty_constants;
SET search_path = empty_constants, public;
CREATE TABLE t (k int, v int);
CREATE MATERIALIZED VIEW everything AS SELECT count(*) AS n, count(v), count(*) FILTER (WHERE v > 5) AS few FROM t;
CREATE TABLE u (k int, v int);
CREATE MATERIALIZED VIEW groups AS SELECT k, count(*) AS n, count(*) FILTER (WHERE v > 5) AS few FROM u GROUP BY k;
CREATE TABLE w (k int, v int);
CREATE MATERIALIZED VIEW lines WITH (aqumv.incremental) AS SELECT count(*) FROM w;

CREATE FUNCTION pg_temp.try(relation text) RETURNS TABLE (query text, result text) LANGUAGE plpgsql AS $$
BEGIN
    FOR query IN SELECT format('SELECT %s FROM %s', a, relation) FROM unnest('{
        sum(1), avg(5), sum(-1::int2), avg(7::int8), sum(NULL::int), "count(1), count(NULL)",
        "sum(1) FILTER (WHERE v > 5), avg(5) FILTER (WHERE v > 5), count(2) FILTER (WHERE v > 5)",
        "sum(3) FILTER (WHERE true), sum(3) FILTER (WHERE false), count(*) FILTER (WHERE false)",
        "sum(1) + 1, coalesce(sum(2), -1), avg(3) IS NULL", "min(5), max(5)", "bool_and(true), bit_or(1)",
        "string_agg(''x'', '','')", "count(DISTINCT 1), sum(DISTINCT 4)", "variance(1), stddev_pop(2)",
        "sum(1.5), avg(2.5), sum(1::float8)", "regr_count(1, 2), corr(1, 2)"}'::text[]) a LOOP
        result := pg_temp.compare(query);
        RETURN NEXT;
    END LOOP;
    FOREACH query IN ARRAY ARRAY['SELECT sum(1) FROM %s HAVING count(*) = 0', 'SELECT sum(k), avg(k), count(k), sum(k + 1) FROM %s',
        'SELECT k, sum(1), avg(5), sum(k) FROM %s GROUP BY k', 'SELECT sum(1), avg(5) FROM %s GROUP BY GROUPING SETS ((), (k))',
        'SELECT sum(1), avg(5) FROM %s GROUP BY ()', 'SELECT sum(1) FROM %s WHERE k > 1', 'SELECT sum(1), avg(2) FROM %s WHERE false'] LOOP
        query := format(query, relation);
        result := pg_temp.compare(query);
        RETURN NEXT;
    END LOOP;
END $$;
SELECT * FROM pg_temp.try('t');
SELECT * FROM pg_temp.try('u');
SELECT * FROM pg_temp.try('w');
-- and with rows, some of which pass no filter
INSERT INTO t VALUES (1, 2), (NULL, 9); INSERT INTO u TABLE t; INSERT INTO w TABLE t;
REFRESH MATERIALIZED VIEW everything;
REFRESH MATERIALIZED VIEW groups;
SELECT count(*), count(*) FILTER (WHERE result LIKE '%DIFFERENT%') FROM unnest('{t,u,w}'::text[]) r, pg_temp.try(r);
DELETE FROM w;
SELECT count(*), count(*) FILTER (WHERE result LIKE '%DIFFERENT%') FROM pg_temp.try('w');
SELECT pg_temp.compare('SELECT sum(1), avg(5) FROM w');
DROP SCHEMA empty_constants CASCADE;
