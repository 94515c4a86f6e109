-- The reader needs SELECT on the columns of the table that the query reads, and
-- nothing on the view: the same rows or the same error with rewriting on and
-- off.  If this were wrong, a view would let a reader see what the table keeps
-- from them, or keep from them what the table lets them see.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA rights_select;
SET search_path = rights_select;
CREATE ROLE regress_aqumv_table;
CREATE ROLE regress_aqumv_view;
CREATE ROLE regress_aqumv_none;
CREATE ROLE regress_aqumv_writer;
GRANT USAGE ON SCHEMA rights_select TO regress_aqumv_table, regress_aqumv_view, regress_aqumv_none, regress_aqumv_writer;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT a, b FROM t WHERE a > 50;
CREATE MATERIALIZED VIEW g AS SELECT b, count(*), sum(a) FROM t GROUP BY b;
GRANT SELECT ON t TO regress_aqumv_table;
GRANT SELECT ON v, g TO regress_aqumv_view;
GRANT INSERT, UPDATE, DELETE ON t TO regress_aqumv_writer;
\set row_query '''SELECT a FROM t WHERE a > 60'''
\set group_query '''SELECT b, sum(a) FROM t GROUP BY b'''

-- SELECT on the table alone
SET ROLE regress_aqumv_table;
SELECT pg_temp.answer(:row_query);
SELECT pg_temp.answer(:group_query);
SELECT pg_temp.answer('SELECT count(*) FROM t WHERE a > 60');
SELECT * FROM v;
-- SELECT on the views alone
SET ROLE regress_aqumv_view;
SELECT pg_temp.answer(:row_query);
SELECT pg_temp.answer(:group_query);
SELECT pg_temp.answer('SELECT count(*) FROM t WHERE a > 60');
SELECT count(*) FROM v;
-- neither
SET ROLE regress_aqumv_none;
SELECT pg_temp.answer(:row_query);
SELECT pg_temp.answer(:group_query);
-- other privileges on the table
SET ROLE regress_aqumv_writer;
SELECT pg_temp.answer(:row_query);

-- as a member of a role that may, and of pg_read_all_data
RESET ROLE;
GRANT regress_aqumv_table TO regress_aqumv_writer;
SET ROLE regress_aqumv_writer;
SELECT pg_temp.answer(:row_query);
RESET ROLE;
GRANT pg_read_all_data TO regress_aqumv_none;
SET ROLE regress_aqumv_none;
SELECT pg_temp.answer(:row_query);
RESET ROLE;
REVOKE pg_read_all_data FROM regress_aqumv_none;

-- INSERT ... SELECT and CREATE TABLE AS: the target's privileges hold as well
CREATE TABLE target (a int);
SET enable_answer_query_using_materialized_views = on;
SET ROLE regress_aqumv_table;
INSERT INTO target SELECT a FROM t WHERE a > 60;
CREATE TABLE rights_select.copy AS SELECT a FROM t WHERE a > 60;
CREATE TEMPORARY TABLE copy AS SELECT a FROM t WHERE a > 60;
SELECT count(*) FROM copy;
RESET ROLE;
GRANT INSERT ON target TO regress_aqumv_table, regress_aqumv_view;
SET ROLE regress_aqumv_table;
INSERT INTO target SELECT a FROM t WHERE a > 60;
SET ROLE regress_aqumv_view;
INSERT INTO target SELECT a FROM t WHERE a > 60;
CREATE TEMPORARY TABLE copy2 AS SELECT a FROM t WHERE a > 60;
RESET ROLE;
SELECT count(*) FROM target;

-- the schema of the view does not matter, that of the table does
CREATE SCHEMA rights_select_hidden;
ALTER MATERIALIZED VIEW v SET SCHEMA rights_select_hidden;
SET ROLE regress_aqumv_table;
SELECT pg_temp.answer(:row_query);
RESET ROLE;
ALTER TABLE t SET SCHEMA rights_select_hidden;
SET ROLE regress_aqumv_table;
SELECT pg_temp.answer('SELECT a FROM rights_select_hidden.t WHERE a > 60');
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA rights_select, rights_select_hidden CASCADE;
DROP OWNED BY regress_aqumv_table, regress_aqumv_view, regress_aqumv_none, regress_aqumv_writer;
DROP ROLE regress_aqumv_table, regress_aqumv_view, regress_aqumv_none, regress_aqumv_writer;
