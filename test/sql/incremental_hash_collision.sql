-- Groups whose keys have the same hash: 5 and 2^32 + 4, since hashint8() folds
-- the upper half of a number into the lower.  Where a group was written last in
-- this transaction is remembered by hash; if the key were not compared, the
-- change of one group would be folded into the other.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_hash_collision;
SET search_path = incremental_hash_collision;
SELECT hashint8(5) = hashint8(4294967300) AS collide;
CREATE TABLE t (id int PRIMARY KEY, k bigint, x int);
CREATE MATERIALIZED VIEW groups WITH (aqumv.incremental) AS SELECT k, count(*), sum(x), max(x) FROM t GROUP BY k;
CREATE TABLE u (k bigint PRIMARY KEY, x int);
CREATE MATERIALIZED VIEW rows WITH (aqumv.incremental) AS SELECT k, x FROM u;
BEGIN;
INSERT INTO t VALUES (1, 5, 10);
INSERT INTO t VALUES (2, 4294967300, 20);
TABLE differences;
INSERT INTO t VALUES (3, 5, 30), (4, 4294967300, 40);
UPDATE t SET x = x + 1 WHERE k = 5;
DELETE FROM t WHERE id = 4;
TABLE differences;
INSERT INTO u VALUES (5, 1);
INSERT INTO u VALUES (4294967300, 2);
UPDATE u SET x = 3 WHERE k = 5;
UPDATE u SET x = 4 WHERE k = 4294967300;
DELETE FROM u WHERE k = 5;
TABLE differences;
COMMIT;
TABLE differences;
SELECT k, count, sum, max FROM groups ORDER BY k;
TABLE rows;
SET client_min_messages = warning;
DROP SCHEMA incremental_hash_collision CASCADE;
