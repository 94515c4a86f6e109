-- Tables that get children, and lose them, by old-style inheritance: a child's
-- writes fire no trigger of the parent.  If a view over the parent were used
-- while there are children, or right after, it would miss or keep their rows.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_inherit;
SET search_path = fresh_inherit;
\set q '''SELECT count(*), sum(v) FROM t'''
CREATE TABLE t AS SELECT i AS k, i AS v FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
SELECT pg_temp.answer(:q);

-- born as a child
CREATE TABLE child () INHERITS (t);
SELECT pg_temp.answer(:q);
INSERT INTO child VALUES (101, 101);
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM ONLY t');
DROP TABLE child;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);

-- adopted, and released
CREATE TABLE child (k int, v int);
INSERT INTO child VALUES (102, 102);
ALTER TABLE child INHERIT t;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);
ALTER TABLE child NO INHERIT t;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;
SELECT pg_temp.answer(:q);

-- adopted and released between two refreshes, with rows that were not its own
ALTER TABLE child INHERIT t;
UPDATE t SET v = 0 WHERE k = 1;
ALTER TABLE child NO INHERIT t;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW mv;

-- undone
BEGIN;
ALTER TABLE child INHERIT t;
SELECT pg_temp.answer(:q);
ROLLBACK;
SELECT pg_temp.answer(:q);

-- a view over the child
CREATE MATERIALIZED VIEW mc AS SELECT count(*) AS c, sum(v) AS s FROM child;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM child');
ALTER TABLE child INHERIT t;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM child');
UPDATE t SET v = 1 WHERE k = 102;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM child');
ALTER TABLE child NO INHERIT t;
SELECT pg_temp.answer('SELECT count(*), sum(v) FROM child');

SET client_min_messages = warning;
DROP SCHEMA fresh_inherit CASCADE;
