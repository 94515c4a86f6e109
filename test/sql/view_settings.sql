-- Functions that are called IMMUTABLE and look at settings all the same, and
-- domains, whose constraints may change: a view that stores what they return
-- answers nothing.  Were the code wrong, a value formatted under one setting
-- would be shown under another.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA view_settings;
SET search_path = view_settings, public;
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE TABLE ev (f float8, r real, b bytea, i interval, t text, ts timestamptz, p point, k int, d positive);
INSERT INTO ev VALUES (1.0 / 3, 0.1, '\x1234', '1 day 2 hours', 'abc', '2024-03-31 20:00+00', point(0.1, 0.7), 5, 5);
CREATE FUNCTION pg_temp.why(definition text, setting text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE 'CREATE MATERIALIZED VIEW mv AS ' || definition;
    PERFORM set_config(setting, value, true);
    result := pg_temp.compare(definition);
    DROP MATERIALIZED VIEW mv;
    RETURN result;
END $$;
SELECT pg_temp.why('SELECT f::text FROM ev', 'extra_float_digits', '0');
SELECT pg_temp.why('SELECT r::text || t AS x FROM ev', 'extra_float_digits', '0');
SELECT pg_temp.why('SELECT f::text AS x, count(*) FROM ev GROUP BY f::text', 'extra_float_digits', '0');
SELECT pg_temp.why('SELECT p::text FROM ev', 'extra_float_digits', '0');
SELECT pg_temp.why('SELECT b::text FROM ev', 'bytea_output', 'escape');
SELECT pg_temp.why('SELECT i::text FROM ev', 'IntervalStyle', 'iso_8601');
SELECT pg_temp.why('SELECT quote_ident(t) FROM ev', 'quote_all_identifiers', 'on');
SELECT pg_temp.why($q$SELECT ts AT TIME ZONE 'EST' AS x FROM ev$q$, 'timezone_abbreviations', 'Australia');
SELECT pg_temp.why('SELECT ts AT TIME ZONE t AS x FROM ev WHERE k < 0', 'timezone_abbreviations', 'Australia');
SELECT pg_temp.why('SELECT ts::text FROM ev', 'DateStyle', 'German');
SELECT pg_temp.why($q$SELECT to_char(k, '99') FROM ev$q$, 'lc_numeric', 'C');
SELECT pg_temp.why($q$SELECT to_tsvector(t) FROM ev$q$, 'default_text_search_config', 'simple');
SELECT pg_temp.why('SELECT k::positive FROM ev', 'DateStyle', 'German');

-- these do not: the values themselves, and conversions of other kinds
SELECT pg_temp.why('SELECT f, r, b, i, p, ts, d FROM ev', 'bytea_output', 'escape');
SELECT pg_temp.why('SELECT k::text AS a, t::varchar AS b, f::numeric AS c, f::real AS d, k::numeric::text AS e FROM ev', 'extra_float_digits', '0');
SELECT pg_temp.why($q$SELECT ts AT TIME ZONE 'America/New_York' AS x, ts AT TIME ZONE 'UTC' AS y FROM ev$q$, 'timezone_abbreviations', 'Australia');
SELECT pg_temp.why($q$SELECT date_trunc('day', ts AT TIME ZONE 'Asia/Tokyo') AS x, count(*) FROM ev GROUP BY 1$q$, 'TimeZone', 'Asia/Tokyo');
SELECT pg_temp.why($q$SELECT to_tsvector('simple', t) FROM ev$q$, 'default_text_search_config', 'english');

-- a query may format what a view stores, under its own settings
CREATE MATERIALIZED VIEW mv AS SELECT * FROM ev;
SET extra_float_digits = 0;
SET bytea_output = 'escape';
SET quote_all_identifiers = on;
SELECT pg_temp.compare($$SELECT f::text, b::text, quote_ident(t), to_char(k, '99'), k::positive FROM ev WHERE f::text > ''$$);
DROP SCHEMA view_settings CASCADE;
