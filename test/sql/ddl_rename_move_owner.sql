-- RENAME, SET SCHEMA, OWNER TO and the like, of view and table: the view stays
-- usable, under its new name.  If this were wrong, a view would be lost, or
-- found by a name that now belongs to another.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_rename_a;
CREATE SCHEMA ddl_rename_b;
SET search_path = ddl_rename_a, ddl_rename_b;
CREATE ROLE regress_aqumv_owner;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT a, b FROM t WHERE a > 50;
\set q '''SELECT a FROM t WHERE a > 60 AND b > 0'''
SELECT pg_temp.answer(:q);

ALTER MATERIALIZED VIEW v RENAME TO w;
SELECT pg_temp.answer(:q);
ALTER MATERIALIZED VIEW w RENAME COLUMN b TO renamed;
SELECT pg_temp.answer(:q);
ALTER MATERIALIZED VIEW w SET SCHEMA ddl_rename_b;
SELECT pg_temp.answer(:q);
SELECT * FROM pg_temp.state();
ALTER MATERIALIZED VIEW w OWNER TO regress_aqumv_owner;
SELECT pg_temp.answer(:q);

-- another view under the old name
CREATE MATERIALIZED VIEW v AS SELECT a FROM t WHERE a > 90;
SELECT pg_temp.answer(:q);
DROP MATERIALIZED VIEW v;

ALTER TABLE t RENAME TO u;
SELECT pg_temp.answer('SELECT a FROM u WHERE a > 60');
ALTER TABLE u RENAME COLUMN a TO z;
SELECT pg_temp.answer('SELECT z FROM u WHERE z > 60');
ALTER TABLE u SET SCHEMA ddl_rename_b;
SELECT pg_temp.answer('SELECT z FROM u WHERE z > 60');
ALTER TABLE u OWNER TO regress_aqumv_owner;
SELECT pg_temp.answer('SELECT z FROM u WHERE z > 60');
SELECT * FROM pg_temp.state();

-- a swap of two tables by name: queries follow the tables, not the names
CREATE TABLE other AS SELECT 1000 AS z;
ALTER TABLE u RENAME TO swap;
ALTER TABLE other RENAME TO u;
SELECT pg_temp.answer('SELECT z FROM u WHERE z > 60');
SELECT pg_temp.answer('SELECT z FROM swap WHERE z > 60');

-- writes are still noticed, and the new owner's REFRESH works
INSERT INTO swap VALUES (200, 1);
SELECT pg_temp.answer('SELECT z FROM swap WHERE z > 60');
GRANT USAGE ON SCHEMA ddl_rename_b TO regress_aqumv_owner;
SET ROLE regress_aqumv_owner;
REFRESH MATERIALIZED VIEW w;
RESET ROLE;
SELECT pg_temp.answer('SELECT z FROM swap WHERE z > 60');

SET client_min_messages = warning;
DROP SCHEMA ddl_rename_a, ddl_rename_b CASCADE;
SELECT * FROM pg_temp.state();
DROP ROLE regress_aqumv_owner;
