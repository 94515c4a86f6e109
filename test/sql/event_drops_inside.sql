-- An event trigger drops the view, or its table, inside of the statement that makes
-- it or fills it.  What is gone is gone; nothing is left behind, and no error.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA event_drops_inside;
SET search_path = event_drops_inside;
SET client_min_messages = warning;
CREATE TABLE t (k int, x text);
INSERT INTO t SELECT i % 5, 'a' || i FROM generate_series(1, 50) AS i;
CREATE TABLE t2 AS TABLE t;
CREATE FUNCTION drop_them() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tg_tag = current_setting('drops.tag', true) THEN
        EXECUTE current_setting('drops.statement');
    END IF;
END $$;
CREATE EVENT TRIGGER aaa ON ddl_command_end EXECUTE FUNCTION drop_them();
SET drops.tag = 'CREATE MATERIALIZED VIEW';
SET drops.statement = 'DROP MATERIALIZED VIEW v';
CREATE MATERIALIZED VIEW v AS SELECT k, x FROM t;
CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT k, x FROM t;
CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT k, count(*) FROM t GROUP BY k;
SET drops.statement = 'DROP TABLE t2 CASCADE';
CREATE MATERIALIZED VIEW v2 WITH (aqumv.incremental) AS SELECT k, x FROM t2;
RESET drops.tag;
CREATE TABLE t2 AS TABLE t;
CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT k, x FROM t;
CREATE MATERIALIZED VIEW v2 AS SELECT k, x FROM t2;
SET drops.tag = 'REFRESH MATERIALIZED VIEW';
SET drops.statement = 'DROP MATERIALIZED VIEW v';
REFRESH MATERIALIZED VIEW v;
SET drops.statement = 'DROP TABLE t2 CASCADE';
REFRESH MATERIALIZED VIEW v2;
DROP EVENT TRIGGER aaa;
INSERT INTO t VALUES (1, 'b');
SELECT * FROM pg_temp.state();
SELECT relname FROM pg_class WHERE relnamespace = 'event_drops_inside'::regnamespace ORDER BY 1;
DROP SCHEMA event_drops_inside CASCADE;
