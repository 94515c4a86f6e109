-- A callee that exists only while an immediate view is maintained, made by a
-- function of the view: the view is not used afterwards.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
CREATE ROLE within_owner;
CREATE SCHEMA within_lib;
GRANT USAGE ON SCHEMA within_lib TO within_owner;
CREATE SCHEMA within_own AUTHORIZATION within_owner;
CREATE FUNCTION within_lib.norm(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
    SET search_path = within_lib, pg_catalog, pg_temp AS $$ BEGIN RETURN lower($1); END $$;
CREATE FUNCTION within_lib.run(text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE $1; RETURN $1; END $$;
CREATE TABLE within_t (x text);
GRANT SELECT, TRIGGER ON within_t TO within_owner;
SET ROLE within_owner;
CREATE FUNCTION within_own.make(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
    IF $1 = 'GO' THEN PERFORM within_lib.run('CREATE FUNCTION within_lib.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $f$ SELECT ''forged''::text $f$'); END IF;
    RETURN $1; END $$;
CREATE FUNCTION within_own.unmake(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
    IF $1 = 'GO' THEN PERFORM within_lib.run('DROP FUNCTION within_lib.lower(text)'); END IF;
    RETURN $1; END $$;
CREATE MATERIALIZED VIEW within_own.v WITH (aqumv.incremental) AS
    SELECT within_own.make(x) AS a, within_lib.norm(x) AS n, within_own.unmake(x) AS b, x FROM within_t;
RESET ROLE;
INSERT INTO within_t VALUES ('ABC');
SELECT usable, reason_code FROM aqumv.views WHERE view = 'within_own.v'::regclass;
INSERT INTO within_t VALUES ('GO');
SELECT x, n FROM within_own.v ORDER BY 1;
SELECT usable FROM aqumv.views WHERE view = 'within_own.v'::regclass;
SET aqumv.rewrite_mode = force;
SET enable_answer_query_using_materialized_views = on;
SELECT x, within_lib.norm(x) FROM within_t ORDER BY 1;
DROP TABLE within_t CASCADE;
DROP SCHEMA within_own, within_lib CASCADE;
DROP ROLE within_owner;
