-- The same for views of rows, for the view's one row, for changes that are put
-- off until other statements end, and for views computed anew.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_index_objects_rows;
SET search_path = incremental_index_objects_rows;
\set VERBOSITY terse
CREATE VIEW stands AS SELECT view, usable FROM aqumv.views ORDER BY view::text;
CREATE TABLE t (id int, x text);
CREATE MATERIALIZED VIEW mv_hash WITH (aqumv.incremental) AS SELECT id, x FROM t;
CREATE MATERIALIZED VIEW mv_all WITH (aqumv.incremental) AS SELECT count(*), max(x) FROM t;
CREATE UNIQUE INDEX ON mv_hash (id);
CREATE INDEX ON mv_all ((1 / (count - 4)));
INSERT INTO t VALUES (1, 'a'), (2, 'b');
TABLE differences;
INSERT INTO t SELECT i, 'c' FROM generate_series(3, 7) AS i;
INSERT INTO t VALUES (1, 'd');
TABLE stands;
DELETE FROM t WHERE id IN (3, 4, 5, 6);
TABLE stands;
DELETE FROM t WHERE id = 1;
SELECT count(*) FROM t;
REFRESH MATERIALIZED VIEW mv_hash;
REFRESH MATERIALIZED VIEW mv_all;
INSERT INTO t VALUES (8, 'e'), (9, 'e');
TABLE differences;
-- TRUNCATE and partitions that come compute the view anew
CREATE TABLE p (k int, x int) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 (k int, x int);
INSERT INTO p1 VALUES (1, 1);
INSERT INTO p2 VALUES (2, 1);
CREATE MATERIALIZED VIEW mv_p WITH (aqumv.incremental) AS SELECT k, sum(x) FROM p GROUP BY k;
CREATE UNIQUE INDEX mv_p_sum ON mv_p (sum);
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);
SELECT usable FROM stands WHERE view = 'mv_p'::regclass;
DROP INDEX mv_p_sum;
REFRESH MATERIALIZED VIEW mv_p;
INSERT INTO p VALUES (2, 5), (1, 6);
TABLE differences;
-- put off: a trigger writes as well
CREATE TABLE u (k int, x int);
CREATE MATERIALIZED VIEW mv_u WITH (aqumv.incremental) AS SELECT k, sum(x), count(*) FROM u GROUP BY k;
CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.k > 0 THEN
        INSERT INTO u VALUES (-NEW.k, NEW.x);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER more AFTER INSERT ON u FOR EACH ROW EXECUTE FUNCTION more();
CREATE UNIQUE INDEX mv_u_sum ON mv_u (sum);
INSERT INTO u VALUES (1, 1);
SELECT usable FROM stands WHERE view = 'mv_u'::regclass;
BEGIN;
DROP INDEX mv_u_sum;
REFRESH MATERIALIZED VIEW mv_u;
INSERT INTO u VALUES (2, 1);
INSERT INTO u VALUES (2, 2), (1, 2);
COMMIT;
TABLE differences;
-- what is put off while maintenance ends is not told once more after a REFRESH
CREATE OR REPLACE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.k > 0 THEN
        INSERT INTO u VALUES (-NEW.k, NEW.x);
        DROP INDEX mv_u_aqumv_maintenance_idx;
    END IF;
    RETURN NEW;
END $$;
BEGIN;
INSERT INTO u VALUES (3, 1);
REFRESH MATERIALIZED VIEW mv_u;
DROP TRIGGER more ON u;
INSERT INTO u VALUES (3, 2);
COMMIT;
SELECT usable FROM stands WHERE view = 'mv_u'::regclass;
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA incremental_index_objects_rows CASCADE;
