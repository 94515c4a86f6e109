-- A partition key may call functions of the table's owner.  To tell which rows
-- written through the parent are a partition's, they run as the writer, as core
-- runs them: not as the owner of a view on the partition.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE ROLE regress_door_table;
CREATE ROLE regress_door_view;
CREATE ROLE regress_door_writer;
CREATE SCHEMA door_bounds AUTHORIZATION regress_door_table;
GRANT USAGE, CREATE ON SCHEMA door_bounds TO regress_door_view;
GRANT USAGE ON SCHEMA door_bounds TO regress_door_writer;
SET search_path = door_bounds;
SET ROLE regress_door_table;
CREATE TABLE seen (who text);
GRANT ALL ON seen TO PUBLIC;
CREATE FUNCTION note() RETURNS void LANGUAGE plpgsql AS $$
BEGIN INSERT INTO door_bounds.seen VALUES (current_user); END $$;
CREATE FUNCTION key_of(v int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN PERFORM door_bounds.note(); RETURN v; END $$;
CREATE FUNCTION place_of(v int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN PERFORM door_bounds.note(); RETURN v / 10; END $$;
CREATE TABLE t (a int, b int, v int) PARTITION BY RANGE (key_of(a));
-- another order of columns
CREATE TABLE t1 (v int, gone int, b int, a int) PARTITION BY LIST (place_of(b));
ALTER TABLE t1 DROP COLUMN gone;
ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (10);
CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
CREATE TABLE t11 PARTITION OF t1 FOR VALUES IN (0, NULL);
CREATE TABLE t12 PARTITION OF t1 FOR VALUES IN (1);
GRANT ALL ON t, t1, t2, t11, t12 TO regress_door_view, regress_door_writer;
SET ROLE regress_door_view;
CREATE MATERIALIZED VIEW mv_sums WITH (aqumv.incremental) AS SELECT b, sum(v), max(a), count(*) FROM t11 GROUP BY b;
CREATE MATERIALIZED VIEW mv_rows WITH (aqumv.incremental) AS SELECT a, b, v FROM t1;
CREATE MATERIALIZED VIEW mv_other WITH (aqumv.incremental) AS SELECT b, v FROM t2;
SET ROLE regress_door_writer;
RESET ROLE;
DELETE FROM seen;
CREATE FUNCTION show() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = door_bounds, pg_temp AS $$
    SELECT concat_ws(' / ', (SELECT string_agg(DISTINCT who, ',') FROM seen WHERE who <> 'regress_door_writer'),
        (SELECT count(*) > 0 FROM seen)) $$;
SET ROLE regress_door_writer;
INSERT INTO t SELECT i % 20, i % 20, i FROM generate_series(1, 100) AS i WHERE i % 20 NOT BETWEEN 10 AND 19 OR i % 2 = 0;
INSERT INTO t VALUES (1, 1, 1), (1, NULL, 2), (2, 11, 3), (12, 11, 4);
SELECT show();
INSERT INTO t1 (a, b, v) VALUES (1, 1, 1), (2, 11, 3);
SELECT show();
UPDATE t SET v = v + 1 WHERE a IN (1, 2, 12);
UPDATE t SET b = b + 10 WHERE a = 1 AND b = 1;
UPDATE t SET a = a + 10 WHERE a = 2;
SELECT show();
DELETE FROM t WHERE a IN (3, 13) OR b > 9 AND v % 3 = 0;
SELECT show();
MERGE INTO t USING (VALUES (4), (5), (104)) AS s (x) ON t.a = s.x
    WHEN MATCHED AND s.x = 4 THEN DELETE WHEN MATCHED THEN UPDATE SET v = 0 WHEN NOT MATCHED THEN INSERT VALUES (6, 6, 6);
SELECT show();
BEGIN;
DELETE FROM t11 WHERE a = 6;
TRUNCATE t12;
INSERT INTO t VALUES (1, 11, 1);
SELECT show();
COMMIT;
RESET ROLE;
TABLE differences;
DELETE FROM t WHERE a < 8;
TABLE differences;
SELECT view, usable FROM aqumv.views WHERE view::text ~ '^mv_' AND pg_table_is_visible(view) ORDER BY view::text COLLATE "C";
DROP SCHEMA door_bounds CASCADE;
DROP ROLE regress_door_table, regress_door_view, regress_door_writer;
