-- A foreign partition in the tree of an immediate view: PostgreSQL collects no
-- transition tables of it, so every write that reaches it would fail.  Either
-- the partition is refused or the view is, whichever comes later; and writes go
-- through.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\set VERBOSITY terse
CREATE SCHEMA incremental_foreign_partition;
SET search_path = incremental_foreign_partition;
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE TABLE p (k int, x int) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2, 3, 4) PARTITION BY LIST (k);
CREATE TABLE p22 PARTITION OF p2 FOR VALUES IN (2);
INSERT INTO p VALUES (1, 1), (2, 2);
CREATE FOREIGN TABLE f (k int, x int) SERVER files OPTIONS (filename '/dev/null');

-- the view comes first, over whatever part of the tree
CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT k, count(*) FROM p GROUP BY k;
CREATE FOREIGN TABLE pf PARTITION OF p FOR VALUES IN (9) SERVER files OPTIONS (filename '/dev/null');
CREATE FOREIGN TABLE pf PARTITION OF p2 FOR VALUES IN (3) SERVER files OPTIONS (filename '/dev/null');
ALTER TABLE p ATTACH PARTITION f FOR VALUES IN (9);
ALTER TABLE p2 ATTACH PARTITION f FOR VALUES IN (3);
CREATE TABLE sub (k int, x int) PARTITION BY LIST (k);
ALTER TABLE sub ATTACH PARTITION f DEFAULT;
ALTER TABLE p ATTACH PARTITION sub FOR VALUES IN (9);
ALTER TABLE sub DETACH PARTITION f;
ALTER TABLE p ATTACH PARTITION sub FOR VALUES IN (9);
ALTER TABLE sub ATTACH PARTITION f DEFAULT;
INSERT INTO p VALUES (1, 1);
TABLE differences;
ALTER MATERIALIZED VIEW v SET (aqumv.maintenance = manual);
CREATE MATERIALIZED VIEW v_leaf WITH (aqumv.incremental) AS SELECT x, count(*) FROM p1 GROUP BY x;
ALTER TABLE p2 ATTACH PARTITION f FOR VALUES IN (3);
DROP MATERIALIZED VIEW v_leaf;
ALTER TABLE p2 ATTACH PARTITION f FOR VALUES IN (3);

-- the foreign partition came first
CREATE MATERIALIZED VIEW w WITH (aqumv.incremental) AS SELECT k, count(*) FROM p GROUP BY k;
CREATE MATERIALIZED VIEW w WITH (aqumv.incremental) AS SELECT k, count(*) FROM p2 GROUP BY k;
CREATE MATERIALIZED VIEW w WITH (aqumv.incremental) AS SELECT k, count(*) FROM p1 GROUP BY k;
CREATE MATERIALIZED VIEW w WITH (aqumv.incremental) AS SELECT k, count(*) FROM p22 GROUP BY k;
ALTER MATERIALIZED VIEW v SET (aqumv.incremental);
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW v IS 'maintenance=immediate';
REFRESH MATERIALIZED VIEW v;
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW v IS NULL;
-- what file_fdw says by itself
INSERT INTO p VALUES (3, 3);
UPDATE p SET x = x + 1 WHERE k = 1;

-- a table with an immediate view comes under a parent that has a foreign partition
CREATE TABLE old (k int, x int);
CREATE MATERIALIZED VIEW v_old WITH (aqumv.incremental) AS SELECT x, count(*) FROM old GROUP BY x;
ALTER TABLE p ATTACH PARTITION old FOR VALUES IN (7);
INSERT INTO p VALUES (7, 7);
INSERT INTO p VALUES (3, 3);
SELECT view, usable FROM aqumv.views WHERE pg_table_is_visible(view) ORDER BY view::text COLLATE "C";
ALTER TABLE p DETACH PARTITION old;
TABLE differences;
SELECT view, usable FROM aqumv.views WHERE view = 'v_old'::regclass;
SET client_min_messages = warning;
DROP SCHEMA incremental_foreign_partition CASCADE;
