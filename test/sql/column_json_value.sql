-- From PostgreSQL 17 on, JSON_VALUE makes a value of a type from its text, by
-- functions that no expression mentions: those of dates look at settings, those of
-- domains call what users have written.  Elsewhere the views say the same in
-- other words.
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
CREATE TABLE t (id int, d jsonb);
GRANT SELECT, INSERT, TRIGGER ON t TO PUBLIC;
INSERT INTO t VALUES (1, '{"at": "2024-01-02 03:00:00", "on": "01/02/2024", "n": 1}');
CREATE FUNCTION pg_temp.value(path text, type text) RETURNS text LANGUAGE sql AS $$
SELECT CASE WHEN current_setting('server_version_num')::int >= 170000
       THEN format('json_value(d, ''$.%s'' RETURNING %s ERROR ON ERROR)', path, type)
       ELSE format('(d ->> ''%s'')::%s', path, type) END $$;
CREATE PROCEDURE pg_temp.make(name text, path text, type text, options text DEFAULT '') LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE MATERIALIZED VIEW %I %s AS SELECT id, %s AS x FROM t', name, options, pg_temp.value(path, type));
EXCEPTION WHEN feature_not_supported THEN
    RAISE WARNING '% is refused', name;
END $$;

-- settings
CALL pg_temp.make('mv_timestamptz', 'at', 'timestamptz');
CALL pg_temp.make('mv_date', 'on', 'date');
CALL pg_temp.make('mv_int', 'n', 'int');
SELECT view, usable, reason_code FROM aqumv.views ORDER BY view::text;
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'ISO, DMY';
SELECT pg_temp.compare(format('SELECT id, %s FROM t', pg_temp.value('at', 'timestamptz')));
SELECT pg_temp.compare(format('SELECT id, %s FROM t', pg_temp.value('on', 'date')));
SELECT pg_temp.compare(format('SELECT id, %s FROM t', pg_temp.value('n', 'int')));
RESET TimeZone;
RESET DateStyle;

-- domains
SET ROLE regress_json_owner;
CREATE FUNCTION small(int) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 < 100; END';
CREATE DOMAIN small_int AS int CHECK (json_owner.small(VALUE));
CALL pg_temp.make('kept', 'n', 'small_int', 'WITH (aqumv.incremental)');
-- such an expression in an index of the view
CREATE MATERIALIZED VIEW kept WITH (aqumv.incremental) AS SELECT id, d FROM t;
DO $$
BEGIN
    EXECUTE CASE WHEN current_setting('server_version_num')::int >= 170000
        THEN format('CREATE INDEX ON kept ((%s))', pg_temp.value('n', 'small_int'))
        ELSE 'CREATE INDEX ON kept (json_owner.small((d ->> ''n'')::int))' END;
END $$;
RESET ROLE;
SET ROLE regress_json_writer;
CREATE FUNCTION json_writer.less(int, int) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN RAISE WARNING 'the writer''s function runs as %', current_user; RETURN true; END $$;
CREATE OPERATOR json_writer.< (leftarg = int, rightarg = int, function = json_writer.less);
SET search_path = json_writer, pg_catalog;
INSERT INTO json_owner.t VALUES (2, '{"n": 2}');
RESET ROLE;
SET search_path = json_owner, public;
TABLE differences;
DROP SCHEMA json_owner, json_writer CASCADE;
DROP ROLE regress_json_owner, regress_json_writer;
