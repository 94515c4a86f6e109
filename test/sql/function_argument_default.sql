-- Whoever calls a function without all its arguments evaluates their defaults,
-- which the call does not show.  What these call counts as called: replaced, it
-- takes the view back; looked up, it must not be the view's owner's; it takes the
-- right to call it; and it must not be VOLATILE.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
CREATE ROLE argdef_owner;
CREATE ROLE argdef_reader;
CREATE SCHEMA argdef_own AUTHORIZATION argdef_owner;
CREATE FUNCTION argdef_one() RETURNS int IMMUTABLE LANGUAGE plpgsql SET search_path = public, pg_temp AS 'BEGIN RETURN 1; END';
CREATE FUNCTION argdef_clean() RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE FUNCTION argdef_bound() RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN argdef_clean(); END';
CREATE FUNCTION argdef_f(k int, d int DEFAULT argdef_one()) RETURNS int IMMUTABLE LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN k + d; END';
CREATE FUNCTION argdef_g(k int, d int DEFAULT argdef_bound()) RETURNS int IMMUTABLE LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN k + d; END';
CREATE FUNCTION argdef_r(k int, d float8 DEFAULT random()) RETURNS float8 IMMUTABLE LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN k + d; END';
CREATE FUNCTION argdef_q(k int, d text DEFAULT quote_ident('x')) RETURNS text IMMUTABLE LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN d; END';
CREATE FUNCTION argdef_atomic_f(k int) RETURNS int IMMUTABLE BEGIN ATOMIC SELECT argdef_f(k); END;
CREATE FUNCTION argdef_atomic_g(k int) RETURNS int IMMUTABLE BEGIN ATOMIC SELECT argdef_g(k); END;
CREATE TABLE argdef (k int);
INSERT INTO argdef VALUES (1), (2);
GRANT SELECT ON argdef TO argdef_owner, argdef_reader;
SELECT aqumv.track('argdef');
SET aqumv.rewrite_mode = force;
SET enable_answer_query_using_materialized_views = on;

-- the owner of a view chooses what is called
SET ROLE argdef_owner;
CREATE FUNCTION argdef_own.argdef_clean() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 666';
SET search_path = argdef_own, public;
CREATE MATERIALIZED VIEW argdef_own.bound AS SELECT k, argdef_g(k) FROM argdef WITH NO DATA;
CREATE MATERIALIZED VIEW argdef_own.bound_inside AS SELECT k, argdef_atomic_g(k) FROM argdef WITH NO DATA;
RESET search_path;
RESET ROLE;
SELECT view, usable, reason_code FROM aqumv.views WHERE base = 'argdef'::regclass ORDER BY view::text;
SELECT argdef_g(k) FROM argdef ORDER BY 1;
SELECT argdef_atomic_g(k) FROM argdef ORDER BY 1;
DROP SCHEMA argdef_own CASCADE;

-- replaced
CREATE MATERIALIZED VIEW argdef_plain AS SELECT k, argdef_f(k) FROM argdef;
CREATE MATERIALIZED VIEW argdef_given AS SELECT k, argdef_r(k, 0.5), argdef_q(k, 'x') FROM argdef;
CREATE MATERIALIZED VIEW argdef_random AS SELECT k, argdef_r(k) FROM argdef;
CREATE MATERIALIZED VIEW argdef_setting AS SELECT k, argdef_q(k) FROM argdef;
CREATE MATERIALIZED VIEW argdef_inside AS SELECT k, argdef_atomic_f(k) FROM argdef;
CREATE MATERIALIZED VIEW argdef_immediate WITH (aqumv.incremental) AS SELECT argdef_f(k), count(*) FROM argdef GROUP BY 1;
SELECT view, usable, reason_code FROM aqumv.views WHERE base = 'argdef'::regclass ORDER BY view::text;
CREATE OR REPLACE FUNCTION argdef_one() RETURNS int IMMUTABLE LANGUAGE plpgsql SET search_path = public, pg_temp AS 'BEGIN RETURN 100; END';
SELECT view, usable, reason_code FROM aqumv.views WHERE base = 'argdef'::regclass ORDER BY view::text;
SELECT argdef_f(k) FROM argdef ORDER BY 1;
SELECT argdef_atomic_f(k) FROM argdef ORDER BY 1;

-- rights
REFRESH MATERIALIZED VIEW argdef_plain;
REFRESH MATERIALIZED VIEW argdef_inside;
REVOKE EXECUTE ON FUNCTION argdef_one() FROM PUBLIC;
SELECT argdef_f(k) FROM argdef ORDER BY 1;
SET ROLE argdef_reader;
SELECT argdef_f(k) FROM argdef ORDER BY 1;
SELECT argdef_atomic_f(k) FROM argdef ORDER BY 1;
RESET ROLE;
DROP TABLE argdef CASCADE;
DROP FUNCTION argdef_atomic_f, argdef_atomic_g, argdef_f, argdef_g, argdef_r, argdef_q, argdef_one, argdef_bound, argdef_clean;
DROP ROLE argdef_owner, argdef_reader;
