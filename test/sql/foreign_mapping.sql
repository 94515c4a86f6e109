-- User mappings: a view over a foreign table holds what its owner's mapping
-- fetched.  If this were wrong, aqumv_allow_foreign_table would show it to
-- users without a mapping, or with one that sees less.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE SCHEMA foreign_mapping;
CREATE EXTENSION postgres_fdw SCHEMA foreign_mapping;
CREATE EXTENSION file_fdw SCHEMA foreign_mapping;
SET search_path = foreign_mapping;
CREATE ROLE regress_aqumv_owner SUPERUSER;
CREATE ROLE regress_aqumv_other SUPERUSER;
CREATE ROLE regress_aqumv_plain;
GRANT USAGE ON SCHEMA foreign_mapping TO PUBLIC;
CREATE TABLE rt AS SELECT i AS k FROM generate_series(1, 3) i;
SELECT current_database() AS d, current_setting('port') AS p, split_part(current_setting('unix_socket_directories'), ',', 1) AS h, current_user AS u \gset
CREATE SERVER regress_aqumv_s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'h', port :'p', dbname :'d');
CREATE USER MAPPING FOR regress_aqumv_owner SERVER regress_aqumv_s OPTIONS (user :'u');
CREATE FOREIGN TABLE ft (k int) SERVER regress_aqumv_s OPTIONS (schema_name 'foreign_mapping', table_name 'rt');
CREATE TABLE p (k int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE FOREIGN TABLE p0 PARTITION OF p FOR VALUES FROM (0) TO (10) SERVER regress_aqumv_s OPTIONS (schema_name 'foreign_mapping', table_name 'rt');
GRANT ALL ON SCHEMA foreign_mapping TO regress_aqumv_owner;
SET ROLE regress_aqumv_owner;
CREATE MATERIALIZED VIEW mft AS SELECT k FROM ft;
CREATE MATERIALIZED VIEW mp AS SELECT k, count(*) FROM p GROUP BY k;
RESET ROLE;
GRANT SELECT ON ft, p TO PUBLIC;
CREATE FUNCTION pg_temp.both() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT regexp_replace(regexp_replace(a, ' from ft$', ' from the table'), '(user mapping not found).*', '\1') FROM (VALUES
        (pg_temp.answer('SELECT * FROM ft')), (pg_temp.why('SELECT * FROM ft')),
        (pg_temp.answer('SELECT sum(k) FROM p')), (pg_temp.why('SELECT sum(k) FROM p'))) x (a) $$;
SET aqumv_allow_foreign_table = on;

SET ROLE regress_aqumv_owner;
SELECT pg_temp.both();
-- no mapping
SET ROLE regress_aqumv_other;
SELECT pg_temp.both();
SET ROLE regress_aqumv_plain;
SELECT pg_temp.both();
-- the same options, other options
RESET ROLE;
CREATE USER MAPPING FOR regress_aqumv_other SERVER regress_aqumv_s OPTIONS (user :'u');
SET ROLE regress_aqumv_other;
SELECT pg_temp.both();
RESET ROLE;
ALTER USER MAPPING FOR regress_aqumv_other SERVER regress_aqumv_s OPTIONS (ADD password 'x');
SET ROLE regress_aqumv_other;
SELECT pg_temp.why('SELECT * FROM ft'), pg_temp.why('SELECT sum(k) FROM p');
-- PUBLIC's mapping for both; a plain user may have to give a password
RESET ROLE;
DROP USER MAPPING FOR regress_aqumv_other SERVER regress_aqumv_s;
DROP USER MAPPING FOR regress_aqumv_owner SERVER regress_aqumv_s;
CREATE USER MAPPING FOR PUBLIC SERVER regress_aqumv_s OPTIONS (user :'u');
SET ROLE regress_aqumv_other;
SELECT pg_temp.both();
SET ROLE regress_aqumv_plain;
SELECT pg_temp.why('SELECT * FROM ft'), pg_temp.why('SELECT sum(k) FROM p');

-- through an ordinary view, its owner connects
RESET ROLE;
CREATE VIEW w AS SELECT k FROM ft;
ALTER VIEW w OWNER TO regress_aqumv_owner;
GRANT SELECT ON w TO PUBLIC;
SET ROLE regress_aqumv_plain;
SELECT pg_temp.answer('SELECT count(*) FROM w');

-- cached plans, as others, and after the mapping has changed
SET ROLE regress_aqumv_other;
SET enable_answer_query_using_materialized_views = on;
SET plan_cache_mode = force_generic_plan;
PREPARE q AS SELECT count(*) FROM ft;
EXPLAIN (COSTS OFF) EXECUTE q;
EXECUTE q;
SET ROLE regress_aqumv_plain;
EXPLAIN (COSTS OFF) EXECUTE q;
RESET ROLE;
CREATE USER MAPPING FOR regress_aqumv_other SERVER regress_aqumv_s OPTIONS (user 'nobody');
SET ROLE regress_aqumv_other;
EXPLAIN (COSTS OFF) EXECUTE q;
RESET ROLE;
DROP USER MAPPING FOR regress_aqumv_other SERVER regress_aqumv_s;
SET ROLE regress_aqumv_other;
PREPARE r AS SELECT count(*) FROM ft;
EXPLAIN (COSTS OFF) EXECUTE r;
RESET ROLE;
CREATE USER MAPPING FOR regress_aqumv_other SERVER regress_aqumv_s OPTIONS (user 'nobody');
SET ROLE regress_aqumv_other;
EXPLAIN (COSTS OFF) EXECUTE r;
RESET ROLE;

-- what the owner would not be shown any more: his mapping, the server, the table
PREPARE f AS SELECT count(*) FROM ft;
CREATE FUNCTION pg_temp.filled() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', view, usable, reason_code), ', ' ORDER BY view::text) FROM aqumv.views WHERE view IN ('mft'::regclass, 'mp'::regclass) $$;
DROP USER MAPPING FOR regress_aqumv_other SERVER regress_aqumv_s;
DROP USER MAPPING FOR PUBLIC SERVER regress_aqumv_s;
CREATE USER MAPPING FOR regress_aqumv_owner SERVER regress_aqumv_s OPTIONS (user :'u');
CREATE USER MAPPING FOR regress_aqumv_other SERVER regress_aqumv_s OPTIONS (user 'nobody');
SELECT pg_temp.filled();
SET ROLE regress_aqumv_owner;
EXPLAIN (COSTS OFF) EXECUTE f;
RESET ROLE;
ALTER USER MAPPING FOR regress_aqumv_owner SERVER regress_aqumv_s OPTIONS (SET user 'nobody');
SELECT pg_temp.filled();
SET ROLE regress_aqumv_owner;
EXPLAIN (COSTS OFF) EXECUTE f;
SET ROLE regress_aqumv_other;
EXPLAIN (COSTS OFF) SELECT count(*) FROM ft;
RESET ROLE;
ALTER USER MAPPING FOR regress_aqumv_owner SERVER regress_aqumv_s OPTIONS (SET user :'u');
SELECT pg_temp.filled();
ALTER SERVER regress_aqumv_s OPTIONS (ADD application_name 'other');
SELECT pg_temp.filled();
ALTER SERVER regress_aqumv_s OPTIONS (DROP application_name);
ALTER FOREIGN TABLE ft OPTIONS (SET table_name 'pg_am');
SELECT pg_temp.filled();
ALTER FOREIGN TABLE ft OPTIONS (SET table_name 'rt');
ALTER FOREIGN TABLE p0 ALTER COLUMN k OPTIONS (ADD column_name 'l');
SELECT pg_temp.filled();
ALTER FOREIGN TABLE p0 ALTER COLUMN k OPTIONS (DROP column_name);
SELECT pg_temp.filled();

-- wrappers without user mappings
CREATE SERVER regress_aqumv_f FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE lines (line text) SERVER regress_aqumv_f OPTIONS (program 'echo one', format 'text');
SET ROLE regress_aqumv_owner;
CREATE MATERIALIZED VIEW ml AS SELECT line FROM lines;
RESET ROLE;
GRANT SELECT ON lines TO PUBLIC;
SET ROLE regress_aqumv_other;
SELECT pg_temp.answer('SELECT line FROM lines');
RESET ROLE;

DROP SCHEMA foreign_mapping CASCADE;
DROP OWNED BY regress_aqumv_owner, regress_aqumv_other, regress_aqumv_plain;
DROP ROLE regress_aqumv_owner, regress_aqumv_other, regress_aqumv_plain;
