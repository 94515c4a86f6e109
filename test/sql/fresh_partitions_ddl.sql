-- Partitions that come and go: CREATE, ATTACH, DETACH, DROP, at each level, and
-- what is written into them before and after.  If these were missed, a view
-- over the parent would go on with the rows of a partition that is gone, or
-- without those of a new one.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_partitions_ddl;
SET search_path = fresh_partitions_ddl;
CREATE TABLE r (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE m PARTITION OF r FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (k);
CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (0) TO (50);
CREATE TABLE s PARTITION OF r FOR VALUES FROM (100) TO (200);
INSERT INTO r SELECT i, i FROM generate_series(0, 49) i;
INSERT INTO r SELECT i, i FROM generate_series(100, 149) i;
CREATE MATERIALIZED VIEW vr AS SELECT count(*) AS c, sum(v) AS s FROM r;
CREATE MATERIALIZED VIEW vm AS SELECT count(*) AS c, sum(v) AS s FROM m;
CREATE MATERIALIZED VIEW vs AS SELECT count(*) AS c, sum(v) AS s FROM s;
CREATE FUNCTION sources() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(CASE WHEN a ~ '^1 rows from v' THEN t || ' view' WHEN a ~ '^1 rows' THEN t || ' table' ELSE t || ' ' || a END, ', ' ORDER BY n)
	  FROM unnest('{r,m,s}'::text[]) WITH ORDINALITY AS u (t, n),
	       LATERAL pg_temp.answer('SELECT count(*), sum(v) FROM ' || t) AS a
$$;
CREATE PROCEDURE refresh() LANGUAGE plpgsql AS $$
BEGIN
	REFRESH MATERIALIZED VIEW vr;
	REFRESH MATERIALIZED VIEW vm;
	REFRESH MATERIALIZED VIEW vs;
END $$;
SELECT sources();

-- a new, empty partition changes nothing until it is written
CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (50) TO (100);
SELECT sources();
INSERT INTO m2 VALUES (60, 60);
SELECT sources();
CALL refresh();
INSERT INTO r VALUES (60, 60);
SELECT sources();
CALL refresh();

-- DETACH, and writes to what was detached
ALTER TABLE m DETACH PARTITION m2;
SELECT sources();
CALL refresh();
SELECT sources();
INSERT INTO m2 VALUES (61, 61);
SELECT sources();

-- ATTACH, and writes to what was attached
ALTER TABLE m ATTACH PARTITION m2 FOR VALUES FROM (50) TO (100);
SELECT sources();
CALL refresh();
SELECT sources();
DELETE FROM m2 WHERE k = 61;
SELECT sources();
CALL refresh();

-- a level with all that is below it
ALTER TABLE r DETACH PARTITION m;
SELECT sources();
CALL refresh();
INSERT INTO m1 VALUES (1, 1);
SELECT sources();
ALTER TABLE r ATTACH PARTITION m FOR VALUES FROM (0) TO (100);
SELECT sources();
CALL refresh();
SELECT sources();
INSERT INTO r VALUES (1, 1);
SELECT sources();
CALL refresh();

-- DROP, qualified and not, also of several at once
DROP TABLE m2;
SELECT sources();
CALL refresh();
SELECT sources();
BEGIN;
DROP TABLE fresh_partitions_ddl.m1;
SELECT sources();
ROLLBACK;
SELECT sources();

-- from outside of the search path
SET search_path = pg_catalog;
ALTER TABLE fresh_partitions_ddl.m DETACH PARTITION fresh_partitions_ddl.m1;
SET search_path = fresh_partitions_ddl;
SELECT sources();

-- a default partition
CREATE TABLE d PARTITION OF r DEFAULT;
SELECT sources();
CALL refresh();
INSERT INTO r VALUES (1000, 1);
SELECT sources();

SET client_min_messages = warning;
DROP SCHEMA fresh_partitions_ddl CASCADE;
