-- Casts have no names: a function's text that converts values may mean any of
-- them.  One that comes, goes, or whose function is replaced takes views back that
-- call such functions; and it takes the right to call what it calls.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
CREATE ROLE castch_reader;
CREATE SCHEMA function_cast_changed;
GRANT USAGE ON SCHEMA function_cast_changed TO castch_reader;
SET search_path = function_cast_changed, public;
CREATE TYPE pair AS (a int, b int);
CREATE TABLE t (x pair);
INSERT INTO t VALUES ((1, 2)), ((3, 4));
GRANT SELECT ON t TO castch_reader;
CREATE FUNCTION explicit(x pair) RETURNS text IMMUTABLE LANGUAGE sql SET search_path = function_cast_changed, pg_temp AS 'SELECT x::text';
CREATE FUNCTION assigned(x pair) RETURNS text IMMUTABLE LANGUAGE plpgsql SET search_path = function_cast_changed, pg_temp AS 'DECLARE r text; BEGIN r := x; RETURN r; END';
CREATE FUNCTION as_text(pair) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT 'cast'::text $$;
CREATE MATERIALIZED VIEW rows AS SELECT x, explicit(x) AS e, assigned(x) AS a FROM t;
CREATE MATERIALIZED VIEW groups WITH (aqumv.incremental) AS SELECT explicit(x), count(*) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW others AS SELECT x, (x).a + 1 AS n FROM t;
SELECT view, usable, reason_code FROM aqumv.views WHERE base = 't'::regclass ORDER BY view::text;
CREATE CAST (pair AS text) WITH FUNCTION as_text(pair) AS ASSIGNMENT;
SELECT view, usable, reason_code FROM aqumv.views WHERE base = 't'::regclass ORDER BY view::text;
REFRESH MATERIALIZED VIEW rows;
SELECT view, usable, reason_code FROM aqumv.views WHERE view = 'rows'::regclass;
CREATE OR REPLACE FUNCTION as_text(pair) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT 'other'::text $$;
SELECT view, usable, reason_code FROM aqumv.views WHERE view = 'rows'::regclass;
REFRESH MATERIALIZED VIEW rows;
REVOKE EXECUTE ON FUNCTION as_text(pair) FROM PUBLIC;
SET aqumv.rewrite_mode = force;
SET enable_answer_query_using_materialized_views = on;
SET ROLE castch_reader;
SELECT explicit(x) FROM t;
RESET ROLE;
DROP CAST (pair AS text);
SELECT view, usable, reason_code FROM aqumv.views WHERE view = 'rows'::regclass;
RESET search_path;
DROP SCHEMA function_cast_changed CASCADE;
DROP ROLE castch_reader;
