-- From PostgreSQL 16 on, JSON_ARRAY makes texts of values by functions that no
-- expression mentions: those of numbers look at settings, and a user's cast may
-- stand for an enum.  Elsewhere the views say the same in other words.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE ROLE regress_json_owner;
CREATE ROLE regress_json_writer;
CREATE SCHEMA json_owner AUTHORIZATION regress_json_owner;
CREATE SCHEMA json_writer AUTHORIZATION regress_json_writer;
GRANT USAGE ON SCHEMA json_owner TO PUBLIC;
SET search_path = json_owner, public;
SET ROLE regress_json_owner;
CREATE TYPE answer AS ENUM ('yes', 'no');
CREATE FUNCTION json_of(answer) RETURNS json IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN RETURN CASE WHEN 1 < 2 THEN '1' ELSE '2' END; END $$;
CREATE CAST (answer AS json) WITH FUNCTION json_of(answer);
CREATE TABLE t (id int, x float8, y interval, e answer);
GRANT SELECT, INSERT ON t TO PUBLIC;
INSERT INTO t VALUES (1, 0.1::float8 + 0.2, '1 day', 'yes');
CREATE FUNCTION pg_temp.json(what text) RETURNS text LANGUAGE sql AS $$
SELECT CASE WHEN current_setting('server_version_num')::int >= 160000
       THEN format('json_array(%s)::text', what)
       ELSE format('''['' || to_json(%s) || '']''', what) END $$;
CREATE PROCEDURE pg_temp.make(name text, what text, options text DEFAULT '') LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE MATERIALIZED VIEW %I %s AS SELECT id, %s AS j FROM t', name, options, pg_temp.json(what));
EXCEPTION WHEN feature_not_supported THEN
    RAISE WARNING '% is refused', name;
END $$;
CALL pg_temp.make('mv_float', 'x');
CALL pg_temp.make('mv_interval', 'y');
CALL pg_temp.make('mv_enum', 'e');
CALL pg_temp.make('kept', 'e', 'WITH (aqumv.incremental)');
SELECT view, usable, reason_code FROM aqumv.views ORDER BY view::text;
SET extra_float_digits = 0;
SET IntervalStyle = 'iso_8601';
SELECT pg_temp.compare(format('SELECT id, %s FROM t', pg_temp.json('x')));
SELECT pg_temp.compare(format('SELECT id, %s FROM t', pg_temp.json('y')));
CREATE OR REPLACE FUNCTION json_of(answer) RETURNS json IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN RETURN CASE WHEN 1 < 2 THEN '3' ELSE '4' END; END $$;
SELECT pg_temp.compare(format('SELECT id, %s FROM t', pg_temp.json('e')));
-- such an expression in an index of the view
CREATE MATERIALIZED VIEW kept WITH (aqumv.incremental) AS SELECT id, e FROM t;
DO $$
BEGIN
    EXECUTE CASE WHEN current_setting('server_version_num')::int >= 160000
        THEN 'CREATE INDEX ON kept ((json_array(e)::text))'
        ELSE 'CREATE INDEX ON kept ((json_owner.json_of(e)::text))' END;
END $$;
SET ROLE regress_json_writer;
CREATE FUNCTION json_writer.less(int, int) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN RAISE WARNING 'the writer''s function runs as %', current_user; RETURN true; END $$;
CREATE OPERATOR json_writer.< (leftarg = int, rightarg = int, function = json_writer.less);
SET search_path = json_writer, pg_catalog;
INSERT INTO json_owner.t VALUES (2, 1, '1 day', 'no');
RESET ROLE;
SET search_path = json_owner, public;
TABLE differences;
DROP SCHEMA json_owner, json_writer CASCADE;
DROP FUNCTION pg_temp.json(text);
DROP PROCEDURE pg_temp.make(text, text, text);
DROP ROLE regress_json_owner, regress_json_writer;
