-- A view's owner comes under row security, for a while: what is written then is
-- not in the view, and the view is not used until it has been filled again.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = error;
DROP ROLE IF EXISTS doubt_r1, doubt_r2;
SET client_min_messages = notice;
CREATE ROLE doubt_r1;
CREATE ROLE doubt_r2 BYPASSRLS;
CREATE SCHEMA doubt_rls;
GRANT ALL ON SCHEMA doubt_rls TO doubt_r1, doubt_r2;
SET search_path = doubt_rls, public;
\set VERBOSITY terse
CREATE TABLE t (k int, n int);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
GRANT SELECT, TRIGGER ON t TO doubt_r1, doubt_r2;
INSERT INTO t VALUES (1, 1);
CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT k, sum(n) FROM t GROUP BY k;
CREATE VIEW state AS SELECT usable, reason_code FROM aqumv.views WHERE view = 'doubt_rls.v'::regclass;

-- ALTER ... OWNER
ALTER MATERIALIZED VIEW v OWNER TO doubt_r1;
SELECT * FROM state;
INSERT INTO t VALUES (1, 10), (2, 2);
INSERT INTO t VALUES (3, 3);
ALTER MATERIALIZED VIEW v OWNER TO CURRENT_USER;
SELECT * FROM state;
REFRESH MATERIALIZED VIEW v;
SELECT * FROM state;

-- REASSIGN OWNED
ALTER MATERIALIZED VIEW v OWNER TO doubt_r2;
INSERT INTO t VALUES (4, 4);
SELECT * FROM state;
REASSIGN OWNED BY doubt_r2 TO doubt_r1;
INSERT INTO t VALUES (5, 5);
REASSIGN OWNED BY doubt_r1 TO doubt_r2;
SELECT * FROM state;
REFRESH MATERIALIZED VIEW v;

-- ALTER ROLE
ALTER ROLE doubt_r2 NOBYPASSRLS;
SELECT * FROM state;
DELETE FROM t WHERE k = 5;
ALTER ROLE doubt_r2 BYPASSRLS;
SELECT * FROM state;
REFRESH MATERIALIZED VIEW v;
SELECT * FROM state;

-- the policy of the table's owner, by membership and FORCE
ALTER TABLE t OWNER TO doubt_r1;
ALTER ROLE doubt_r2 NOBYPASSRLS;
GRANT doubt_r1 TO doubt_r2;
INSERT INTO t VALUES (6, 6);
SELECT * FROM state;
REVOKE doubt_r1 FROM doubt_r2;
INSERT INTO t VALUES (7, 7);
GRANT doubt_r1 TO doubt_r2;
SELECT * FROM state;
REFRESH MATERIALIZED VIEW v;
ALTER TABLE t FORCE ROW LEVEL SECURITY;
INSERT INTO t VALUES (8, 8);
ALTER TABLE t NO FORCE ROW LEVEL SECURITY;
SELECT * FROM state;
TABLE differences;

\set VERBOSITY default
SET client_min_messages = warning;
DROP SCHEMA doubt_rls CASCADE;
DROP ROLE doubt_r1, doubt_r2;
