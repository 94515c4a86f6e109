-- Where an attribute of a type goes, values that were different are the same
-- afterwards, in tables that nobody has written.  Were that missed, views would
-- hold several groups that have become one.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_narrowed_types;
SET search_path = ddl_narrowed_types;
CREATE TYPE pair AS (a int, b int);
CREATE TABLE address (a int, b int);
CREATE DOMAIN place AS address;
CREATE TYPE stretch AS RANGE (subtype = address);
CREATE TYPE outer_pair AS (p pair);
CREATE TABLE t (id int, p pair, o outer_pair, ps pair[]);
INSERT INTO t SELECT i, ROW (i % 2, i % 3)::pair, ROW (ROW (i % 2, i % 3)::pair)::outer_pair, ARRAY[ROW (i % 2, i % 3)::pair] FROM generate_series(1, 12) AS i;
CREATE TABLE u (id int, p place, s stretch);
INSERT INTO u SELECT i, ROW (i % 2, i % 3)::address, stretch(ROW (i % 2, i % 3)::address, ROW (9, 9)::address) FROM generate_series(1, 12) AS i;
CREATE TABLE plain (id int, c int, unused int);
INSERT INTO plain SELECT i, i % 2 FROM generate_series(1, 12) AS i;

CREATE MATERIALIZED VIEW by_pair AS SELECT p, count(*) FROM t GROUP BY p;
CREATE MATERIALIZED VIEW by_outer WITH (aqumv.incremental) AS SELECT o, count(*) FROM t GROUP BY o;
CREATE MATERIALIZED VIEW by_array WITH (aqumv.incremental) AS SELECT ps, count(*) FROM t GROUP BY ps;
CREATE MATERIALIZED VIEW by_place WITH (aqumv.incremental) AS SELECT p, count(*) FROM u GROUP BY p;
CREATE MATERIALIZED VIEW by_stretch AS SELECT s, count(*) FROM u GROUP BY s;
CREATE MATERIALIZED VIEW made WITH (aqumv.incremental) AS SELECT ROW (c, id)::pair AS p, count(*) FROM plain GROUP BY 1;
CREATE MATERIALIZED VIEW compared AS SELECT id FROM plain WHERE ROW (c, id)::pair > ROW (0, 5)::pair;
CREATE MATERIALIZED VIEW other AS SELECT c, count(*) FROM plain GROUP BY c;
CREATE FUNCTION pg_temp.all() RETURNS TABLE (query text, answer text) LANGUAGE sql AS $$
    SELECT q, pg_temp.answer(q) FROM unnest(ARRAY[
        'SELECT p, count(*) FROM t GROUP BY p', 'SELECT o, count(*) FROM t GROUP BY o', 'SELECT ps, count(*) FROM t GROUP BY ps',
        'SELECT p, count(*) FROM u GROUP BY p', 'SELECT s, count(*) FROM u GROUP BY s']) AS q $$;
SELECT * FROM pg_temp.all();
SELECT pg_temp.answer('SELECT ROW (c, id)::pair AS p, count(*) FROM plain GROUP BY 1');
-- a column of a table whose row type is nobody's, and one that goes with its type
ALTER TABLE plain DROP COLUMN unused;
SELECT view, usable FROM aqumv.views WHERE base = 'plain'::regclass ORDER BY view::text COLLATE "C";
ALTER TYPE pair DROP ATTRIBUTE b;
ALTER TABLE address DROP COLUMN b;
SELECT * FROM pg_temp.all();
SELECT pg_temp.answer('SELECT ROW (c, id)::pair AS p, count(*) FROM plain GROUP BY 1');
SELECT view, usable, reason_code FROM aqumv.views ORDER BY view::text COLLATE "C";
INSERT INTO t SELECT i, p, o, ps FROM t, generate_series(1, 2) AS i;
INSERT INTO u SELECT 0, p FROM u WHERE id = 1;
REFRESH MATERIALIZED VIEW by_pair;
REFRESH MATERIALIZED VIEW by_stretch;
SELECT * FROM pg_temp.all();

SET client_min_messages = warning;
DROP SCHEMA ddl_narrowed_types CASCADE;
