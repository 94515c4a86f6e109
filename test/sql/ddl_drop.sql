-- DROP of views, tables, partitions, schemas and of what a role owns leaves
-- nothing behind in aqumv's tables.  If it did, rows would pile up, and a new
-- relation with the OID of a dropped one would inherit them.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE SCHEMA ddl_drop;
SET search_path = ddl_drop;
CREATE TABLE t AS SELECT a FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v1 AS SELECT a FROM t WHERE a > 50;
CREATE MATERIALIZED VIEW v2 AS SELECT count(*) FROM t;
INSERT INTO t VALUES (1);
SELECT * FROM pg_temp.state();

DROP MATERIALIZED VIEW v1;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT * FROM pg_temp.state();
-- rolled back
BEGIN;
DROP MATERIALIZED VIEW v2;
SELECT * FROM pg_temp.state();
ROLLBACK;
SELECT * FROM pg_temp.state();
DROP TABLE t;
DROP TABLE t CASCADE;
SELECT * FROM pg_temp.state();

-- a view over a view over a table
CREATE TABLE t AS SELECT a FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v1 AS SELECT a FROM t WHERE a > 50;
CREATE MATERIALIZED VIEW v2 AS SELECT a FROM v1 WHERE a > 60;
SELECT * FROM pg_temp.state();
DROP MATERIALIZED VIEW v1 CASCADE;
SELECT * FROM pg_temp.state();
DROP TABLE t;

-- partitions
CREATE TABLE p (k int, a int) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) PARTITION BY LIST (a);
CREATE TABLE p21 PARTITION OF p2 FOR VALUES IN (1);
CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3);
CREATE MATERIALIZED VIEW vp AS SELECT k, count(*) FROM p GROUP BY k;
CREATE MATERIALIZED VIEW vp1 AS SELECT a FROM p1;
INSERT INTO p VALUES (1, 1), (2, 1), (3, 1);
INSERT INTO p1 VALUES (1, 2);
SELECT * FROM pg_temp.state();
REFRESH MATERIALIZED VIEW vp;
DROP TABLE p3;
SELECT * FROM pg_temp.state();
SELECT pg_temp.answer('SELECT k, count(*) FROM p GROUP BY k');
DROP TABLE p1 CASCADE;
SELECT * FROM pg_temp.state();
DROP TABLE p2;
SELECT * FROM pg_temp.state();
DROP TABLE p CASCADE;
SELECT * FROM pg_temp.state();

-- schemas, and what a role owns
CREATE ROLE regress_aqumv_owner;
CREATE SCHEMA ddl_drop_2 AUTHORIZATION regress_aqumv_owner;
SET search_path = ddl_drop, ddl_drop_2;
SET ROLE regress_aqumv_owner;
CREATE TABLE ddl_drop_2.t AS SELECT a FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW ddl_drop_2.v AS SELECT a FROM ddl_drop_2.t;
INSERT INTO ddl_drop_2.t VALUES (1);
RESET ROLE;
SELECT * FROM pg_temp.state();
CREATE TABLE ddl_drop.t AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW ddl_drop_2.v2 AS SELECT a FROM ddl_drop.t;
SELECT * FROM pg_temp.state();
DROP SCHEMA ddl_drop CASCADE;
SELECT * FROM pg_temp.state();
DROP OWNED BY regress_aqumv_owner CASCADE;
SELECT * FROM pg_temp.state();
DROP ROLE regress_aqumv_owner;
