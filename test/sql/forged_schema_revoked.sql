-- Who may create in the schema that a function looks its callees up in has a say
-- in what it computes; what was filled then is not believed once he may not.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
RESET client_min_messages;
CREATE ROLE revoked_owner;
CREATE SCHEMA revoked_lib;
GRANT CREATE, USAGE ON SCHEMA revoked_lib TO revoked_owner;
CREATE SCHEMA revoked_own AUTHORIZATION revoked_owner;
CREATE FUNCTION revoked_lib.norm(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
    SET search_path = revoked_lib, pg_catalog, pg_temp
    -- a name that nobody finds in the text
    AS $$ DECLARE r text; BEGIN EXECUTE 'SELECT lo' || 'wer($1)' INTO r USING $1; RETURN r; END $$;
CREATE TABLE revoked_t (x text);
INSERT INTO revoked_t VALUES ('ABC');
GRANT SELECT ON revoked_t TO revoked_owner;
SELECT aqumv.track('revoked_t');
SET ROLE revoked_owner;
CREATE FUNCTION revoked_lib.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT 'forged'::text $$;
CREATE MATERIALIZED VIEW revoked_own.v AS SELECT revoked_lib.norm(x) AS s FROM revoked_t;
DROP FUNCTION revoked_lib.lower(text);
RESET ROLE;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'revoked_own.v'::regclass;
REVOKE CREATE ON SCHEMA revoked_lib FROM revoked_owner;
\c -
SELECT usable, reason_code FROM aqumv.views WHERE view = 'revoked_own.v'::regclass;
SET aqumv.rewrite_mode = force;
SET enable_answer_query_using_materialized_views = on;
SELECT revoked_lib.norm(x) FROM revoked_t;
REFRESH MATERIALIZED VIEW revoked_own.v;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'revoked_own.v'::regclass;
SELECT revoked_lib.norm(x) FROM revoked_t;
DROP TABLE revoked_t CASCADE;
DROP SCHEMA revoked_own, revoked_lib CASCADE;
DROP ROLE revoked_owner;
