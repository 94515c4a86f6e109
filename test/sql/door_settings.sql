-- Functions of a view that change settings: those of the writer, of whoever
-- refreshes and of whoever attaches stay as they are; so does the role.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA door_settings;
SET search_path = door_settings;
CREATE FUNCTION spoil(v int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() > 0 OR current_setting('my.spoil', true) = 'on' THEN
        PERFORM set_config('search_path', 'pg_catalog, door_settings', false);
        PERFORM set_config('work_mem', '65', false);
        PERFORM set_config('TimeZone', 'Asia/Tokyo', false);
        PERFORM set_config('my.own', 'spoiled', false);
    END IF;
    RETURN v;
END $$;
CREATE TABLE t (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t2 (k int, v int);
INSERT INTO t2 VALUES (11, 1);
SET TimeZone = 'Europe/Rome';
SET work_mem = '4MB';
SET my.own = 'clean';
CREATE MATERIALIZED VIEW mv_key WITH (aqumv.incremental) AS SELECT spoil(k) AS k, count(*), max(v) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW mv_extreme WITH (aqumv.incremental) AS SELECT k, max(spoil(v)) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW mv_rows WITH (aqumv.incremental) AS SELECT spoil(k) AS k, v FROM t;
CREATE MATERIALIZED VIEW mv_index WITH (aqumv.incremental) AS SELECT k, count(*) FROM t GROUP BY k;
CREATE INDEX ON mv_index (spoil(k));
CREATE FUNCTION settings() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' / ', current_setting('search_path'), current_setting('work_mem'), current_setting('TimeZone'),
                     current_setting('my.own'), current_user = session_user)
$$;
INSERT INTO t SELECT i % 5, i FROM generate_series(1, 20) AS i;
SELECT door_settings.settings();
UPDATE t SET v = v + 1 WHERE k = 2;
SELECT door_settings.settings();
DELETE FROM t WHERE v > 14;
SELECT door_settings.settings();
ALTER TABLE t ATTACH PARTITION t2 FOR VALUES FROM (10) TO (20);
SELECT door_settings.settings();
TRUNCATE t1;
SELECT door_settings.settings();
INSERT INTO t VALUES (3, 3);
TABLE differences;
-- a transaction that goes on
BEGIN;
SET LOCAL work_mem = '5MB';
INSERT INTO t VALUES (4, 4);
SELECT door_settings.settings();
SAVEPOINT a;
INSERT INTO t VALUES (5, 5);
ROLLBACK TO a;
SELECT door_settings.settings();
COMMIT;
SELECT door_settings.settings();
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA door_settings CASCADE;
