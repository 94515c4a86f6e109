-- Under gin_fuzzy_search_limit, scans of GIN indexes return some of the rows.  No
-- view is computed so, whoever has set it: who fills the view, who writes its
-- table, or a function of the view.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE TABLE t (id int, g int, a int[]);
INSERT INTO t SELECT i, i % 10, ARRAY[i % 3] FROM generate_series(1, 10000) i;
CREATE INDEX ON t USING gin (a);
ANALYZE t;
SET enable_seqscan = off;
-- filled so
SET gin_fuzzy_search_limit = 10;
CREATE MATERIALIZED VIEW rows AS SELECT id, g FROM t WHERE a @> '{1}';
CREATE MATERIALIZED VIEW groups WITH (aqumv.incremental) AS SELECT g, count(*), max(id) AS m FROM t WHERE a @> '{1}' GROUP BY g;
SHOW gin_fuzzy_search_limit;
RESET gin_fuzzy_search_limit;
SELECT count(*) FROM rows;
SELECT pg_temp.compare('SELECT id FROM t WHERE a @> ''{1}''');
TABLE differences;
-- written so: groups lose their extremes and are computed again
SET gin_fuzzy_search_limit = 10;
DELETE FROM t WHERE id IN (SELECT m FROM groups);
SHOW gin_fuzzy_search_limit;
RESET gin_fuzzy_search_limit;
TABLE differences;
SELECT pg_temp.compare('SELECT g, count(*), max(id) FROM t WHERE a @> ''{1}'' GROUP BY g');
DROP MATERIALIZED VIEW rows, groups;
-- a function that has it set while the rest of the view is planned: such views are doubted
CREATE FUNCTION fuzzy(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN PERFORM set_config('gin_fuzzy_search_limit', '10', true); RETURN $1; END $$;
CREATE MATERIALIZED VIEW rows AS SELECT id, g, fuzzy(1) FROM t WHERE a @> '{1}';
SHOW gin_fuzzy_search_limit;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'rows'::regclass;
SELECT pg_temp.compare('SELECT id FROM t WHERE a @> ''{1}''');
DROP MATERIALIZED VIEW rows;
-- in another session, while it is maintained
\c -
SET client_min_messages = warning;
\set VERBOSITY terse
CREATE FUNCTION fuzzy_later(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN IF $1 = 11 THEN PERFORM set_config('gin_fuzzy_search_limit', '10', true), set_config('gin_fuzzy_search_limit', '0', true); END IF; RETURN $1; END $$;
CREATE MATERIALIZED VIEW groups WITH (aqumv.incremental) AS SELECT g, max(id) AS m, min(fuzzy_later(g)) FROM t WHERE a @> '{1}' GROUP BY g;
SET gin_fuzzy_search_limit = 10;
INSERT INTO t VALUES (0, 10, '{1}');
RESET gin_fuzzy_search_limit;
SELECT usable, reason_code FROM aqumv.views;
INSERT INTO t VALUES (0, 11, '{1}');
SELECT usable, reason_code FROM aqumv.views;
DROP TABLE t CASCADE;
DROP FUNCTION fuzzy(int), fuzzy_later(int);
