-- Languages whose interpreters keep something, as PL/Perl's one per role does, let
-- the owner of a view change what another owner's functions compute. Only SQL,
-- PL/pgSQL and C are known not to; this one is PL/pgSQL by another name.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
RESET client_min_messages;
CREATE ROLE interpreter_owner;
CREATE SCHEMA interpreter_own AUTHORIZATION interpreter_owner;
CREATE LANGUAGE pl_other HANDLER plpgsql_call_handler;
CREATE FUNCTION interpreter_norm(text) RETURNS text IMMUTABLE LANGUAGE pl_other
    SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN lower($1); END $$;
CREATE FUNCTION interpreter_outer(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN public.interpreter_norm($1); END $$;
CREATE FUNCTION interpreter_body(text) RETURNS text IMMUTABLE RETURN interpreter_norm($1);
CREATE FUNCTION interpreter_plain(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN lower($1); END $$;
CREATE TABLE interpreter_t (x text);
INSERT INTO interpreter_t VALUES ('ABC');
GRANT SELECT ON interpreter_t TO interpreter_owner;
SELECT aqumv.track('interpreter_t');
SET ROLE interpreter_owner;
CREATE MATERIALIZED VIEW interpreter_own.direct AS SELECT interpreter_norm(x) FROM interpreter_t;
CREATE MATERIALIZED VIEW interpreter_own.by_name AS SELECT interpreter_outer(x) FROM interpreter_t;
CREATE MATERIALIZED VIEW interpreter_own.by_body AS SELECT interpreter_body(x) FROM interpreter_t;
CREATE MATERIALIZED VIEW interpreter_own.other AS SELECT interpreter_plain(x) FROM interpreter_t;
RESET ROLE;
CREATE MATERIALIZED VIEW interpreter_own.superusers AS SELECT interpreter_norm(x), x FROM interpreter_t;
SELECT view, usable, reason_code FROM aqumv.views WHERE base = 'interpreter_t'::regclass ORDER BY view::text;
-- what was filled then is not believed once the function is the owner's
ALTER FUNCTION interpreter_norm(text) OWNER TO interpreter_owner;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'interpreter_own.direct'::regclass;
DROP TABLE interpreter_t CASCADE;
DROP FUNCTION interpreter_body(text), interpreter_outer(text), interpreter_norm(text), interpreter_plain(text);
DROP LANGUAGE pl_other;
DROP SCHEMA interpreter_own;
DROP ROLE interpreter_owner;
