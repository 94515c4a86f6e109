-- What pins a function's search_path: not "$user", no schema where the view's
-- owner creates what he likes, no temporary types before others.  Who filled a
-- view chose the path, whoever owns it now.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE ROLE forged_mallory;
CREATE ROLE forged_victim;
CREATE SCHEMA forged;
GRANT ALL ON SCHEMA forged TO forged_victim;
GRANT USAGE ON SCHEMA forged TO forged_mallory;
CREATE SCHEMA forged_mallory AUTHORIZATION forged_mallory;
GRANT USAGE ON SCHEMA forged_mallory TO forged_victim;
SET ROLE forged_victim;
CREATE TABLE forged.t (a text);
INSERT INTO forged.t VALUES ('Xy'), ('Z');
GRANT SELECT, TRIGGER ON forged.t TO forged_mallory;
CREATE FUNCTION forged.low(text) RETURNS text IMMUTABLE LANGUAGE sql RETURN lower($1);
SET check_function_bodies = off;
CREATE FUNCTION forged.f1(text) RETURNS text IMMUTABLE LANGUAGE plpgsql SET search_path = "$user", forged, pg_temp AS 'BEGIN RETURN low($1); END';
CREATE FUNCTION forged.f2(text) RETURNS text IMMUTABLE LANGUAGE plpgsql SET search_path = forged AS 'BEGIN RETURN low($1::text); END';
CREATE FUNCTION forged.f3(text) RETURNS text IMMUTABLE LANGUAGE plpgsql SET search_path = pg_temp, forged AS 'BEGIN RETURN low($1::text); END';
CREATE FUNCTION forged.f4(text) RETURNS text IMMUTABLE LANGUAGE plpgsql SET search_path = forged_mallory, forged, pg_temp AS 'BEGIN RETURN low($1); END';
CREATE FUNCTION forged.f5(text) RETURNS text IMMUTABLE LANGUAGE plpgsql SET search_path = '' AS 'BEGIN RETURN forged.low($1::text); END';
CREATE FUNCTION forged.f6(text) RETURNS text IMMUTABLE LANGUAGE plpgsql SET search_path = pg_catalog, forged, pg_temp AS 'BEGIN RETURN low($1::text); END';
CREATE FUNCTION forged.inner7(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN low($1); END';
CREATE FUNCTION forged.f7(text) RETURNS text IMMUTABLE LANGUAGE sql RETURN forged.inner7($1);
CREATE FUNCTION forged.f8(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN low($1); END';

SET ROLE forged_mallory;
CREATE FUNCTION forged_mallory.low(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT 'forged'::pg_catalog.text$$;
CREATE DOMAIN pg_temp.text AS varchar(1);
SET search_path = forged_mallory, forged;
SELECT format('CREATE MATERIALIZED VIEW forged_mallory.v%s AS SELECT forged.f%s(a) AS n FROM forged.t', i, i) FROM generate_series(1, 8) i \gexec
RESET ROLE;
DROP DOMAIN pg_temp.text;
SET search_path = forged, public;
SELECT view, usable, reason_code FROM aqumv.views WHERE view::text LIKE 'forged%' ORDER BY view;
-- pinned later; another owner, and back
ALTER FUNCTION inner7(text) SET search_path = pg_catalog, forged, pg_temp;
ALTER MATERIALIZED VIEW forged_mallory.v8 OWNER TO CURRENT_USER;
SELECT view, usable, reason_code FROM aqumv.views WHERE view::text LIKE 'forged%' AND view::text ~ '[78]$' ORDER BY view;
SELECT pg_temp.compare(format('SELECT f%s(a) FROM t', i)) FROM generate_series(1, 8) i;
REFRESH MATERIALIZED VIEW forged_mallory.v7;
REFRESH MATERIALIZED VIEW forged_mallory.v8;
SELECT view, usable, reason_code FROM aqumv.views WHERE view::text LIKE 'forged%' AND view::text ~ '[78]$' ORDER BY view;
SELECT pg_temp.compare(format('SELECT f%s(a) FROM t', i)) FROM generate_series(7, 8) i;
SET client_min_messages = warning;
DROP SCHEMA forged_mallory, forged CASCADE;
DROP ROLE forged_mallory, forged_victim;
