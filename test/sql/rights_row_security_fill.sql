-- A view whose owner is subject to row security when it is filled holds some
-- rows only: it is not used, not even after row security is gone, until it is
-- refreshed.  If this were wrong, rows would be missing from answers.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA rights_fill;
SET search_path = rights_fill;
CREATE ROLE regress_aqumv_owner;
CREATE ROLE regress_aqumv_reader;
GRANT ALL ON SCHEMA rights_fill TO regress_aqumv_owner, regress_aqumv_reader;
CREATE TABLE t AS SELECT a FROM generate_series(1, 100) a;
GRANT SELECT, TRIGGER ON t TO regress_aqumv_reader;
GRANT SELECT ON t TO regress_aqumv_owner;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY even ON t USING (a % 2 = 0);
\set q '''SELECT a FROM t WHERE a > 60'''

SET ROLE regress_aqumv_reader;
CREATE MATERIALIZED VIEW v AS SELECT a FROM t WHERE a > 50;
SELECT count(*) FROM v;
SELECT pg_temp.answer(:q);
RESET ROLE;
SELECT pg_temp.answer(:q);
SELECT pg_temp.why(:q);
SELECT usable, reason_code, reason FROM aqumv.views WHERE view = 'v'::regclass;
-- a superuser's REFRESH runs as the view's owner
REFRESH MATERIALIZED VIEW v;
SELECT count(*) FROM v;
SELECT pg_temp.answer(:q);

-- disabled: the view is still what it was
ALTER TABLE t DISABLE ROW LEVEL SECURITY;
SELECT pg_temp.answer(:q);
SELECT pg_temp.why(:q);
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer(:q);
RESET ROLE;
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);
-- enabled again: for those who bypass it, the view is complete
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
SELECT pg_temp.answer(:q);
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer(:q);
RESET ROLE;
-- until it is filled again
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);

-- an owner who bypasses row security, then one who does not
ALTER MATERIALIZED VIEW v OWNER TO CURRENT_USER;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);
ALTER MATERIALIZED VIEW v OWNER TO regress_aqumv_owner;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);
SELECT pg_temp.why(:q);

-- FORCE and the owner of both
ALTER TABLE t OWNER TO regress_aqumv_owner;
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);
ALTER TABLE t FORCE ROW LEVEL SECURITY;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);
SELECT pg_temp.why(:q);

SET client_min_messages = warning;
DROP SCHEMA rights_fill CASCADE;
DROP ROLE regress_aqumv_owner, regress_aqumv_reader;
