-- Functions of a view that change the view, or what it is computed from, while it
-- is being computed: refused, whatever the detour.  Else a delta would be counted
-- twice, and memory that is in use be freed.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA door_reentry;
SET search_path = door_reentry;
CREATE TABLE t (k int, x int);
CREATE TABLE other (k int, x int);
CREATE TABLE todo (command text);
-- runs what the session has asked for, once
CREATE FUNCTION act() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    command text := current_setting('my.command', true);
BEGIN
    IF command <> '' THEN
        PERFORM set_config('my.command', '', true);
        EXECUTE command;
    END IF;
END $$;
CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN PERFORM door_reentry.act(); RETURN $1; END $$;
CREATE MATERIALIZED VIEW mv WITH (aqumv.incremental) AS
    SELECT f(k) AS g, count(*), sum(x), max(x) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW mv_second WITH (aqumv.incremental) AS SELECT k, count(*) AS n FROM t GROUP BY k;
CREATE MATERIALIZED VIEW mv_other WITH (aqumv.incremental) AS SELECT f(k) AS g, sum(x) FROM other GROUP BY 1;
CREATE MATERIALIZED VIEW mv_manual AS SELECT f(k) AS g, sum(x) FROM other GROUP BY 1;
INSERT INTO t SELECT i, i FROM generate_series(1, 20) AS i;
CREATE FUNCTION try(statement text, command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
BEGIN
    PERFORM set_config('my.command', command, true);
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN object_in_use THEN
    RETURN sqlstate;
END $$;
\pset format unaligned
\pset tuples_only on
-- the base, in all ways
SELECT command, try(statement, command) FROM
    (VALUES ('INSERT INTO t VALUES (1, 1)'), ('DELETE FROM t WHERE k = 15'), ('UPDATE t SET k = k + 1 WHERE x = 7')) AS s (statement),
    (VALUES ('INSERT INTO door_reentry.t VALUES (11, -1)'), ('DELETE FROM door_reentry.t WHERE x = 3'),
        ('UPDATE door_reentry.t SET x = 0 WHERE x = 4'), ('TRUNCATE door_reentry.t'),
        ('REFRESH MATERIALIZED VIEW door_reentry.mv'), ('REFRESH MATERIALIZED VIEW CONCURRENTLY door_reentry.mv'),
        ('REFRESH MATERIALIZED VIEW door_reentry.mv WITH NO DATA'),
        -- it would read what it is going to be told of
        ('REFRESH MATERIALIZED VIEW door_reentry.mv_second'),
        ('ALTER MATERIALIZED VIEW door_reentry.mv SET (fillfactor = 70)'),
        ('ALTER MATERIALIZED VIEW door_reentry.mv RESET (aqumv.maintenance)'),
        ('CLUSTER door_reentry.mv USING mv_aqumv_maintenance_idx'),
        ('CREATE INDEX ON door_reentry.mv (sum)'),
        ('DROP MATERIALIZED VIEW door_reentry.mv'),
        ('ALTER TABLE door_reentry.t ADD COLUMN z int')) AS c (command);
SELECT try('INSERT INTO t VALUES (30, 30)', 'REINDEX TABLE door_reentry.mv');
TABLE differences;
SET my.command = 'REFRESH MATERIALIZED VIEW door_reentry.mv';
\set VERBOSITY terse
INSERT INTO t VALUES (30, 30);
\set VERBOSITY default
RESET my.command;
-- the statements that fill it
SELECT command, try('REFRESH MATERIALIZED VIEW mv', command) FROM
    (VALUES ('INSERT INTO door_reentry.t VALUES (11, -1)'), ('REFRESH MATERIALIZED VIEW door_reentry.mv'),
        ('REFRESH MATERIALIZED VIEW door_reentry.mv_second')) AS c (command);
SELECT command, try('CREATE MATERIALIZED VIEW mv_new WITH (aqumv.incremental) AS SELECT f(k) AS g, count(*) FROM t GROUP BY 1', command) FROM
    (VALUES ('INSERT INTO door_reentry.t VALUES (11, -1)'), ('DELETE FROM door_reentry.t')) AS c (command);
SELECT command, try('TRUNCATE other; INSERT INTO other VALUES (1, 1)', command) FROM
    (VALUES ('INSERT INTO door_reentry.other VALUES (11, -1)')) AS c (command);
-- by way of another view, and back
SELECT try('INSERT INTO t VALUES (2, 2)', 'SELECT set_config(''my.command'', ''INSERT INTO door_reentry.t VALUES (3, 3)'', true);
    INSERT INTO door_reentry.other VALUES (1, 1)');
TABLE differences;
-- what touches neither is the function's own business
SELECT try('INSERT INTO t VALUES (2, 2)', 'INSERT INTO door_reentry.todo VALUES (''x'')');
SELECT try('INSERT INTO t VALUES (2, 2)', 'INSERT INTO door_reentry.other VALUES (1, 1)');
SELECT try('INSERT INTO t VALUES (2, 2)', 'REFRESH MATERIALIZED VIEW door_reentry.mv_manual');
TABLE differences;
-- an index of the view
CREATE INDEX ON mv_second (f(k));
SELECT try('INSERT INTO t VALUES (200, 2)', 'INSERT INTO door_reentry.t VALUES (3, 3)');
SELECT try('REFRESH MATERIALIZED VIEW mv_second', 'INSERT INTO door_reentry.t VALUES (3, 3)');
-- an error that is caught leaves nothing at work
CREATE FUNCTION caught(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    PERFORM door_reentry.act();
    RETURN $1;
EXCEPTION WHEN object_in_use THEN
    RETURN $1;
END $$;
CREATE MATERIALIZED VIEW mv_caught WITH (aqumv.incremental) AS SELECT caught(k) AS g, count(*) FROM t GROUP BY 1;
SELECT try('INSERT INTO t VALUES (2, 2)', '');
DROP INDEX mv_second_f_idx;
DROP MATERIALIZED VIEW mv;
SET my.command = 'INSERT INTO door_reentry.t VALUES (3, 3)';
INSERT INTO t VALUES (7, 7);
INSERT INTO t VALUES (8, 8);
TABLE differences;
-- event triggers of the statement that fills a view may write its base
CREATE FUNCTION note_command() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO door_reentry.t VALUES (1000, 1); END $$;
CREATE EVENT TRIGGER door_reentry_note ON ddl_command_end
    WHEN TAG IN ('REFRESH MATERIALIZED VIEW', 'CREATE MATERIALIZED VIEW') EXECUTE FUNCTION note_command();
REFRESH MATERIALIZED VIEW mv_second;
CREATE MATERIALIZED VIEW mv_last WITH (aqumv.incremental) AS SELECT k, sum(x) FROM t GROUP BY k;
DROP EVENT TRIGGER door_reentry_note;
TABLE differences;
SELECT view, usable FROM aqumv.views WHERE maintenance = 'immediate' AND pg_table_is_visible(view) ORDER BY view::text;
INSERT INTO t VALUES (1000, 1);
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA door_reentry CASCADE;
