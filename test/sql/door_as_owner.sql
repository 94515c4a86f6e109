-- As whom are the pieces of a view evaluated?  As its owner, under security
-- restrictions, with a search_path that the writer cannot choose and settings
-- that are put back: for every kind of write, and whatever computes the view.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE ROLE regress_door_owner;
CREATE ROLE regress_door_writer;
CREATE SCHEMA door AUTHORIZATION regress_door_owner;
GRANT USAGE ON SCHEMA door TO regress_door_writer;
SET ROLE regress_door_owner;
SET search_path = door;
-- notes what surrounds whoever calls it
CREATE TABLE seen (place text, who text, path text, restricted text);
CREATE FUNCTION see(place text, path text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    restricted text := 'no';
BEGIN
    BEGIN
        EXECUTE 'CREATE TEMP TABLE left_behind ()';
        EXECUTE 'DROP TABLE pg_temp.left_behind';
    EXCEPTION WHEN insufficient_privilege THEN
        restricted := 'yes';
    END;
    BEGIN
        PERFORM pg_catalog.set_config('role', 'none', true);
        RAISE division_by_zero;
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    WHEN division_by_zero THEN
        restricted := restricted || ', roles can be set';
    END;
    INSERT INTO door.seen VALUES (place, current_user, path, restricted);
END $$;
CREATE FUNCTION key(v int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN PERFORM door.see('key', current_setting('search_path')); RETURN v; END $$;
CREATE FUNCTION extreme(v int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN PERFORM door.see('extreme', current_setting('search_path')); RETURN v; END $$;
CREATE FUNCTION enough(v bigint) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN PERFORM door.see('having', current_setting('search_path')); RETURN v > 0; END $$;
CREATE FUNCTION entry(v int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN PERFORM door.see('index', current_setting('search_path')); RETURN v; END $$;
CREATE TABLE t (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
CREATE TABLE t3 (k int, v int);
INSERT INTO t3 VALUES (21, 1);
CREATE MATERIALIZED VIEW mv WITH (aqumv.incremental) AS
    SELECT key(k) AS k, count(*) AS n, max(extreme(v)) AS m FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW mv_having WITH (aqumv.incremental) AS
    SELECT k, count(*) AS n FROM t GROUP BY k HAVING enough(count(*));
CREATE MATERIALIZED VIEW mv_index WITH (aqumv.incremental) AS SELECT k, v FROM t;
CREATE INDEX ON mv_index (entry(k)) WHERE entry(v) > 0;
GRANT INSERT, UPDATE, DELETE, SELECT, TRUNCATE ON t, t1, t2 TO regress_door_writer;
GRANT SELECT, DELETE ON seen TO regress_door_writer;
CREATE VIEW told AS SELECT DISTINCT place, who, path, restricted FROM seen ORDER BY 1, 2, 3, 4;
GRANT SELECT ON told TO regress_door_writer;
DELETE FROM seen;
RESET ROLE;
-- a schema of the writer's stands before all others
CREATE SCHEMA door_writer AUTHORIZATION regress_door_writer;
SET ROLE regress_door_writer;
SET search_path = door_writer, pg_catalog;
INSERT INTO door.t VALUES (1, 1), (1, 2), (11, 3);
TABLE door.told;
DELETE FROM door.seen;
UPDATE door.t SET v = 4 WHERE v = 1;
TABLE door.told;
DELETE FROM door.seen;
-- the extreme goes: it is looked up
DELETE FROM door.t WHERE v = 4;
TABLE door.told;
DELETE FROM door.seen;
-- several at once: groups are computed again
INSERT INTO door.t1 SELECT i % 3, i FROM generate_series(1, 9) AS i;
DELETE FROM door.seen;
DELETE FROM door.t1 WHERE v > 4;
TABLE door.told;
DELETE FROM door.seen;
-- all of it is computed again
TRUNCATE door.t1;
TABLE door.told;
DELETE FROM door.seen;
SHOW search_path;
SELECT current_user;
RESET ROLE;
SET search_path = door_writer, pg_catalog;
ALTER TABLE door.t ATTACH PARTITION door.t3 FOR VALUES FROM (20) TO (30);
TABLE door.told;
DELETE FROM door.seen;
SHOW search_path;
SELECT current_user;
SET search_path = door;
TABLE differences;
DROP SCHEMA door, door_writer CASCADE;
DROP ROLE regress_door_owner, regress_door_writer;
