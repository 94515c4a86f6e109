-- Immediate views over partitioned tables, at every level: writes through the
-- parent and to the leaf, rows that move, and DDL that brings or takes rows.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_partitions;
SET search_path = incremental_partitions;
CREATE TABLE pt (id int, k int, v numeric, unused text) PARTITION BY RANGE (id);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (100);
CREATE TABLE pt2 (unused text, v numeric, k int, id int);
INSERT INTO pt2 SELECT 'x', i, i % 5, i FROM generate_series(100, 150) AS i;
CREATE MATERIALIZED VIEW mv_root WITH (aqumv.incremental) AS SELECT k, sum(v) AS s, count(*) AS c, max(v) FROM pt GROUP BY k;
CREATE MATERIALIZED VIEW mv_leaf WITH (aqumv.incremental) AS SELECT k, sum(v) AS s, count(*) AS c FROM pt1 GROUP BY k;
CREATE MATERIALIZED VIEW mv_rows WITH (aqumv.incremental) AS SELECT k, v FROM pt;
INSERT INTO pt SELECT i, i % 5, i, 'y' FROM generate_series(1, 50) AS i;
TABLE differences;
ALTER TABLE pt ATTACH PARTITION pt2 FOR VALUES FROM (100) TO (200);
TABLE differences;
INSERT INTO pt SELECT i, i % 5, i, 'y' FROM generate_series(151, 160) AS i;
UPDATE pt SET id = id + 60 WHERE id BETWEEN 30 AND 60;
TABLE differences;
UPDATE pt2 SET v = 0 WHERE id < 120;
DELETE FROM pt1 WHERE id = 3;
TABLE differences;
TRUNCATE pt2;
TABLE differences;
INSERT INTO pt SELECT i, i % 5, i, 'y' FROM generate_series(151, 160) AS i;
ALTER TABLE pt DETACH PARTITION pt2;
TABLE differences;
INSERT INTO pt2 VALUES ('x', 1, 1, 100);
ALTER TABLE pt ATTACH PARTITION pt2 FOR VALUES FROM (100) TO (200);
TABLE differences;
CREATE TABLE pt3 PARTITION OF pt FOR VALUES FROM (200) TO (300) PARTITION BY LIST (k);
CREATE TABLE pt3a PARTITION OF pt3 DEFAULT;
INSERT INTO pt VALUES (201, 1, 1);
INSERT INTO pt3a VALUES (202, 1, 1);
TABLE differences;
DROP TABLE pt3;
TABLE differences;
-- a rewrite changes no row
ALTER TABLE pt ADD COLUMN r float DEFAULT random();
INSERT INTO pt VALUES (1, 1, 1);
TABLE differences;
ALTER TABLE pt DISABLE TRIGGER USER;
INSERT INTO pt VALUES (1, 1, 1);
TABLE differences;
TRUNCATE pt;
TABLE differences;
SELECT view, usable FROM aqumv.views WHERE pg_table_is_visible(view) ORDER BY view::text;
-- triggers switched off are noticed, and REFRESH makes up for it
ALTER TABLE pt DISABLE TRIGGER ALL;
INSERT INTO pt VALUES (1, 1, 1);
SELECT view, usable, reason_code FROM aqumv.views WHERE pg_table_is_visible(view) ORDER BY view::text;
REFRESH MATERIALIZED VIEW mv_root;
REFRESH MATERIALIZED VIEW mv_leaf;
REFRESH MATERIALIZED VIEW mv_rows;
INSERT INTO pt VALUES (1, 1, 1);
TABLE differences;
SELECT view, usable FROM aqumv.views WHERE pg_table_is_visible(view) ORDER BY view::text;
-- a TRUNCATE of another partition by a statement that is writing one
CREATE FUNCTION truncate_other() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.k = 5 THEN
        TRUNCATE pt2;
    END IF;
    RETURN NULL;
END $$;
INSERT INTO pt VALUES (2, 1, 7), (101, 1, 7);
CREATE TRIGGER other AFTER INSERT ON pt1 FOR EACH ROW EXECUTE FUNCTION truncate_other();
ALTER TABLE pt1 ENABLE ALWAYS TRIGGER other;
INSERT INTO pt VALUES (3, 5, 8);
TABLE differences;
SELECT count(*) FROM pt;
-- MERGE that inserts and updates: core's transition tables are wrong then
SET enable_hashjoin = off;
SET enable_mergejoin = off;
MERGE INTO pt USING (VALUES (0), (2), (3)) AS s (id) ON pt.id = s.id
    WHEN MATCHED THEN UPDATE SET v = v + 1
    WHEN NOT MATCHED THEN INSERT VALUES (77, 1, 777);
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA incremental_partitions CASCADE;
