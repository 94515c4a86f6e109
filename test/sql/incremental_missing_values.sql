-- ALTER TABLE ... ADD COLUMN ... DEFAULT leaves the rows as they are, and the
-- value that they lack with the table.  If maintenance did not know it, such rows
-- would be taken away with NULL.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_missing_values;
SET search_path = incremental_missing_values;
CREATE TABLE t (id int PRIMARY KEY, k int);
INSERT INTO t SELECT i, i % 3 FROM generate_series(1, 30) AS i;
ALTER TABLE t ADD COLUMN d int DEFAULT 7;
CREATE MATERIALIZED VIEW before WITH (aqumv.incremental) AS SELECT k, d, count(*) FROM t GROUP BY k, d;
ALTER TABLE t ADD COLUMN n numeric DEFAULT 1.50;
CREATE MATERIALIZED VIEW sums WITH (aqumv.incremental) AS SELECT k, sum(n), count(n) AS c, max(n), sum(d) AS d FROM t GROUP BY k;
CREATE MATERIALIZED VIEW groups WITH (aqumv.incremental) AS SELECT n, count(*) FROM t GROUP BY n;
CREATE MATERIALIZED VIEW seven WITH (aqumv.incremental) AS SELECT id, n FROM t WHERE d = 7;
CREATE MATERIALIZED VIEW keyless WITH (aqumv.incremental) AS SELECT k, n FROM t;
UPDATE t SET k = k + 1 WHERE id < 5;
DELETE FROM t WHERE id BETWEEN 5 AND 9;
TABLE differences;
ALTER TABLE t ALTER d DROP DEFAULT, ALTER n SET DEFAULT 3;
UPDATE t SET n = NULL WHERE id BETWEEN 10 AND 12;
INSERT INTO t (id, k) VALUES (31, 1), (32, 1) ON CONFLICT DO NOTHING;
INSERT INTO t (id, k) VALUES (13, 2), (33, 2) ON CONFLICT (id) DO UPDATE SET k = 0;
MERGE INTO t USING generate_series(14, 17) AS i ON id = i
	WHEN MATCHED AND i < 16 THEN UPDATE SET k = 5 WHEN MATCHED THEN DELETE;
TABLE differences;

-- through a parent whose partitions lack different values, or have other columns
CREATE TABLE p (id int, k int) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
INSERT INTO p SELECT i, i % 3 FROM generate_series(1, 9) AS i;
ALTER TABLE p ADD COLUMN n int DEFAULT 5;
CREATE TABLE p2 (k int, id int);
INSERT INTO p2 SELECT i % 3, i FROM generate_series(10, 19) AS i;
ALTER TABLE p2 ADD COLUMN n int DEFAULT 6;
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20);
CREATE TABLE p3 (id int, k int);
INSERT INTO p3 SELECT i, i % 3 FROM generate_series(20, 29) AS i;
ALTER TABLE p3 ADD COLUMN n int DEFAULT 7;
ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (20) TO (30);
CREATE MATERIALIZED VIEW whole WITH (aqumv.incremental) AS SELECT k, sum(n), min(n) FROM p GROUP BY k;
CREATE MATERIALIZED VIEW part WITH (aqumv.incremental) AS SELECT k, sum(n), min(n) FROM p3 GROUP BY k;
UPDATE p SET k = k + 1 WHERE id % 10 < 3;
UPDATE p SET id = id + 10 WHERE id BETWEEN 13 AND 15;
DELETE FROM p3 WHERE id = 26;
DELETE FROM p WHERE id % 10 = 7;
TABLE differences;

SET client_min_messages = warning;
DROP SCHEMA incremental_missing_values CASCADE;
