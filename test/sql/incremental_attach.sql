-- Tables with immediate views of their own come under a parent: rows come and go
-- through that as well from then on, so it gets triggers in the same transaction.
-- Were they missing, views would stand still until REFRESH, or drift.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_attach;
SET search_path = incremental_attach;
CREATE VIEW state AS SELECT view, usable, reason_code FROM aqumv.views WHERE pg_table_is_visible(view) ORDER BY view::text COLLATE "C";
CREATE TABLE old (x int, k int);
INSERT INTO old SELECT i, 1 FROM generate_series(1, 9) AS i;
CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT x % 3 AS g, count(*), max(x) FROM old GROUP BY 1;
CREATE TABLE p (k int, x int) PARTITION BY LIST (k);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
ALTER TABLE p ATTACH PARTITION old FOR VALUES IN (1);
TABLE state;
INSERT INTO p VALUES (1, 10), (2, 10);
UPDATE p SET k = 3 - k;
TABLE differences;
DELETE FROM p WHERE x = 10;
INSERT INTO old VALUES (11, 1);
MERGE INTO p USING (VALUES (3), (4)) AS s (x) ON p.x = s.x WHEN MATCHED THEN UPDATE SET k = 3 - k;
TABLE differences;
TABLE state;

-- a tree comes under a tree; one level is new in between
CREATE TABLE top (k int, x int) PARTITION BY RANGE (k);
CREATE TABLE middle PARTITION OF top FOR VALUES FROM (0) TO (100) PARTITION BY LIST (k);
CREATE TABLE middle_rest PARTITION OF middle DEFAULT;
ALTER TABLE middle ATTACH PARTITION p FOR VALUES IN (1, 2);
TABLE state;
INSERT INTO top VALUES (1, 20), (2, 20), (3, 20);
UPDATE middle SET k = 1 WHERE k = 3;
UPDATE top SET k = 3 WHERE x < 5;
TABLE differences;
TRUNCATE middle_rest;
TABLE differences;
CREATE MATERIALIZED VIEW v_top WITH (aqumv.incremental) AS SELECT k, count(*) FROM top GROUP BY k;
-- out of it and into another
ALTER TABLE p DETACH PARTITION old;
TABLE state;
INSERT INTO old VALUES (30, 1);
CREATE TABLE q (k int, x int) PARTITION BY HASH (x);
ALTER TABLE q ATTACH PARTITION old FOR VALUES WITH (MODULUS 1, REMAINDER 0);
INSERT INTO q VALUES (1, 31);
UPDATE q SET x = x + 1;
INSERT INTO top VALUES (2, 30);
TABLE differences;
TABLE state;
-- what nobody needs any more goes away
ALTER TABLE q DETACH PARTITION old;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'q'::regclass AND tgfoid = 'aqumv.maintain'::regproc;
INSERT INTO q SELECT 1, 1 WHERE false;
INSERT INTO old VALUES (40, 4);
TABLE differences;

-- rolled back
BEGIN;
ALTER TABLE q ATTACH PARTITION old FOR VALUES WITH (MODULUS 1, REMAINDER 0);
INSERT INTO q VALUES (1, 50);
TABLE differences;
ROLLBACK;
INSERT INTO old VALUES (60, 4);
TABLE differences;
TABLE state;

-- the view's owner may not put triggers on the new parent: the view stays behind
CREATE ROLE incremental_attach_owner;
GRANT ALL ON SCHEMA incremental_attach TO incremental_attach_owner;
GRANT SELECT, TRIGGER ON old TO incremental_attach_owner;
ALTER MATERIALIZED VIEW v OWNER TO incremental_attach_owner;
INSERT INTO old VALUES (61, 4);
TABLE differences;
ALTER TABLE q ATTACH PARTITION old FOR VALUES WITH (MODULUS 1, REMAINDER 0);
INSERT INTO q VALUES (1, 70);
SELECT view, usable FROM state WHERE view = 'v'::regclass;
GRANT TRIGGER ON q, p2 TO incremental_attach_owner;
REFRESH MATERIALIZED VIEW v;
INSERT INTO q VALUES (1, 71);
TABLE differences;
TABLE state;
SET client_min_messages = warning;
DROP SCHEMA incremental_attach CASCADE;
DROP ROLE incremental_attach_owner;
SELECT count(*) FROM aqumv.mark WHERE (relation, root) NOT IN (SELECT relation, root FROM aqumv.tracking);
