-- Planning is bounded: expressions nested 200 deep, of every kind, in every place,
-- over views of rows and of groups, fresh and stale; and conditions of many
-- conjuncts, or of ANDs in ORs in ANDs, on both sides.  What takes exponential
-- time anywhere runs into the timeout.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA deep_expressions;
SET search_path = deep_expressions, public;
CREATE TABLE s (day date, region text, amount int, b bool, n int, x numeric);
INSERT INTO s SELECT date '2024-01-01' + i % 3, 'r' || i % 3, i, i % 2 = 0, i % 7, i % 2 FROM generate_series(1, 20) i;
CREATE MATERIALIZED VIEW g AS SELECT day, region, n, x, count(*) AS c, sum(amount), max(b::int) FROM s GROUP BY 1, 2, 3, 4;
CREATE MATERIALIZED VIEW r AS SELECT day, region, amount, b, n, x FROM s WHERE n >= 0;

CREATE FUNCTION pg_temp.nest(start text, step text, depth int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..depth LOOP
        start := replace(replace(step, '@', start), '#', i::text);
    END LOOP;
    RETURN start;
END $$;

-- plans a query with rewriting on; says if it took longer than it may
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    times float8[] := '{}';
    started timestamptz;
BEGIN
    FOREACH query IN ARRAY ARRAY['off' || query, 'on' || query] LOOP
        PERFORM set_config('enable_answer_query_using_materialized_views', left(query, strpos(query, 'S') - 1), false);
        started := clock_timestamp();
        EXECUTE 'EXPLAIN ' || substr(query, strpos(query, 'S'));
        times := times || extract(epoch FROM clock_timestamp() - started)::float8;
    END LOOP;
    -- ten times what is promised, for slow machines
    RETURN CASE WHEN times[2] < 0.3 + 20 * times[1] THEN 'ok' ELSE format('%s s, %s s without', times[2], times[1]) END;
END $$;

CREATE TABLE kinds (kind text, expr text);
INSERT INTO kinds SELECT kind, pg_temp.nest(start, step, 200) FROM (VALUES
    ('operator', 'region', '(@ || region)'), ('operator to the right', 'region', '(region || @)'), ('sum', 'n', '(@ + n)'),
    ('numeric', 'x', '(@ + x)'), ('function', 'n', 'abs(@)'), ('case', 'n', 'CASE WHEN n > # THEN n ELSE @ END'),
    ('case of', 'region', 'CASE @ WHEN ''#'' THEN ''a'' ELSE region END'), ('coalesce', 'n', 'coalesce(@, n)'), ('nullif', 'n', 'nullif(@, #)'),
    ('in', 'n', '(@ IN (1, #))::int'), ('null', 'n', '((@) IS NULL)'), ('null of key', 'x', '((@) IS NOT NULL)::int'), ('between', 'region', '(region BETWEEN @ AND ''z'')::text'),
    ('distinct', 'n', '(@ IS DISTINCT FROM n)::int'), ('true', '(n > 0)', '(@ IS NOT TRUE)'), ('not', '(n > 0)', '(NOT @)'),
    ('and or', '(n > 0)', '((@ AND n <> 1#) OR n = 2#)'), ('cast', 'n', '@::bigint::int'), ('least', 'n', 'least(@, n)'),
    ('array', 'n', '(ARRAY[@, n])[1]'), ('row', 'n', '(ROW(@, n) < ROW(n, 2))::int'), ('bucket', 'day', 'date_trunc(''day'', @)')) k(kind, start, step);
SET statement_timeout = '15s';
SELECT kind, place, result
  FROM kinds, (VALUES ('output', 'SELECT %s FROM s'), ('group', 'SELECT %s, count(*) FROM s GROUP BY 1'), ('where', 'SELECT count(*) FROM s WHERE (%s) IS NOT NULL'),
                      ('having', 'SELECT region, sum(amount) FROM s GROUP BY day, region, n, x HAVING (%s) IS NOT NULL'),
                      ('filter', 'SELECT count(*) FILTER (WHERE (%s) IS NOT NULL) FROM s'), ('argument', 'SELECT region, count(DISTINCT %s) FROM s GROUP BY 1'),
                      ('order', 'SELECT n FROM s ORDER BY %s')) p(place, query),
       pg_temp.plan(format(query, expr)) AS result
 WHERE result <> 'ok';
SELECT pg_temp.compare(format('SELECT %s, count(*) FROM s GROUP BY 1', expr)) FROM kinds WHERE kind IN ('operator', 'numeric', 'in', 'case', 'null of key');

-- the prover, in both directions
CREATE TABLE conditions (kind text, expr text);
INSERT INTO conditions SELECT 'conjuncts', string_agg(format('n + %s > %s', i, i - 1000), ' AND ') FROM generate_series(1, 300) i;
INSERT INTO conditions SELECT 'alternatives', string_agg(format('(n + %s > 0 OR n < %s)', i, i), ' AND ') FROM generate_series(1, 200) i;
INSERT INTO conditions SELECT 'lists', string_agg(format('n NOT IN (%s, %s) AND n + %s IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)', 10 + i, 20 + i, i % 2), ' AND ') FROM generate_series(1, 100) i;
INSERT INTO conditions SELECT kind, expr FROM kinds WHERE kind = 'and or';
DO $$
DECLARE
    c record;
BEGIN
    FOR c IN SELECT row_number() OVER () AS i, expr FROM conditions LOOP
        EXECUTE format('CREATE MATERIALIZED VIEW c%s AS SELECT amount FROM s WHERE %s', c.i, c.expr);
    END LOOP;
END $$;
SELECT kind, pg_temp.plan('SELECT amount FROM s WHERE ' || expr) FROM conditions;
SELECT kind, pg_temp.plan('SELECT amount FROM s WHERE n = 3 AND (' || replace(expr, '1', '2') || ')') FROM conditions;
SELECT kind, pg_temp.compare('SELECT amount FROM s WHERE ' || expr) FROM conditions;

-- stale views
INSERT INTO s DEFAULT VALUES;
SELECT kind, result FROM kinds, pg_temp.plan(format('SELECT %s, count(*) FROM s GROUP BY 1', expr)) AS result WHERE result <> 'ok';

DROP SCHEMA deep_expressions CASCADE;
