-- An immediate view is filled under the search_path that it is maintained under,
-- whatever that of the session: what is computed later is what was filled in.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE SCHEMA door_path;
CREATE SCHEMA door_path_first;
SET search_path = door_path_first, pg_catalog, door_path;
CREATE FUNCTION door_path_first.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT 'another'::text$$;
CREATE FUNCTION door_path.low(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN lower($1); END';
CREATE FUNCTION door_path.inlined(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';
CREATE TABLE door_path.t (k int, a text);
INSERT INTO t VALUES (1, 'Xy'), (2, 'Z'), (3, 'Z');
-- created, filled later, explained: each is where it should be
CREATE MATERIALIZED VIEW door_path.v1 WITH (aqumv.incremental) AS SELECT k, low(a) AS n FROM t;
CREATE MATERIALIZED VIEW v2 WITH (aqumv.incremental) AS SELECT inlined(a) AS n, count(*) FROM t GROUP BY inlined(a) WITH NO DATA;
REFRESH MATERIALIZED VIEW v2;
CREATE FUNCTION explained(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'EXPLAIN ANALYZE ' || statement;
END $$;
SELECT explained('CREATE MATERIALIZED VIEW v3 WITH (aqumv.incremental) AS SELECT low(a) AS n, count(*) FROM t GROUP BY low(a)');
REFRESH MATERIALIZED VIEW CONCURRENTLY v2;
SELECT current_setting('search_path');
SELECT view, usable, reason_code FROM aqumv.views ORDER BY view::text COLLATE "C";
SELECT k, n FROM door_path.v1 ORDER BY k;
SELECT n FROM v2 UNION ALL SELECT n FROM v3 ORDER BY n;
-- so these find the rows that they change
UPDATE t SET k = k + 10 WHERE k < 3;
DELETE FROM t WHERE k = 3;
INSERT INTO t VALUES (4, 'Xy');
SET search_path = door_path, door_path_first, public;
TABLE differences;
-- event triggers see the session's own
CREATE FUNCTION shows() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE WARNING '% under %', tg_tag, current_setting('search_path'); END$$;
CREATE EVENT TRIGGER door_path_shows ON ddl_command_end EXECUTE FUNCTION shows();
CREATE EVENT TRIGGER door_path_begins ON ddl_command_start EXECUTE FUNCTION shows();
CREATE MATERIALIZED VIEW v4 WITH (aqumv.incremental) AS SELECT k, low(a) AS n FROM t WHERE k > 5;
REFRESH MATERIALIZED VIEW v4;
DROP EVENT TRIGGER door_path_shows;
DROP EVENT TRIGGER door_path_begins;
-- what maintenance would not find is not found at once
CREATE FUNCTION helper(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION helped(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN helper($1); END';
\set VERBOSITY sqlstate
CREATE MATERIALIZED VIEW v5 WITH (aqumv.incremental) AS SELECT helped(a) AS n FROM t;
\set VERBOSITY default
INSERT INTO t VALUES (7, 'Q');
TABLE differences;
DROP SCHEMA door_path, door_path_first CASCADE;
