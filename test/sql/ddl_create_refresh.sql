-- CREATE MATERIALIZED VIEW and REFRESH in all their forms: which make a view
-- usable, and what they leave in aqumv's tables.  If this were wrong, a view
-- could answer before it is filled, or stay unused (or stay in use) after it.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_create_refresh;
SET search_path = ddl_create_refresh;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
\set q '''SELECT a FROM t WHERE a > 60'''

-- WITH DATA
CREATE MATERIALIZED VIEW v AS SELECT a FROM t WHERE a > 50;
SELECT pg_temp.answer(:q);
SELECT * FROM pg_temp.state();
INSERT INTO t VALUES (101, 1);
SELECT pg_temp.answer(:q);
SELECT pg_temp.why(:q);
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);

-- IF NOT EXISTS leaves the view, and its record, as they are
INSERT INTO t VALUES (102, 1);
CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT a FROM t WHERE a > 50;
SELECT pg_temp.answer(:q);
CREATE MATERIALIZED VIEW v AS SELECT a FROM t WHERE a > 50;
SELECT pg_temp.answer(:q);
SELECT pg_temp.why(:q);

-- CONCURRENTLY
REFRESH MATERIALIZED VIEW CONCURRENTLY v;
SELECT pg_temp.answer(:q);
CREATE UNIQUE INDEX ON v (a);
REFRESH MATERIALIZED VIEW CONCURRENTLY v;
SELECT pg_temp.answer(:q);
DELETE FROM t WHERE a = 102;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW CONCURRENTLY v;
SELECT pg_temp.answer(:q);

-- REFRESH ... WITH NO DATA
REFRESH MATERIALIZED VIEW v WITH NO DATA;
SELECT pg_temp.answer(:q);
SELECT pg_temp.why(:q);
SELECT * FROM pg_temp.state();
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);
SELECT * FROM pg_temp.state();

-- CREATE ... WITH NO DATA tracks already, so that REFRESH need not lock
CREATE TABLE t2 AS SELECT * FROM t;
CREATE MATERIALIZED VIEW v2 AS SELECT a FROM t2 WHERE a > 50 WITH NO DATA;
SELECT pg_temp.answer('SELECT a FROM t2 WHERE a > 60');
SELECT pg_temp.why('SELECT a FROM t2 WHERE a > 60');
SELECT * FROM pg_temp.state();
REFRESH MATERIALIZED VIEW v2;
SELECT pg_temp.answer('SELECT a FROM t2 WHERE a > 60');
SELECT * FROM pg_temp.state();

-- a REFRESH that fails, or is rolled back, changes nothing
CREATE TABLE t3 AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW v3 AS SELECT 10 / a AS d FROM t3;
BEGIN;
REFRESH MATERIALIZED VIEW v3 WITH NO DATA;
SELECT pg_temp.why('SELECT 10 / a FROM t3');
ROLLBACK;
SELECT pg_temp.answer('SELECT 10 / a FROM t3');
INSERT INTO t3 VALUES (0);
REFRESH MATERIALIZED VIEW v3;
SELECT pg_temp.why('SELECT 10 / a FROM t3');
SELECT pg_temp.answer('SELECT 10 / a FROM t3');
BEGIN;
DELETE FROM t3 WHERE a = 0;
REFRESH MATERIALIZED VIEW v3;
SELECT pg_temp.answer('SELECT 10 / a FROM t3');
ROLLBACK;
SELECT pg_temp.why('SELECT 10 / a FROM t3');
BEGIN;
CREATE MATERIALIZED VIEW v4 AS SELECT a + 1 AS a1 FROM t3;
SELECT pg_temp.answer('SELECT a + 1 FROM t3');
ROLLBACK;
SELECT * FROM pg_temp.state();

-- views that no query can be answered from leave no record
CREATE MATERIALIZED VIEW joined AS SELECT t.a FROM t JOIN t2 USING (a);
CREATE MATERIALIZED VIEW limited AS SELECT a FROM t LIMIT 5;
CREATE MATERIALIZED VIEW constant AS SELECT 1 AS one;
REFRESH MATERIALIZED VIEW joined;
REFRESH MATERIALIZED VIEW limited;
SELECT * FROM pg_temp.state();

SET client_min_messages = warning;
DROP SCHEMA ddl_create_refresh CASCADE;
SELECT * FROM pg_temp.state();
