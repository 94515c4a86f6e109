-- Columns that show through without being named: how many groups a view has
-- tells how many values its keys have.  If this were wrong, EXPLAIN ANALYZE
-- would count the secrets.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA rights_shown;
SET search_path = rights_shown;
CREATE ROLE regress_aqumv_r8;
CREATE ROLE regress_aqumv_all;
CREATE ROLE regress_aqumv_views;
GRANT USAGE ON SCHEMA rights_shown TO PUBLIC;
CREATE TABLE c AS SELECT i % 2 AS a, CASE WHEN i % 2 = 0 THEN 5 ELSE i END AS secret FROM generate_series(1, 20) i;
CREATE MATERIALIZED VIEW mc AS SELECT a, secret, count(*) FROM c GROUP BY a, secret;
GRANT SELECT (a) ON c TO regress_aqumv_r8;
GRANT SELECT ON c TO regress_aqumv_all;
CREATE FUNCTION pg_temp.rows(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
        IF line ~ ' Scan ' THEN RETURN NEXT regexp_replace(line, '^.*(Seq Scan on \w+).*rows=(\d+).*$', '\1: \2'); END IF;
    END LOOP;
END $$;
SET enable_answer_query_using_materialized_views = on;
SET ROLE regress_aqumv_r8;
SELECT pg_temp.rows('SELECT a, count(*) FROM c GROUP BY a');
SELECT pg_temp.answer('SELECT a, count(*) FROM c GROUP BY a');
SELECT pg_temp.why('SELECT a, count(*) FROM c GROUP BY a');
SELECT reason FROM aqumv.explain_rewrite('SELECT a, count(*) FROM c GROUP BY a');
SET ROLE regress_aqumv_all;
SELECT pg_temp.rows('SELECT a, count(*) FROM c GROUP BY a');
RESET ROLE;
-- keys that are expressions, conditions, HAVING and DISTINCT
DROP MATERIALIZED VIEW mc;
CREATE MATERIALIZED VIEW m1 AS SELECT a, secret / 2 AS half, count(*) FROM c GROUP BY a, secret / 2;
SET ROLE regress_aqumv_r8;
SELECT pg_temp.why('SELECT a, count(*) FROM c GROUP BY a');
RESET ROLE;
DROP MATERIALIZED VIEW m1;
CREATE MATERIALIZED VIEW m2 AS SELECT a, count(*) FROM c GROUP BY a HAVING sum(secret) > 0;
CREATE MATERIALIZED VIEW m3 AS SELECT a, count(*) FROM c WHERE secret IS NOT NULL OR a = 1 GROUP BY a;
CREATE MATERIALIZED VIEW m4 AS SELECT DISTINCT a, secret FROM c;
SET ROLE regress_aqumv_r8;
SELECT pg_temp.why('SELECT DISTINCT a FROM c WHERE a = 1');
SELECT pg_temp.answer('SELECT a FROM c WHERE a = 1 GROUP BY a');
RESET ROLE;
DROP MATERIALIZED VIEW m2, m3, m4;
CREATE MATERIALIZED VIEW m2 AS SELECT a, count(*) FROM c GROUP BY a HAVING sum(secret) > 90 OR count(*) > 15;
SELECT pg_temp.why('SELECT a, count(*) FROM c GROUP BY a HAVING count(*) > 20');
SET ROLE regress_aqumv_r8;
SELECT pg_temp.why('SELECT a, count(*) FROM c GROUP BY a HAVING count(*) > 20');
RESET ROLE;
DROP MATERIALIZED VIEW m2;
-- what is only added up does not show
CREATE MATERIALIZED VIEW m5 AS SELECT a, sum(secret), count(*) FROM c GROUP BY a;
CREATE MATERIALIZED VIEW m6 AS SELECT a, secret FROM c;
SET ROLE regress_aqumv_r8;
SELECT pg_temp.answer('SELECT a, count(*) FROM c GROUP BY a');
SELECT pg_temp.answer('SELECT a FROM c');
RESET ROLE;
DROP MATERIALIZED VIEW m5, m6;

-- whose privilege counts: that of the owner of an ordinary view
CREATE MATERIALIZED VIEW mc AS SELECT a, secret, count(*) FROM c GROUP BY a, secret;
CREATE VIEW w AS SELECT a FROM c;
ALTER VIEW w OWNER TO regress_aqumv_views;
GRANT SELECT ON w TO regress_aqumv_r8, regress_aqumv_all;
GRANT SELECT (a) ON c TO regress_aqumv_views;
SET ROLE regress_aqumv_all;
SELECT pg_temp.rows('SELECT a, count(*) FROM w GROUP BY a');
RESET ROLE;
GRANT SELECT (secret) ON c TO regress_aqumv_views;
SET ROLE regress_aqumv_r8;
SELECT pg_temp.rows('SELECT a, count(*) FROM w GROUP BY a');
RESET ROLE;

-- cached plans: another user, a membership that goes, columns revoked
GRANT SELECT (a) ON c TO PUBLIC;
GRANT regress_aqumv_all TO regress_aqumv_r8;
SET plan_cache_mode = force_generic_plan;
SET ROLE regress_aqumv_r8;
PREPARE p AS SELECT a, count(*) FROM c GROUP BY a;
SELECT pg_temp.rows('EXECUTE p');
RESET ROLE;
REVOKE regress_aqumv_all FROM regress_aqumv_r8;
SET ROLE regress_aqumv_r8;
SELECT pg_temp.rows('EXECUTE p');
SET ROLE regress_aqumv_all;
SELECT pg_temp.rows('EXECUTE p');
SET ROLE regress_aqumv_r8;
SELECT pg_temp.rows('EXECUTE p');
RESET ROLE;
REVOKE SELECT ON c FROM regress_aqumv_all;
SET ROLE regress_aqumv_all;
SELECT pg_temp.rows('EXECUTE p');
RESET ROLE;
SELECT pg_temp.rows('EXECUTE p');

SET client_min_messages = warning;
DROP SCHEMA rights_shown CASCADE;
DROP ROLE regress_aqumv_r8, regress_aqumv_all, regress_aqumv_views;
