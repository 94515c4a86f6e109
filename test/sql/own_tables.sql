-- Nobody but the library writes aqumv's own tables, whatever rights they have,
-- and what default privileges give away at CREATE EXTENSION is taken back.  If
-- this were wrong, a role could delete a mark, and a stale view would answer.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\set VERBOSITY terse
CREATE ROLE "regress aqumv""default";
CREATE ROLE regress_aqumv_writer;
GRANT pg_write_all_data, pg_read_all_data TO regress_aqumv_writer;
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n || ' rows';
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate || ': ' || sqlerrm;
END $$;
CREATE FUNCTION pg_temp.all_of_them(name text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT pg_temp.try(format(s, name)) FROM unnest(ARRAY['DELETE FROM aqumv.%I', 'INSERT INTO aqumv.%1$I SELECT * FROM aqumv.%1$I',
        'UPDATE aqumv.%1$I SET %2$s', 'TRUNCATE aqumv.%I']) WITH ORDINALITY x (t, n),
        LATERAL (SELECT replace(t, '%2$s', CASE name WHEN 'mark' THEN 'part = 0' WHEN 'tracking' THEN 'since_part = 0' ELSE 'part = 0' END)) y (s)
     ORDER BY n $$;
CREATE TABLE t AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW v AS SELECT a FROM t;
INSERT INTO t VALUES (2);
SELECT name, pg_temp.all_of_them(name) FROM unnest(ARRAY['mark', 'tracking', 'refresh']) name;
SET ROLE regress_aqumv_writer;
SELECT name, pg_temp.all_of_them(name) FROM unnest(ARRAY['mark', 'tracking', 'refresh']) name;
RESET ROLE;
-- other ways to write
SET session_replication_role = replica;
SELECT name, pg_temp.all_of_them(name) FROM unnest(ARRAY['mark', 'tracking', 'refresh']) name;
RESET session_replication_role;
COPY aqumv.mark FROM STDIN;
1	1	0	1	1	1
\.
MERGE INTO aqumv.mark m USING t ON false WHEN NOT MATCHED THEN DO NOTHING;
MERGE INTO aqumv.mark m USING t ON true WHEN MATCHED THEN DELETE;
WITH d AS (DELETE FROM aqumv.mark RETURNING 1) SELECT * FROM d;
DROP TABLE aqumv.mark;
-- the view is as stale as before, and the library goes on writing
SELECT reason_code FROM aqumv.views WHERE view = 'v'::regclass;
REFRESH MATERIALIZED VIEW v;
SELECT usable FROM aqumv.views WHERE view = 'v'::regclass;
VACUUM FULL aqumv.mark;
CLUSTER aqumv.refresh USING refresh_view;
INSERT INTO t VALUES (3);
SELECT reason_code FROM aqumv.views WHERE view = 'v'::regclass;
DROP TABLE t CASCADE;

-- default privileges
BEGIN;
SET client_min_messages = warning;
DROP EXTENSION aqumv;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO "regress aqumv""default" WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO PUBLIC, "regress aqumv""default";
ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO "regress aqumv""default";
CREATE EXTENSION aqumv;
SELECT relname, has_table_privilege(role, oid, 'SELECT') AS may_select,
       has_table_privilege(role, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') AS may_write
  FROM pg_class, unnest(ARRAY['regress aqumv"default', 'regress_aqumv_default2']) role
 WHERE relnamespace = 'aqumv'::regnamespace AND relkind IN ('r', 'v') AND role IN (SELECT rolname FROM pg_roles) ORDER BY 1;
SELECT has_schema_privilege('regress aqumv"default', 'aqumv', 'USAGE') AS usage, has_schema_privilege('regress aqumv"default', 'aqumv', 'CREATE') AS "create";
SELECT count(*) AS triggers FROM pg_proc WHERE pronamespace = 'aqumv'::regnamespace
   AND prorettype IN ('trigger'::regtype, 'event_trigger'::regtype) AND has_function_privilege('regress aqumv"default', oid, 'EXECUTE');
SELECT count(*) AS hidden FROM pg_proc WHERE pronamespace = 'aqumv'::regnamespace
   AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype) AND NOT has_function_privilege('regress aqumv"default', oid, 'EXECUTE');
SELECT relname FROM pg_class, aclexplode(relacl) a WHERE relnamespace = 'aqumv'::regnamespace AND a.grantee <> relowner AND (a.grantee <> 0 OR privilege_type <> 'SELECT' OR relkind <> 'v');
ROLLBACK;
SELECT current_setting('search_path') AS search_path;
DROP ROLE "regress aqumv""default", regress_aqumv_writer;
