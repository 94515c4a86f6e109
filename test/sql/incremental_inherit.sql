-- A table under an immediate view gets children by old-style inheritance: what is
-- written through it may be their rows, so the view stays behind, with a warning;
-- when the last has gone it is computed anew.  Were it used in between it would
-- lack rows.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_inherit;
SET search_path = incremental_inherit;
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = force;
CREATE TABLE base (k int, x int);
INSERT INTO base SELECT i % 3, i FROM generate_series(1, 9) AS i;
CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT k, count(*), sum(x) FROM base GROUP BY k;
CREATE MATERIALIZED VIEW v_rows WITH (aqumv.incremental) AS SELECT k, x FROM base;
CREATE VIEW state AS SELECT view, usable, reason_code FROM aqumv.views WHERE pg_table_is_visible(view) ORDER BY view::text COLLATE "C";

-- born as a child; dropped
CREATE TABLE kid () INHERITS (base);
TABLE state;
INSERT INTO kid VALUES (1, 100);
UPDATE base SET x = x + 1 WHERE k = 1;
SELECT k, count(*), sum(x) FROM base GROUP BY k ORDER BY k;
TABLE state;
REFRESH MATERIALIZED VIEW v;
DROP TABLE kid;
TABLE differences;
TABLE state;
INSERT INTO base VALUES (1, 1000);
TABLE differences;
SELECT k, count(*), sum(x) FROM base GROUP BY k ORDER BY k;

-- adopted; one of two let go, then the other
CREATE TABLE kid (k int, x int);
CREATE TABLE other (LIKE kid);
ALTER TABLE kid INHERIT base;
ALTER TABLE other INHERIT base;
INSERT INTO kid VALUES (1, 100);
DELETE FROM base WHERE k = 2;
ALTER TABLE kid NO INHERIT base;
TABLE state;
ALTER TABLE other NO INHERIT base;
TABLE differences;
TABLE state;

-- a view over what becomes a child
CREATE MATERIALIZED VIEW v_kid WITH (aqumv.incremental) AS SELECT k, count(*) FROM kid GROUP BY k;
ALTER TABLE kid INHERIT base;
UPDATE base SET k = 7;
SELECT k, count(*) FROM kid GROUP BY k;
ALTER TABLE kid NO INHERIT base;
TABLE differences;
TABLE state;

-- several at once, below each other; with their schema; undone
CREATE SCHEMA incremental_inherit_kids;
CREATE TABLE incremental_inherit_kids.a () INHERITS (base);
CREATE TABLE incremental_inherit_kids.b () INHERITS (incremental_inherit_kids.a, kid);
BEGIN;
INSERT INTO base VALUES (8, 8);
SAVEPOINT s;
SET client_min_messages = warning;
DROP SCHEMA incremental_inherit_kids CASCADE;
SET client_min_messages = notice;
TABLE state;
ROLLBACK TO s;
TABLE state;
COMMIT;
INSERT INTO base VALUES (9, 9);
SET client_min_messages = warning;
DROP SCHEMA incremental_inherit_kids CASCADE;
SET client_min_messages = notice;
TABLE differences;
TABLE state;
INSERT INTO base VALUES (10, 10);
INSERT INTO kid VALUES (10, 10);
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA incremental_inherit CASCADE;
