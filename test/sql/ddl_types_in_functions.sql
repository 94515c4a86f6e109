-- What a function does hangs on the types that its text names, and on the
-- constraints of domains: when these change, views that call it are passed by.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_types_in_functions;
SET search_path = ddl_types_in_functions;
\set VERBOSITY terse
CREATE TYPE pair AS (a int, b int);
CREATE TABLE other (a int);
CREATE DOMAIN small AS int;
CREATE FUNCTION whole(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE SET search_path = ddl_types_in_functions, pg_temp
    AS 'DECLARE q Pair; BEGIN q.a := $1; q.b := 1; RETURN q IS NOT NULL; END';
CREATE FUNCTION caller(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE SET search_path = ddl_types_in_functions, pg_temp
    AS 'BEGIN RETURN whole($1); END';
CREATE FUNCTION half(int) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = ddl_types_in_functions, pg_temp
    AS 'DECLARE q other.a%TYPE; BEGIN q := $1; RETURN q / 2; END';
CREATE FUNCTION checked(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1::small + 0;
CREATE TABLE t (id int);
INSERT INTO t SELECT i FROM generate_series(1, 6) AS i;
CREATE TABLE u (id int, s small);
INSERT INTO u SELECT i, i FROM generate_series(1, 6) AS i;
CREATE MATERIALIZED VIEW by_caller WITH (aqumv.incremental) AS SELECT caller(id) AS n, count(*) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW by_half AS SELECT half(id) AS h, count(*) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW by_checked WITH (aqumv.incremental) AS SELECT checked(id) AS c, count(*) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW by_small AS SELECT s, count(*) FROM u GROUP BY s;
CREATE FUNCTION pg_temp.all() RETURNS TABLE (query text, answer text) LANGUAGE sql AS $$
    SELECT q, pg_temp.answer(q) FROM unnest(ARRAY[
        'SELECT caller(id), count(*) FROM t GROUP BY 1', 'SELECT half(id), count(*) FROM t GROUP BY 1',
        'SELECT checked(id), count(*) FROM t GROUP BY 1', 'SELECT s, count(*) FROM u GROUP BY s']) AS q $$;
SELECT * FROM pg_temp.all();
ALTER TYPE pair ADD ATTRIBUTE c int;
SELECT * FROM pg_temp.all();
REFRESH MATERIALIZED VIEW by_half;
ALTER TABLE other ALTER COLUMN a TYPE numeric;
SELECT * FROM pg_temp.all();
ALTER DOMAIN small ADD CHECK (value < 5) NOT VALID;
SELECT * FROM pg_temp.all();
DELETE FROM t WHERE id = 6;
INSERT INTO t VALUES (7);

SET client_min_messages = warning;
DROP SCHEMA ddl_types_in_functions CASCADE;
