-- Tracking of partition trees: of a tree through any of its members, of
-- partitions created, attached and detached later; rights on each.  If this
-- were wrong, writes through a parent or to a new partition would pass by.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE SCHEMA ddl_track_partitions;
SET search_path = ddl_track_partitions;
CREATE TABLE p (k int, a int) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) PARTITION BY LIST (a);
CREATE TABLE p21 PARTITION OF p2 FOR VALUES IN (1);
INSERT INTO p VALUES (1, 1), (2, 1);

-- a leaf: what is above is tracked too, siblings are not
SELECT aqumv.track('p21');
SELECT relation, parent, root FROM aqumv.tracked_tables WHERE pg_table_is_visible(relation) ORDER BY relation::text;
SELECT aqumv.track('p');
SELECT relation, parent, root FROM aqumv.tracked_tables WHERE pg_table_is_visible(relation) ORDER BY relation::text;

CREATE MATERIALIZED VIEW v AS SELECT k, count(*) FROM p GROUP BY k;
CREATE MATERIALIZED VIEW v1 AS SELECT a FROM p1;
\set q '''SELECT k, count(*) FROM p GROUP BY k'''
SELECT pg_temp.answer(:q);
SELECT pg_temp.answer('SELECT a FROM p1');

-- a new partition is tracked from the start, and empty: views stay usable
CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3);
CREATE TABLE p22 PARTITION OF p2 FOR VALUES IN (2);
SELECT * FROM pg_temp.state();
SELECT pg_temp.answer(:q);
INSERT INTO p3 VALUES (3, 1);
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);
-- a write through the parent marks the partition that it touches
INSERT INTO p VALUES (2, 2);
SELECT pg_temp.answer('SELECT a FROM p1');
SELECT pg_temp.why(:q);
UPDATE p SET a = 5 WHERE k = 1;
SELECT pg_temp.why('SELECT a FROM p1');
REFRESH MATERIALIZED VIEW v;
REFRESH MATERIALIZED VIEW v1;

-- ATTACH and DETACH
CREATE TABLE p4 (k int, a int);
INSERT INTO p4 VALUES (4, 1);
ALTER TABLE p ATTACH PARTITION p4 FOR VALUES IN (4);
SELECT * FROM pg_temp.state();
SELECT pg_temp.answer(:q);
SELECT pg_temp.why(:q);
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);
INSERT INTO p4 VALUES (4, 2);
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW v;
ALTER TABLE p DETACH PARTITION p4;
SELECT pg_temp.answer(:q);
SELECT relation, parent, root FROM aqumv.tracked_tables WHERE relation = 'p4'::regclass;
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);
INSERT INTO p4 VALUES (4, 3);
SELECT pg_temp.answer(:q);

-- untrack a partition, and the whole
SELECT aqumv.untrack('p2');
SELECT * FROM pg_temp.state();
SELECT pg_temp.answer('SELECT a FROM p1');
SELECT pg_temp.why(:q);
SELECT aqumv.untrack('p');
SELECT * FROM pg_temp.state();
SELECT pg_temp.why('SELECT a FROM p1');

-- partitions that belong to somebody else
CREATE ROLE regress_aqumv_owner;
CREATE ROLE regress_aqumv_other;
GRANT ALL ON SCHEMA ddl_track_partitions TO regress_aqumv_owner;
ALTER TABLE p OWNER TO regress_aqumv_owner;
ALTER TABLE p3 OWNER TO regress_aqumv_other;
SET ROLE regress_aqumv_owner;
SELECT aqumv.track('p');
CREATE MATERIALIZED VIEW w AS SELECT count(*) FROM p;
SELECT reason_code, reason FROM aqumv.views WHERE view = 'w'::regclass;
RESET ROLE;
SELECT * FROM pg_temp.state();

DROP SCHEMA ddl_track_partitions CASCADE;
DROP ROLE regress_aqumv_owner, regress_aqumv_other;
SELECT * FROM pg_temp.state();
