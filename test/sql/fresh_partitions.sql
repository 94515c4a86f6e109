-- Views over a partitioned table, a level below it, and a leaf: who is written
-- directly or through a parent, attached, detached, dropped.  If marks did not
-- say which partition was written, sibling views would be lost with each write;
-- if they were left only where the statement was aimed at, views would be used
-- without the rows.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_partitions;
SET search_path = fresh_partitions;
CREATE TABLE r (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE m PARTITION OF r FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (k);
CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (0) TO (50);
CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (50) TO (100);
CREATE TABLE s PARTITION OF r FOR VALUES FROM (100) TO (200);
INSERT INTO r SELECT i, i FROM generate_series(0, 199) i;
CREATE MATERIALIZED VIEW vr AS SELECT count(*) AS c, sum(v) AS s FROM r;
CREATE MATERIALIZED VIEW vm AS SELECT count(*) AS c, sum(v) AS s FROM m;
CREATE MATERIALIZED VIEW vm1 AS SELECT count(*) AS c, sum(v) AS s FROM m1;
CREATE MATERIALIZED VIEW vs AS SELECT count(*) AS c, sum(v) AS s FROM s;

-- where the four tables are read from
CREATE FUNCTION sources() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(CASE WHEN a ~ '^1 rows from v' THEN t || ' view' WHEN a ~ '^1 rows' THEN t || ' table' ELSE t || ' ' || a END, ', ' ORDER BY n)
	  FROM unnest('{r,m,m1,s}'::text[]) WITH ORDINALITY AS u (t, n),
	       LATERAL pg_temp.answer('SELECT count(*), sum(v) FROM ' || t) AS a
$$;
CREATE PROCEDURE refresh() LANGUAGE plpgsql AS $$
BEGIN
	REFRESH MATERIALIZED VIEW vr;
	REFRESH MATERIALIZED VIEW vm;
	REFRESH MATERIALIZED VIEW vm1;
	REFRESH MATERIALIZED VIEW vs;
END $$;
SELECT sources();

-- a leaf, directly and through each parent
INSERT INTO m1 VALUES (1, 1);
SELECT sources();
CALL refresh();
INSERT INTO m VALUES (1, 1);
SELECT sources();
CALL refresh();
INSERT INTO r VALUES (1, 1);
SELECT sources();
CALL refresh();
UPDATE r SET v = 0 WHERE k = 60;
SELECT sources();
CALL refresh();
DELETE FROM r WHERE k = 150;
SELECT sources();
CALL refresh();
DELETE FROM r WHERE k = 1500;
SELECT sources();
-- through the root to all
UPDATE r SET v = v + 1;
SELECT sources();
CALL refresh();
SELECT sources();

-- a row moves to another partition
UPDATE r SET k = 110 WHERE k = 10;
SELECT sources();
CALL refresh();
UPDATE m SET k = 70 WHERE k = 20;
SELECT sources();
CALL refresh();

-- COPY, WITH and MERGE through the root
COPY r FROM stdin;
160	1
\.
SELECT sources();
CALL refresh();
MERGE INTO r USING (VALUES (161)) s (k) ON r.k = s.k WHEN MATCHED THEN DELETE;
SELECT sources();
CALL refresh();
WITH w AS (DELETE FROM m1 WHERE k = 5 RETURNING k) INSERT INTO r SELECT k + 100, 0 FROM w;
SELECT sources();
CALL refresh();

-- in a savepoint that is undone, then elsewhere
BEGIN;
SAVEPOINT a;
INSERT INTO r VALUES (1, 1);
SELECT sources();
ROLLBACK TO a;
INSERT INTO r VALUES (160, 1);
SELECT sources();
COMMIT;
SELECT sources();
CALL refresh();

-- TRUNCATE of a leaf, a level, the root
TRUNCATE m1;
SELECT sources();
CALL refresh();
TRUNCATE m;
SELECT sources();
CALL refresh();
BEGIN;
TRUNCATE r;
SELECT sources();
ROLLBACK;
SELECT sources();

-- a parent without its trigger is as bad as a leaf without
SELECT tgname AS before FROM pg_trigger WHERE tgrelid = 'm'::regclass AND tgname ~ 'before_statement' \gset
CALL refresh();
DROP TRIGGER :"before" ON m;
INSERT INTO m VALUES (1, 1);
SELECT sources();
CALL refresh();
SELECT sources();
SELECT tgname AS before FROM pg_trigger WHERE tgrelid = 'm1'::regclass AND tgname ~ 'before_statement' \gset
DROP TRIGGER :"before" ON m1;
INSERT INTO m1 VALUES (1, 1);
SELECT sources();

SET client_min_messages = warning;
DROP SCHEMA fresh_partitions CASCADE;
