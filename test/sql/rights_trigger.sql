-- Who writes a table runs the functions of all immediate views over it: TRIGGER
-- is asked of the owner of each, whether triggers stand already or not, and
-- whoever fills the view.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = error;
DROP ROLE IF EXISTS rights_reader, rights_other;
SET client_min_messages = notice;
CREATE ROLE rights_reader;
CREATE ROLE rights_other;
CREATE SCHEMA rights_trigger;
GRANT ALL ON SCHEMA rights_trigger TO rights_reader, rights_other;
SET search_path = rights_trigger, public;
\set VERBOSITY terse
CREATE TABLE t (k int, n int) PARTITION BY RANGE (k);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
INSERT INTO t VALUES (1, 1);
CREATE MATERIALIZED VIEW first WITH (aqumv.incremental) AS SELECT k, count(*) FROM t GROUP BY k;
GRANT SELECT ON t, t1 TO rights_reader, rights_other;

SET ROLE rights_reader;
CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT k, sum(n) FROM t GROUP BY k;
CREATE MATERIALIZED VIEW v AS SELECT k, sum(n), count(*) AS c, count(n) AS cn FROM t GROUP BY k;
ALTER MATERIALIZED VIEW v SET (aqumv.incremental);
-- says only what REFRESH shall do
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW v IS 'maintenance=immediate';
REFRESH MATERIALIZED VIEW v;
RESET ROLE;
REFRESH MATERIALIZED VIEW v;
SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW v IS NULL;
ALTER MATERIALIZED VIEW v SET (aqumv.incremental);

-- on the whole tree
GRANT TRIGGER ON t TO rights_reader;
ALTER MATERIALIZED VIEW v SET (aqumv.incremental);
GRANT TRIGGER ON t1 TO rights_reader;
ALTER MATERIALIZED VIEW v SET (aqumv.incremental);
INSERT INTO t VALUES (2, 2);
SELECT view, usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;
TABLE differences;

-- a new owner
ALTER MATERIALIZED VIEW v OWNER TO rights_other;
SELECT view, usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;
INSERT INTO t VALUES (3, 3);
ALTER MATERIALIZED VIEW v OWNER TO rights_reader;
SELECT view, usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;
REFRESH MATERIALIZED VIEW v;
REASSIGN OWNED BY rights_reader TO rights_other;
SELECT view, usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;
REFRESH MATERIALIZED VIEW v;
GRANT TRIGGER ON t, t1 TO rights_other;
REFRESH MATERIALIZED VIEW v;
SELECT view, usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;

\set VERBOSITY default
SET client_min_messages = warning;
DROP SCHEMA rights_trigger CASCADE;
DROP OWNED BY rights_reader, rights_other;
DROP ROLE rights_reader, rights_other;
