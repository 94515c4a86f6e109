-- SQL/JSON (16, with PASSING 17) makes JSON of values by functions that stand nowhere in
-- the expression: where these depend on settings, or are a user's cast, no view is
-- matched.  On older majors texts stand for it.  Were the code wrong, rows would be
-- those of the settings under which the view was filled.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA expression_json;
SET search_path = expression_json, public;
SET TimeZone = 'UTC';
CREATE TYPE unit AS ENUM ('m', 'kg');
CREATE FUNCTION unit_json(unit) RETURNS json IMMUTABLE LANGUAGE sql AS 'SELECT to_json($1::text)';
CREATE CAST (unit AS json) WITH FUNCTION unit_json(unit);
CREATE TABLE t (id int PRIMARY KEY, j jsonb, ts timestamptz, f float8, b bytea, g int, iv interval, u unit, d date);
INSERT INTO t SELECT i, '{"d": "2024-01-02 10:00:00", "m": "03/02/2024", "i": "1 mon", "n": 5, "a": [1, 2]}',
	timestamptz '2024-01-01 10:00+0', i / 3.0::float8, '\x01', i % 3, '1 day', 'm', date '2024-01-01' FROM generate_series(1, 6) i;
-- shown: the expression, and whether the view is used; never DIFFERENT
CREATE FUNCTION pg_temp.try(expression text, since int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    is_there bool := current_setting('server_version_num')::int >= since * 10000;
    query text := format('SELECT id, (%s)::text FROM t', CASE WHEN is_there THEN expression ELSE 'ts::text' END);
BEGIN
    SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = postgres; SET extra_float_digits = 1; SET bytea_output = hex;
    EXECUTE format('CREATE MATERIALIZED VIEW v AS SELECT id, %s AS e FROM t', CASE WHEN is_there THEN expression ELSE 'ts::text' END);
    SET TimeZone = 'America/New_York'; SET DateStyle = 'SQL, DMY'; SET IntervalStyle = iso_8601; SET extra_float_digits = -3; SET bytea_output = escape;
    result := expression || ': ' || pg_temp.answer(query);
    DROP MATERIALIZED VIEW v;
    RETURN result;
END $$;
SELECT pg_temp.try(e, 17) FROM unnest(ARRAY['JSON_VALUE(j, ''$v'' PASSING ts AS v)', 'JSON_VALUE(j, ''$v'' PASSING iv AS v)',
	'JSON_EXISTS(j, ''$ ? (@.n == $v)'' PASSING d AS v)', 'JSON_VALUE(j, ''$v'' PASSING u AS v)']) e;
SELECT pg_temp.try(e, 16) FROM unnest(ARRAY['JSON_ARRAY(f)', 'JSON_ARRAY(g, b)', 'JSON_OBJECT(''k'': ts)', 'JSON_OBJECT(''k'': iv RETURNING jsonb)', 'JSON_ARRAY(u)']) e;
-- what depends on nothing is matched as ever
CREATE FUNCTION pg_temp.same(expression text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    IF current_setting('server_version_num')::int < 170000 THEN
        expression := 'id + 1';
    END IF;
    EXECUTE format('CREATE MATERIALIZED VIEW v AS SELECT id, %s AS e FROM t', expression);
    result := pg_temp.answer(format('SELECT id, %s FROM t', expression));
    DROP MATERIALIZED VIEW v;
    RETURN result;
END $$;
SELECT pg_temp.same(e) FROM unnest(ARRAY['JSON_VALUE(j, ''$.n'')', 'JSON_VALUE(j, ''$.n'' RETURNING float8)',
	'JSON_VALUE(j, ''$ ? (@.n > $g).n'' PASSING g AS g RETURNING int DEFAULT 7 ON EMPTY)', 'JSON_ARRAY(g, j)']) e;
DROP SCHEMA expression_json CASCADE;
