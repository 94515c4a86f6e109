-- Where a type gets another attribute, its values are NULL there: what IS NOT NULL
-- has said of them, and what they hash to, is not so any more, in tables that
-- nobody has written.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_widened_types;
SET search_path = ddl_widened_types;
CREATE TYPE pair AS (a int, b int);
CREATE TABLE parent (a int);
CREATE TABLE address (b int) INHERITS (parent);
CREATE VIEW looks AS SELECT 1 AS a;
CREATE FUNCTION make(i int) RETURNS pair LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN ROW (i, i)::ddl_widened_types.pair; END';
CREATE TABLE t (id int, p pair, x address, l looks);
INSERT INTO t SELECT i, ROW (i, i)::pair, ROW (i, i)::address, ROW (i)::looks FROM generate_series(1, 6) AS i;
CREATE TABLE u (id int, unused int);
INSERT INTO u SELECT i FROM generate_series(1, 6) AS i;
CREATE MATERIALIZED VIEW by_pair AS SELECT p IS NOT NULL AS n, count(*) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW kept_pair WITH (aqumv.incremental) AS SELECT p IS NOT NULL AS n, count(*), max(hash_record(p)) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW by_address WITH (aqumv.incremental) AS SELECT x IS NOT NULL AS n, count(*) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW by_looks WITH (aqumv.incremental) AS SELECT id FROM t WHERE l IS NOT NULL;
CREATE MATERIALIZED VIEW made WITH (aqumv.incremental) AS SELECT make(id) IS NOT NULL AS n, count(*) FROM u GROUP BY 1;
CREATE MATERIALIZED VIEW other AS SELECT id FROM u;
CREATE FUNCTION pg_temp.all() RETURNS TABLE (query text, answer text) LANGUAGE sql AS $$
    SELECT q, pg_temp.answer(q) FROM unnest(ARRAY[
        'SELECT p IS NOT NULL, count(*) FROM t GROUP BY 1', 'SELECT x IS NOT NULL, count(*) FROM t GROUP BY 1',
        'SELECT id FROM t WHERE l IS NOT NULL', 'SELECT make(id) IS NOT NULL, count(*) FROM u GROUP BY 1']) AS q $$;
SELECT * FROM pg_temp.all();
PREPARE known AS SELECT p IS NOT NULL, count(*) FROM t GROUP BY 1;
EXECUTE known;
-- what is nobody's type concerns nobody
ALTER TABLE u ADD COLUMN more int;
SELECT view FROM aqumv.views WHERE NOT usable;
ALTER TYPE pair ADD ATTRIBUTE c int;
EXECUTE known;
SELECT * FROM pg_temp.all();
REFRESH MATERIALIZED VIEW by_address;
REFRESH MATERIALIZED VIEW by_looks;
ALTER TABLE parent ADD COLUMN c int;
SELECT * FROM pg_temp.all();
REFRESH MATERIALIZED VIEW by_looks;
CREATE OR REPLACE VIEW looks AS SELECT 1 AS a, 2 AS b;
SELECT * FROM pg_temp.all();
SELECT view, usable, reason_code FROM aqumv.views ORDER BY view::text COLLATE "C";
INSERT INTO t SELECT id + 6, p, x, l FROM t;
-- what cannot be computed any more stays behind, and nothing else fails
CREATE MATERIALIZED VIEW keys WITH (aqumv.incremental) AS SELECT p, count(*) FROM t GROUP BY p;
ALTER TYPE pair ADD ATTRIBUTE j json;
INSERT INTO t SELECT 13, p, x, l FROM t WHERE id = 1;
SELECT view, usable, reason_code FROM aqumv.views ORDER BY view::text COLLATE "C";
INSERT INTO u VALUES (7);
SELECT * FROM pg_temp.all();

SET client_min_messages = warning;
DROP SCHEMA ddl_widened_types CASCADE;
