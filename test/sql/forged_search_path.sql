-- A view holds what its functions computed under a search_path that its owner
-- chose.  Functions that depend on it count only where the owner is theirs.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE ROLE forged_mallory;
CREATE ROLE forged_victim;
CREATE SCHEMA forged;
GRANT ALL ON SCHEMA forged TO forged_victim, forged_mallory;
CREATE SCHEMA forged_m AUTHORIZATION forged_mallory;
GRANT USAGE ON SCHEMA forged_m TO forged_victim;
SET search_path = forged, public;
SET ROLE forged_victim;
CREATE TABLE t (a text, ts timestamptz);
INSERT INTO t VALUES (' Xy ', '2024-01-01'), ('Z', '2024-01-02');
GRANT SELECT, TRIGGER ON t TO forged_mallory;
CREATE FUNCTION norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(trim($1))';
CREATE FUNCTION slow(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN lower($1); END';
CREATE FUNCTION fixed(text) RETURNS text IMMUTABLE LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN lower($1); END';
CREATE FUNCTION bound(text) RETURNS text IMMUTABLE LANGUAGE sql RETURN lower($1);
CREATE FUNCTION half(text) RETURNS text IMMUTABLE LANGUAGE sql RETURN slow($1);
CREATE FUNCTION other(text) RETURNS text IMMUTABLE LANGUAGE plpgsql SET work_mem = '1MB' AS 'BEGIN RETURN lower($1); END';
CREATE FUNCTION step(text, text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN lower($1 || $2); END';
CREATE AGGREGATE glue(text) (sfunc = step, stype = text, initcond = '');
CREATE FUNCTION same(text, text) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN lower($1) = lower($2); END';
CREATE OPERATOR =~= (leftarg = text, rightarg = text, function = same);

SET ROLE forged_mallory;
CREATE FUNCTION forged_m.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT 'forged'::text$$;
SET search_path = forged_m, pg_catalog, forged;
CREATE MATERIALIZED VIEW forged_m.v1 AS SELECT norm(a) AS n FROM t;
CREATE MATERIALIZED VIEW forged_m.v2 AS SELECT slow(a) AS n FROM t;
CREATE MATERIALIZED VIEW forged_m.v3 AS SELECT fixed(a) AS n FROM t;
CREATE MATERIALIZED VIEW forged_m.v4 AS SELECT bound(a) AS n FROM t;
CREATE MATERIALIZED VIEW forged_m.v5 AS SELECT half(a) AS n FROM t;
CREATE MATERIALIZED VIEW forged_m.v6 AS SELECT other(a) AS n FROM t;
CREATE MATERIALIZED VIEW forged_m.v7 AS SELECT ts, glue(a) AS n FROM t GROUP BY ts;
CREATE MATERIALIZED VIEW forged_m.v8 AS SELECT ts FROM t WHERE a =~= 'z';
CREATE MATERIALIZED VIEW forged_m.v9 AS SELECT date_trunc('day', ts) AS d, bound(a) AS n FROM t;
CREATE MATERIALIZED VIEW forged_m.mine AS SELECT forged_m.lower(a) AS n FROM t;
RESET ROLE;
RESET search_path;
SET search_path = forged, public;
SELECT view, reason_code FROM aqumv.views WHERE view::text LIKE 'forged%' ORDER BY view;
SET ROLE forged_victim;
SELECT pg_temp.compare('SELECT norm(a) FROM t');
SELECT pg_temp.compare('SELECT slow(a) FROM t');
SELECT pg_temp.compare('SELECT fixed(a) FROM t');
SELECT pg_temp.compare('SELECT bound(a) FROM t');
SELECT pg_temp.compare('SELECT half(a) FROM t');
SELECT pg_temp.compare('SELECT other(a) FROM t');
SELECT pg_temp.compare('SELECT ts, glue(a) FROM t GROUP BY ts');
SELECT pg_temp.compare($$SELECT ts FROM t WHERE a =~= 'z'$$);
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA forged_m CASCADE;

-- the victim's own view counts, and is out when the function changes hands; a
-- superuser's is as good
SET ROLE forged_victim;
CREATE MATERIALIZED VIEW own AS SELECT norm(a) AS n FROM t;
SET enable_answer_query_using_materialized_views = on;
SET plan_cache_mode = force_generic_plan;
PREPARE p AS SELECT norm(a) FROM t ORDER BY 1;
EXPLAIN (COSTS OFF) EXECUTE p;
RESET ROLE;
ALTER FUNCTION norm(text) OWNER TO forged_mallory;
SELECT reason_code FROM aqumv.views WHERE view = 'own'::regclass;
SET ROLE forged_victim;
EXPLAIN (COSTS OFF) EXECUTE p;
RESET ROLE;
ALTER ROLE forged_victim SUPERUSER;
SELECT reason_code FROM aqumv.views WHERE view = 'own'::regclass;
ALTER ROLE forged_victim NOSUPERUSER;
SELECT reason_code FROM aqumv.views WHERE view = 'own'::regclass;
ALTER MATERIALIZED VIEW own OWNER TO forged_mallory;
SELECT reason_code FROM aqumv.views WHERE view = 'own'::regclass;
ALTER MATERIALIZED VIEW own OWNER TO forged_victim;
SELECT reason_code FROM aqumv.views WHERE view = 'own'::regclass;
ALTER FUNCTION norm(text) SET search_path = pg_catalog, pg_temp;
REFRESH MATERIALIZED VIEW own;
SELECT reason_code FROM aqumv.views WHERE view = 'own'::regclass;
DROP SCHEMA forged CASCADE;
DROP ROLE forged_mallory, forged_victim;
