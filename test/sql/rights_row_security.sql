-- Row security on the table: who is subject to it gets the rows that its
-- policies let through, from the table; who is not (owner, superuser, BYPASSRLS)
-- may be answered from a view.  If this were wrong, a view would show rows that
-- a policy hides.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA rights_rls;
SET search_path = rights_rls;
CREATE ROLE regress_aqumv_owner;
CREATE ROLE regress_aqumv_reader;
CREATE ROLE regress_aqumv_bypass BYPASSRLS;
GRANT ALL ON SCHEMA rights_rls TO regress_aqumv_owner, regress_aqumv_reader, regress_aqumv_bypass;
SET ROLE regress_aqumv_owner;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT a, b FROM t WHERE a > 50;
CREATE MATERIALIZED VIEW g AS SELECT b, count(*) FROM t GROUP BY b;
GRANT SELECT ON t TO regress_aqumv_reader, regress_aqumv_bypass;
\set row_query '''SELECT a FROM t WHERE a > 60'''
\set group_query '''SELECT b, count(*) FROM t GROUP BY b'''
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer(:row_query);

-- enabled, without a policy: nobody subject to it sees a row
RESET ROLE;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer(:row_query) ~ '^0 rows' AS no_row, pg_temp.answer(:group_query) ~ '^0 rows' AS no_group;
SELECT pg_temp.why(:row_query);
RESET ROLE;
CREATE POLICY even ON t USING (a % 2 = 0);
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer(:row_query);
SELECT pg_temp.answer(:group_query);
SELECT pg_temp.why(:row_query);
SET row_security = off;
SELECT pg_temp.answer(:row_query);
RESET row_security;
SET ROLE regress_aqumv_bypass;
SELECT pg_temp.answer(:row_query);
SET row_security = off;
SELECT pg_temp.answer(:group_query);
RESET row_security;
SET ROLE regress_aqumv_owner;
SELECT pg_temp.answer(:row_query);
RESET ROLE;
SELECT pg_temp.answer(:group_query);

-- FORCE: the owner too
ALTER TABLE t FORCE ROW LEVEL SECURITY;
SET ROLE regress_aqumv_owner;
SELECT pg_temp.answer(:row_query);
SELECT pg_temp.answer(:group_query);
SET ROLE regress_aqumv_bypass;
SELECT pg_temp.answer(:row_query);
RESET ROLE;
SELECT pg_temp.answer(:row_query);
ALTER TABLE t NO FORCE ROW LEVEL SECURITY;
SET ROLE regress_aqumv_owner;
SELECT pg_temp.answer(:row_query);

-- a policy for other roles, one that lets everything through, one per role
SET ROLE regress_aqumv_reader;
RESET ROLE;
CREATE POLICY everything ON t FOR SELECT TO regress_aqumv_reader USING (true);
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer(:row_query);
RESET ROLE;

-- one cached plan, used under different roles and settings
SET plan_cache_mode = force_generic_plan;
SET enable_answer_query_using_materialized_views = on;
DROP POLICY everything ON t;
PREPARE q AS SELECT count(*) FROM t WHERE a > 60;
EXECUTE q;
SET ROLE regress_aqumv_reader;
EXECUTE q;
SET ROLE regress_aqumv_owner;
EXECUTE q;
SET ROLE regress_aqumv_reader;
EXECUTE q;
RESET ROLE;
ALTER TABLE t DISABLE ROW LEVEL SECURITY;
SET ROLE regress_aqumv_reader;
EXECUTE q;
RESET ROLE;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
SET ROLE regress_aqumv_reader;
EXECUTE q;
RESET ROLE;
DEALLOCATE q;
RESET enable_answer_query_using_materialized_views;

-- partitions: policies of the table that is named
CREATE TABLE p (k int, a int) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
INSERT INTO p VALUES (1, 1), (1, 2);
CREATE MATERIALIZED VIEW vp AS SELECT a FROM p;
CREATE MATERIALIZED VIEW vp1 AS SELECT a FROM p1;
GRANT SELECT ON p, p1 TO regress_aqumv_reader;
ALTER TABLE p1 ENABLE ROW LEVEL SECURITY;
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT a FROM p');
SELECT pg_temp.answer('SELECT a FROM p1') ~ '^0 rows' AS no_row;
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA rights_rls CASCADE;
DROP ROLE regress_aqumv_owner, regress_aqumv_reader, regress_aqumv_bypass;
