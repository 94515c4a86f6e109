-- Where the library is loaded but the extension is not there, MERGE through
-- partitions with somebody's transition tables is none of its business.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
CREATE SCHEMA merge_without_extension;
SET search_path = merge_without_extension;
CREATE TABLE p (id int, k int, x int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
INSERT INTO p VALUES (2, 2, 20), (3, 3, 30);
CREATE TABLE seen (op text, n bigint);
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO seen SELECT tg_op, count(*) FROM now; RETURN NULL; END';
CREATE TRIGGER look AFTER UPDATE ON p REFERENCING NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION look();
CREATE TRIGGER look_too AFTER INSERT ON p REFERENCING NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION look();
BEGIN;
DROP EXTENSION aqumv CASCADE;
MERGE INTO p USING (VALUES (2)) AS s (i) ON p.id = s.i WHEN MATCHED THEN UPDATE SET x = 99;
MERGE INTO p USING (VALUES (3)) AS s (i) ON p.id = s.i WHEN MATCHED THEN UPDATE SET k = 13;
MERGE INTO p USING (VALUES (2), (4)) AS s (i) ON p.id = s.i
    WHEN MATCHED THEN UPDATE SET x = 98 WHEN NOT MATCHED THEN INSERT VALUES (s.i, 14, 0);
SELECT tableoid::regclass, * FROM p ORDER BY id;
ROLLBACK;
DROP SCHEMA merge_without_extension CASCADE;
