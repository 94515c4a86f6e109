-- While a view is filled or maintained PL/pgSQL does not pass over ASSERT: others
-- would be answered who get an error from the table.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\set VERBOSITY terse
CREATE SCHEMA door_asserts;
SET search_path = door_asserts;
CREATE TABLE t (k int);
INSERT INTO t SELECT generate_series(1, 5);
CREATE FUNCTION small(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN ASSERT $1 < 5, 'too large'; RETURN $1; END $$;
SET plpgsql.check_asserts = off;
CREATE MATERIALIZED VIEW v AS SELECT k, small(k) FROM t;
RESET plpgsql.check_asserts;
SELECT pg_temp.answer('SELECT small(k) FROM t');
DELETE FROM t WHERE k = 5;
SET plpgsql.check_asserts = off;
CREATE MATERIALIZED VIEW v AS SELECT k, small(k) FROM t;
RESET plpgsql.check_asserts;
CREATE MATERIALIZED VIEW i WITH (aqumv.incremental) AS SELECT small(k) AS s, count(*) FROM t GROUP BY 1;
SET plpgsql.check_asserts = off;
INSERT INTO t VALUES (6);
SHOW plpgsql.check_asserts;
INSERT INTO t VALUES (4);
RESET plpgsql.check_asserts;
REFRESH MATERIALIZED VIEW v;
SELECT view, usable, reason_code FROM aqumv.views WHERE view IN ('v'::regclass, 'i'::regclass) ORDER BY view::text;
TABLE i ORDER BY s;
SET client_min_messages = warning;
DROP SCHEMA door_asserts CASCADE;
