-- What a function looks up when it runs is what the view was filled with: a
-- callee that exists only while the view is filled, whoever has made it, must
-- not be in what others are answered.  Were it, they would see "forged".
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
CREATE ROLE late_owner;
CREATE ROLE late_friend;
CREATE ROLE late_group;
CREATE SCHEMA late_lib;
GRANT USAGE ON SCHEMA late_lib TO late_friend, late_group;
GRANT USAGE ON SCHEMA late_lib TO late_owner;
CREATE SCHEMA late_own AUTHORIZATION late_owner;
CREATE FUNCTION late_lib.norm(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
    SET search_path = late_lib, pg_catalog, pg_temp AS $$ BEGIN RETURN lower($1); END $$;
CREATE FUNCTION late_lib.minus(int) RETURNS int IMMUTABLE LANGUAGE plpgsql
    SET search_path = late_lib, pg_catalog, pg_temp AS $$ BEGIN RETURN $1*-1; END $$;
CREATE SCHEMA late_base;
GRANT USAGE ON SCHEMA late_base TO PUBLIC;
CREATE DOMAIN late_base.short AS text;
CREATE FUNCTION late_lib.keep(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
    SET search_path = late_lib, late_base, pg_catalog, pg_temp AS $$ BEGIN RETURN $1::short; END $$;
CREATE TABLE late_t (x text, k int);
INSERT INTO late_t VALUES ('ABC', 5);
GRANT SELECT, TRIGGER ON late_t TO late_owner;
SELECT aqumv.track('late_t');

-- with: a query, and what is there only while the view is filled
CREATE FUNCTION pg_temp.try(query text, make text, unmake text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text; why text;
BEGIN
    EXECUTE make;
    SET LOCAL ROLE late_owner; EXECUTE 'CREATE MATERIALIZED VIEW late_own.v AS ' || query;
    RESET ROLE; EXECUTE unmake;
    SELECT coalesce(reason_code, 'usable') INTO why FROM aqumv.views WHERE view = 'late_own.v'::regclass;
    SET LOCAL aqumv.rewrite_mode = force;
    SET LOCAL enable_answer_query_using_materialized_views = on;
    EXECUTE query INTO result;
    DROP MATERIALIZED VIEW late_own.v;
    RETURN why || ': ' || result;
END $$;
SELECT pg_temp.try('SELECT late_lib.norm(x) FROM late_t',
    'CREATE FUNCTION late_lib.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $f$ SELECT ''forged''::text $f$',
    'DROP FUNCTION late_lib.lower(text)');
SELECT pg_temp.try('SELECT late_lib.norm(x) FROM late_t',
    'CREATE FUNCTION late_lib.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $f$ SELECT ''forged''::text $f$',
    'CREATE OR REPLACE FUNCTION late_lib.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $f$ SELECT pg_catalog.lower($1) $f$');
DROP FUNCTION late_lib.lower(text);
SELECT pg_temp.try('SELECT late_lib.minus(k) FROM late_t',
    'CREATE OPERATOR late_lib.* (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl)',
    'DROP OPERATOR late_lib.* (int, int)');
SELECT pg_temp.try('SELECT late_lib.keep(x) FROM late_t',
    'CREATE DOMAIN late_lib.short AS varchar(1)', 'DROP DOMAIN late_lib.short');
CREATE COLLATION late_base.plain FROM "C";
CREATE TEXT SEARCH CONFIGURATION late_base.words (COPY = pg_catalog.english);
CREATE FUNCTION late_lib.before(text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql
    SET search_path = late_lib, late_base, pg_temp AS $$ BEGIN RETURN $1 < 'a' COLLATE plain; END $$;
CREATE FUNCTION late_lib.stems(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
    SET search_path = late_lib, late_base, pg_temp AS $$ BEGIN RETURN to_tsvector('words', $1 || 'ings'); END $$;
SELECT pg_temp.try('SELECT late_lib.before(x) FROM late_t',
    'CREATE COLLATION late_lib.plain FROM "POSIX"', 'DROP COLLATION late_lib.plain');
SELECT pg_temp.try('SELECT late_lib.stems(x) FROM late_t',
    'CREATE TEXT SEARCH CONFIGURATION late_lib.words (COPY = pg_catalog.simple)',
    'DROP TEXT SEARCH CONFIGURATION late_lib.words');
-- a procedure that a function calls looks names up, too
CREATE PROCEDURE late_lib.do_norm(text, INOUT r text) LANGUAGE plpgsql
    SET search_path = late_lib, pg_catalog, pg_temp AS $$ BEGIN r := lower($1); END $$;
CREATE FUNCTION late_lib.calls(text) RETURNS text LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$ DECLARE r text; BEGIN CALL late_lib.do_norm($1, r); RETURN r; END $$;
CREATE FUNCTION late_lib.through(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
    SET search_path = late_lib, pg_temp AS $$ BEGIN RETURN calls($1); END $$;
SELECT pg_temp.try('SELECT late_lib.through(x) FROM late_t',
    'CREATE FUNCTION late_lib.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $f$ SELECT ''forged''::text $f$',
    'DROP FUNCTION late_lib.lower(text)');
-- what comes in another schema is none of its names
SELECT pg_temp.try('SELECT late_lib.norm(x) FROM late_t',
    'CREATE FUNCTION pg_temp.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $f$ SELECT ''other''::text $f$',
    'DROP FUNCTION pg_temp.lower(text)');

-- made and dropped by a function of the view itself, in the middle
CREATE FUNCTION late_own.run(text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE $1; RETURN $1; END $$;
CREATE FUNCTION late_own.make(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
    RETURN late_own.run('CREATE FUNCTION late_lib.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $f$ SELECT ''forged''::text $f$'); END $$;
CREATE FUNCTION late_own.unmake(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
    RETURN late_own.run('DROP FUNCTION late_lib.lower(text)') || late_own.run('REVOKE late_group FROM late_owner'); END $$;
ALTER FUNCTION late_own.make(text) OWNER TO late_owner;
ALTER FUNCTION late_own.unmake(text) OWNER TO late_owner;
GRANT late_group TO late_owner WITH ADMIN OPTION;
SET ROLE late_owner;
CREATE MATERIALIZED VIEW late_own.v AS SELECT late_own.make(x) AS a, late_lib.norm(x) AS n, late_own.unmake(x || '') AS b FROM late_t;
RESET ROLE;
SELECT n FROM late_own.v;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'late_own.v'::regclass;
DROP MATERIALIZED VIEW late_own.v;

-- the function was somebody's who had a say, and is pinned in vain
ALTER FUNCTION late_lib.norm(text) OWNER TO late_owner;
SET ROLE late_owner;
CREATE MATERIALIZED VIEW late_own.v AS SELECT late_lib.norm(x) FROM late_t;
RESET ROLE;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'late_own.v'::regclass;
ALTER FUNCTION late_lib.norm(text) OWNER TO CURRENT_USER;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'late_own.v'::regclass;
DROP MATERIALIZED VIEW late_own.v;

-- a schema in which others create binds nothing, whoever they are
GRANT CREATE ON SCHEMA late_lib TO late_friend;
SELECT pg_temp.try('SELECT late_lib.norm(x) FROM late_t', 'SELECT', 'SELECT');
REVOKE CREATE ON SCHEMA late_lib FROM late_friend;
SELECT pg_temp.try('SELECT late_lib.norm(x) FROM late_t', 'SELECT', 'SELECT');
ALTER SCHEMA late_lib OWNER TO late_group;
REVOKE CREATE ON SCHEMA late_lib FROM late_group;
SELECT pg_temp.try('SELECT late_lib.norm(x) FROM late_t', 'SELECT', 'SELECT');
ALTER FUNCTION late_lib.norm(text) OWNER TO late_group;
SELECT pg_temp.try('SELECT late_lib.norm(x) FROM late_t', 'SELECT', 'SELECT');
GRANT CREATE ON SCHEMA late_lib TO PUBLIC;
SELECT pg_temp.try('SELECT late_lib.norm(x) FROM late_t', 'SELECT', 'SELECT');
ALTER SCHEMA late_lib OWNER TO pg_database_owner;
REVOKE CREATE ON SCHEMA late_lib FROM PUBLIC;
SELECT pg_temp.try('SELECT late_lib.norm(x) FROM late_t', 'SELECT', 'SELECT');
DROP TABLE late_t CASCADE;
DROP SCHEMA late_own, late_lib, late_base CASCADE;
DROP ROLE late_owner, late_friend, late_group;
