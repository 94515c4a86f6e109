-- The state that a user's aggregate begins with is kept as text and read under
-- the settings of whoever calls it, and a function that returns a domain checks
-- constraints, which may change: views that store such values answer nothing.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA aggregate_initial;
SET search_path = aggregate_initial, public;
CREATE TABLE t (k int, d date, ts timestamptz, n numeric);
INSERT INTO t VALUES (1, '2020-01-01', '2020-01-01 00:00+00', 1.5), (1, '2020-01-02', '2020-01-02 00:00+00', 2);
CREATE AGGREGATE later(date) (SFUNC = date_larger, STYPE = date, INITCOND = '01/02/2024');
CREATE AGGREGATE later(timestamptz) (SFUNC = timestamptz_larger, STYPE = timestamptz, INITCOND = '2024-01-01');
CREATE AGGREGATE total(numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '0');
CREATE AGGREGATE collected(date) (SFUNC = array_append, STYPE = date[], INITCOND = '{}');
CREATE AGGREGATE collected_from(date) (SFUNC = array_append, STYPE = date[], INITCOND = '{01/02/2024}');
CREATE MATERIALIZED VIEW mv AS SELECT k, later(d) AS a FROM t GROUP BY k;
CREATE MATERIALIZED VIEW mv2 AS SELECT k, later(ts) AS a FROM t GROUP BY k;
CREATE MATERIALIZED VIEW mv3 AS SELECT k, collected_from(d) AS a FROM t GROUP BY k;
SET DateStyle = 'ISO, DMY';
SET TimeZone = 'Asia/Tokyo';
SELECT pg_temp.compare('SELECT k, later(d) FROM t GROUP BY k');
SELECT pg_temp.compare('SELECT k, later(ts) FROM t GROUP BY k');
SELECT pg_temp.compare('SELECT k, collected_from(d) FROM t GROUP BY k');
-- numbers, and arrays that begin empty, are the same for everybody
CREATE MATERIALIZED VIEW mv4 AS SELECT k, total(n), collected(d) FROM t GROUP BY k;
SELECT pg_temp.compare('SELECT k, total(n), collected(d) FROM t GROUP BY k');

CREATE DOMAIN small AS int CHECK (value < 10);
CREATE FUNCTION shrink(int) RETURNS small IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE MATERIALIZED VIEW mv5 AS SELECT shrink(k) AS s FROM t;
ALTER DOMAIN small ADD CONSTRAINT none CHECK (value < 0) NOT VALID;
SELECT pg_temp.compare('SELECT shrink(k) FROM t');
DROP SCHEMA aggregate_initial CASCADE;
