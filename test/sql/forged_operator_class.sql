-- Grouping, DISTINCT and comparisons of arrays call functions of operator
-- classes, which no expression mentions.  What these look up must not be the
-- view's owner's; and where they are replaced, the view is not used.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
CREATE ROLE opclass_owner;
CREATE SCHEMA opclass_own AUTHORIZATION opclass_owner;
CREATE TYPE opclass_c AS (a text);
CREATE FUNCTION opclass_clean(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT pg_catalog.lower($1)';
CREATE FUNCTION opclass_cmp(opclass_c, opclass_c) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
    RETURN CASE WHEN opclass_clean($1.a) < opclass_clean($2.a) THEN -1 WHEN opclass_clean($1.a) = opclass_clean($2.a) THEN 0 ELSE 1 END; END $$;
CREATE FUNCTION opclass_lt(opclass_c, opclass_c) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN opclass_clean($1.a) < opclass_clean($2.a); END $$;
CREATE FUNCTION opclass_eq(opclass_c, opclass_c) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN opclass_clean($1.a) = opclass_clean($2.a); END $$;
CREATE OPERATOR === (LEFTARG = opclass_c, RIGHTARG = opclass_c, FUNCTION = opclass_eq, MERGES);
CREATE OPERATOR <<< (LEFTARG = opclass_c, RIGHTARG = opclass_c, FUNCTION = opclass_lt);
CREATE OPERATOR CLASS opclass_c_ops DEFAULT FOR TYPE opclass_c USING btree AS OPERATOR 1 <<<, OPERATOR 3 ===, FUNCTION 1 opclass_cmp(opclass_c, opclass_c);
-- one for sorting only, of a type that has another
CREATE FUNCTION opclass_icmp(int, int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN btint4cmp($2, $1); END $$;
CREATE OPERATOR >>>> (LEFTARG = int, RIGHTARG = int, FUNCTION = int4gt);
CREATE OPERATOR CLASS opclass_int_ops FOR TYPE int USING btree AS OPERATOR 1 >>>>, OPERATOR 3 =, FUNCTION 1 opclass_icmp(int, int);
CREATE TABLE opclass_t (x opclass_c, k int);
INSERT INTO opclass_t VALUES (ROW('a'), 1), (ROW('A'), 2), (ROW('b'), 3);
GRANT SELECT ON opclass_t TO opclass_owner;
SELECT aqumv.track('opclass_t');
SET ROLE opclass_owner;
CREATE FUNCTION opclass_own.opclass_clean(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT 'forged'::text $$;
SET search_path = opclass_own, pg_catalog, public;
CREATE MATERIALIZED VIEW opclass_own.groups AS SELECT x, count(*) FROM opclass_t GROUP BY x WITH NO DATA;
CREATE MATERIALIZED VIEW opclass_own.differing AS SELECT count(DISTINCT x) FROM opclass_t WITH NO DATA;
CREATE MATERIALIZED VIEW opclass_own.arrays AS SELECT ARRAY[x] = '{(B)}'::opclass_c[] AS q FROM opclass_t WITH NO DATA;
CREATE MATERIALIZED VIEW opclass_own.sorted AS SELECT array_agg(k ORDER BY k USING >>>>) FROM opclass_t WITH NO DATA;
RESET search_path;
RESET ROLE;
SELECT view, usable, reason_code FROM aqumv.views WHERE base = 'opclass_t'::regclass ORDER BY view::text;
SET aqumv.rewrite_mode = force;
SET enable_answer_query_using_materialized_views = on;
SELECT count(*) FROM opclass_t GROUP BY x ORDER BY 1;
SELECT count(DISTINCT x) FROM opclass_t;
-- one's own, or a superuser's, are as good as any function until replaced
DROP SCHEMA opclass_own CASCADE;
ALTER FUNCTION opclass_cmp(opclass_c, opclass_c) SET search_path = public, pg_temp;
ALTER FUNCTION opclass_lt(opclass_c, opclass_c) SET search_path = public, pg_temp;
ALTER FUNCTION opclass_eq(opclass_c, opclass_c) SET search_path = public, pg_temp;
CREATE MATERIALIZED VIEW opclass_groups AS SELECT x, count(*) FROM opclass_t GROUP BY x;
CREATE MATERIALIZED VIEW opclass_arrays AS SELECT ARRAY[x] = '{(B)}'::opclass_c[] AS q FROM opclass_t;
SELECT view, usable, reason_code FROM aqumv.views WHERE base = 'opclass_t'::regclass ORDER BY view::text;
CREATE OR REPLACE FUNCTION opclass_eq(opclass_c, opclass_c) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN $1.a = $2.a; END $$;
SELECT view, usable, reason_code FROM aqumv.views WHERE base = 'opclass_t'::regclass ORDER BY view::text;
DROP TABLE opclass_t CASCADE;
DROP OPERATOR FAMILY opclass_c_ops USING btree;
DROP OPERATOR FAMILY opclass_int_ops USING btree;
DROP OPERATOR >>>> (int, int);
DROP FUNCTION opclass_icmp(int, int);
DROP TYPE opclass_c CASCADE;
DROP FUNCTION opclass_clean(text);
DROP ROLE opclass_owner;
