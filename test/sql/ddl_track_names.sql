-- What a reason and a hint say about aqumv.track can be pasted, whatever the table is
-- called and wherever it is.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
RESET client_min_messages;
CREATE SCHEMA "ddl track";
SET search_path = "ddl track";
CREATE ROLE regress_aqumv_names;
CREATE TABLE "My 'T\" (a int);
CREATE MATERIALIZED VIEW v AS SELECT a FROM "My 'T\" WHERE a > 0;
SELECT aqumv.untrack($$"My 'T\"$$);
SELECT reason FROM aqumv.views WHERE view = 'v'::regclass;
SET search_path = pg_catalog;
SELECT reason FROM aqumv.views WHERE view = '"ddl track".v'::regclass;
SELECT 'SELECT ' || substring(reason FROM 'aqumv\.track\(.*\)') FROM aqumv.views WHERE view = '"ddl track".v'::regclass \gexec
REFRESH MATERIALIZED VIEW "ddl track".v;
SELECT usable FROM aqumv.views WHERE view = '"ddl track".v'::regclass;

SELECT aqumv.untrack($$"ddl track"."My 'T\"$$);
GRANT USAGE ON SCHEMA "ddl track" TO regress_aqumv_names;
SET ROLE regress_aqumv_names;
SELECT aqumv.track($$"ddl track"."My 'T\"$$);
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA "ddl track" CASCADE;
DROP ROLE regress_aqumv_names;
