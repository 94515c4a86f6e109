-- Privileges that are revoked, and roles that change, between two executions of
-- one cached generic plan over a view.  If this were wrong, a plan once made
-- would go on showing what its user may no longer see.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA rights_cached;
SET search_path = rights_cached;
CREATE ROLE regress_aqumv_reader;
CREATE ROLE regress_aqumv_other;
GRANT USAGE ON SCHEMA rights_cached TO regress_aqumv_reader, regress_aqumv_other;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT a, b FROM t WHERE a > 50;
GRANT SELECT ON t TO regress_aqumv_reader;
SET plan_cache_mode = force_generic_plan;
SET enable_answer_query_using_materialized_views = on;

SET ROLE regress_aqumv_reader;
PREPARE q AS SELECT count(*) FROM t WHERE a > 60;
PREPARE with_column AS SELECT count(b) FROM t WHERE a > 60;
EXPLAIN (COSTS OFF) EXECUTE q;
EXECUTE q;
EXECUTE with_column;
-- another role
SET ROLE regress_aqumv_other;
EXECUTE q;
SET ROLE regress_aqumv_reader;
EXECUTE q;

-- revoked; and again for one column only
RESET ROLE;
REVOKE SELECT ON t FROM regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
EXECUTE q;
EXPLAIN (COSTS OFF) EXECUTE q;
RESET ROLE;
GRANT SELECT (a) ON t TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
EXECUTE q;
EXECUTE with_column;
RESET ROLE;
GRANT SELECT (b) ON t TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
EXECUTE with_column;
EXPLAIN (COSTS OFF) EXECUTE with_column;
RESET ROLE;
REVOKE SELECT (b) ON t FROM regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
EXECUTE with_column;

-- the view goes stale: the table is read with the same rights
RESET ROLE;
INSERT INTO t VALUES (101, 1);
SET ROLE regress_aqumv_reader;
EXECUTE q;
EXECUTE with_column;
EXPLAIN (COSTS OFF) EXECUTE q;
RESET ROLE;
REFRESH MATERIALIZED VIEW v;
-- privileges on the view make no difference
REVOKE ALL ON v FROM PUBLIC, regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
EXECUTE q;
RESET ROLE;
REVOKE SELECT (a) ON t FROM regress_aqumv_reader;
GRANT SELECT ON v TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
EXECUTE q;
EXECUTE with_column;

-- an open cursor keeps the rights it was opened with, as without rewriting
RESET ROLE;
GRANT SELECT ON t TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
BEGIN;
DECLARE c CURSOR FOR SELECT count(*) FROM t WHERE a > 60;
RESET ROLE;
REVOKE SELECT ON t FROM regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
FETCH c;
DECLARE d CURSOR FOR SELECT count(*) FROM t WHERE a > 60;
ROLLBACK;
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA rights_cached CASCADE;
DROP ROLE regress_aqumv_reader, regress_aqumv_other;
