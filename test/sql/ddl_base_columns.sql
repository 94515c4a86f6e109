-- Columns of the table that come, go and change while views stand over it.  If
-- this were wrong, a view's columns would be taken for others, or a value
-- changed by ALTER TABLE would be answered as it was.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_base_columns;
SET search_path = ddl_base_columns;
CREATE TABLE t (a int, gone int, b int, c text);
INSERT INTO t SELECT i, -i, i % 10, i::text FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW v AS SELECT b, a FROM t WHERE a > 50;
SELECT pg_temp.answer('SELECT a, b FROM t WHERE a > 60');

-- ADD and DROP
ALTER TABLE t ADD COLUMN d int;
SELECT pg_temp.answer('SELECT a, b FROM t WHERE a > 60');
SELECT pg_temp.answer('SELECT a, d FROM t WHERE a > 60');
ALTER TABLE t ADD COLUMN e int DEFAULT 7;
SELECT pg_temp.answer('SELECT a, b FROM t WHERE a > 60');
SELECT pg_temp.answer('SELECT a, e FROM t WHERE a > 60');
-- these rewrite the table, which older snapshots then find empty: like TRUNCATE
ALTER TABLE t ADD COLUMN f double precision DEFAULT random();
SELECT pg_temp.answer('SELECT a, b FROM t WHERE a > 60');
REFRESH MATERIALIZED VIEW v;
ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (a * 2) STORED;
SELECT pg_temp.answer('SELECT a, b FROM t WHERE a > 60');
REFRESH MATERIALIZED VIEW v;
CREATE MATERIALIZED VIEW w AS SELECT a, e, g FROM t;
SELECT pg_temp.answer('SELECT a, e, g FROM t WHERE a > 60');
ALTER TABLE t DROP COLUMN gone;
SELECT pg_temp.answer('SELECT a, b FROM t WHERE a > 60');
SELECT pg_temp.answer('SELECT a, e, g FROM t WHERE a > 60');
ALTER TABLE t ADD COLUMN gone int DEFAULT 1;
SELECT pg_temp.answer('SELECT gone FROM t WHERE a > 60');
ALTER TABLE t DROP COLUMN b;
ALTER TABLE t DROP COLUMN b CASCADE;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT * FROM pg_temp.state();

-- a new type: refused by PostgreSQL where a view has the column
ALTER TABLE t ALTER COLUMN e TYPE bigint;
-- elsewhere it rewrites the table
CREATE MATERIALIZED VIEW x AS SELECT a FROM t;
ALTER TABLE t ALTER COLUMN c TYPE int USING c::int + 1;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
REFRESH MATERIALIZED VIEW x;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');

-- constraints and defaults change no row
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
ALTER TABLE t ADD PRIMARY KEY (a);
ALTER TABLE t ADD CHECK (a > 0) NOT VALID;
ALTER TABLE t ALTER COLUMN a SET DEFAULT 5;
ALTER TABLE t ALTER COLUMN a SET STATISTICS 10;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
INSERT INTO t (a) VALUES (500);
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');

SET client_min_messages = warning;
DROP SCHEMA ddl_base_columns CASCADE;
