-- Nobody's table gets triggers from somebody without rights on it: a view over
-- another owner's table, by a user without TRIGGER on it, stays untracked until
-- the owner runs aqumv.track.  If this were wrong, a user who may only read a
-- table could slow its writers down and lock it, or the view would be used
-- although writes are not noticed.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA ddl_untracked;
SET search_path = ddl_untracked;
CREATE ROLE regress_aqumv_owner;
CREATE ROLE regress_aqumv_reader;
GRANT ALL ON SCHEMA ddl_untracked TO regress_aqumv_owner, regress_aqumv_reader;
SET ROLE regress_aqumv_owner;
CREATE TABLE t AS SELECT a FROM generate_series(1, 100) a;
GRANT SELECT ON t TO regress_aqumv_reader;

SET ROLE regress_aqumv_reader;
CREATE MATERIALIZED VIEW v AS SELECT a FROM t WHERE a > 50;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT used, reason_code, reason FROM aqumv.explain_rewrite('SELECT a FROM t WHERE a > 60');
SELECT usable, reason_code, reason FROM aqumv.views WHERE view = 'v'::regclass;
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.why('SELECT a FROM t WHERE a > 60');
\set VERBOSITY sqlstate
SELECT aqumv.track('t');
\set VERBOSITY default
SELECT aqumv.track('t');
RESET ROLE;
SELECT tgname FROM pg_trigger WHERE tgrelid = 't'::regclass;
SELECT * FROM pg_temp.state();

-- the owner does as the reason says, then the view is refreshed
SET ROLE regress_aqumv_owner;
SELECT aqumv.track('t');
SET ROLE regress_aqumv_reader;
SELECT pg_temp.why('SELECT a FROM t WHERE a > 60');
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
-- another view needs no more than that
CREATE MATERIALIZED VIEW v2 AS SELECT a FROM t WHERE a > 55;
DROP MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT aqumv.untrack('t');
SET ROLE regress_aqumv_owner;
INSERT INTO t VALUES (101);
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
SELECT aqumv.untrack('t');
SET ROLE regress_aqumv_reader;
REFRESH MATERIALIZED VIEW v2;
SELECT pg_temp.why('SELECT a FROM t WHERE a > 60');
RESET ROLE;
SELECT * FROM pg_temp.state();

-- with the TRIGGER privilege no owner is needed
GRANT TRIGGER ON t TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
REFRESH MATERIALIZED VIEW v2;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');
RESET ROLE;
SELECT * FROM pg_temp.state();

-- nor where a superuser refreshes
SET ROLE regress_aqumv_owner;
SELECT aqumv.untrack('t');
REVOKE TRIGGER ON t FROM regress_aqumv_reader;
RESET ROLE;
REFRESH MATERIALIZED VIEW v2;
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 60');

SET client_min_messages = warning;
DROP SCHEMA ddl_untracked CASCADE;
DROP ROLE regress_aqumv_owner, regress_aqumv_reader;
SELECT * FROM pg_temp.state();
