-- A role that may only INSERT must not have its own code run as the owner of a
-- view, whatever it puts before others in its search_path: SQL functions are
-- inlined, and constants folded, when a delta is compiled; queries that compute
-- groups again are planned; indexes of the view have expressions.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE ROLE regress_mallory;
CREATE SCHEMA mallory AUTHORIZATION regress_mallory;
CREATE SCHEMA door_inlined;
GRANT USAGE ON SCHEMA door_inlined TO regress_mallory;
SET search_path = door_inlined;
CREATE FUNCTION norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(trim($1))';
CREATE FUNCTION norm_plpgsql(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN lower(trim($1)); END';
CREATE TABLE t (a text, n int);
GRANT INSERT, DELETE, SELECT, UPDATE ON t TO regress_mallory;
CREATE MATERIALIZED VIEW mv_key WITH (aqumv.incremental) AS SELECT norm(a) AS k, count(*) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW mv_where WITH (aqumv.incremental) AS SELECT a, n FROM t WHERE norm(a) <> norm('NONE');
CREATE MATERIALIZED VIEW mv_filter WITH (aqumv.incremental) AS
    SELECT n, count(*) FILTER (WHERE norm(a) = 'x'), max(norm(a)) FROM t GROUP BY n;
CREATE MATERIALIZED VIEW mv_recomputed WITH (aqumv.incremental) AS
    SELECT n, array_agg(norm(a) ORDER BY norm(a)) FROM t GROUP BY n;
CREATE MATERIALIZED VIEW mv_derived WITH (aqumv.incremental) AS SELECT n, norm(max(a)) FROM t GROUP BY n;
CREATE MATERIALIZED VIEW mv_index WITH (aqumv.incremental) AS SELECT a, count(*) FROM t GROUP BY a;
CREATE INDEX ON mv_index (norm_plpgsql(a));
CREATE INDEX ON mv_index (norm(a)) WHERE norm(a) <> norm_plpgsql('NONE');
CREATE MATERIALIZED VIEW mv_base_index WITH (aqumv.incremental) AS SELECT n, min(a) FROM t GROUP BY n;
CREATE INDEX ON t (norm(a)) WHERE norm(a) <> norm_plpgsql('NONE');
CREATE STATISTICS s ON (norm(a)), (norm_plpgsql(a)) FROM t;
-- a new session has compiled and folded nothing
\c -
SET client_min_messages = notice;
SET SESSION AUTHORIZATION regress_mallory;
CREATE FUNCTION mallory.lower(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'regress_mallory' THEN
        RAISE NOTICE 'mallory has become %', current_user;
    END IF;
    RETURN pg_catalog.lower($1);
END $$;
SET search_path = mallory, pg_catalog, door_inlined;
INSERT INTO door_inlined.t VALUES ('X', 1), ('x ', 2), ('Y', 2);
UPDATE door_inlined.t SET a = 'Z' WHERE a = 'Y';
DELETE FROM door_inlined.t WHERE a = 'x ';
INSERT INTO door_inlined.t SELECT i::text, i % 3 FROM generate_series(1, 20) AS i;
DELETE FROM door_inlined.t WHERE n < 2;
RESET SESSION AUTHORIZATION;
\i :harness
SET search_path = door_inlined;
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA door_inlined, mallory CASCADE;
DROP ROLE regress_mallory;
