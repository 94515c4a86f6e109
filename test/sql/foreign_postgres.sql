-- Views over tables of another server, with postgres_fdw (here this server
-- itself): declined by default, answered with aqumv_allow_foreign_table; writes
-- that pass through the foreign table are noticed, others are not.  If this were
-- wrong, the setting would trust more, or less, than the README says.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE SCHEMA foreign_postgres;
SET search_path = foreign_postgres;
CREATE EXTENSION postgres_fdw SCHEMA foreign_postgres;
SELECT split_part(current_setting('unix_socket_directories'), ',', 1) AS host, current_setting('port') AS port,
    current_database() AS db \gset
CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host', port :'port', dbname :'db');
CREATE USER MAPPING FOR CURRENT_USER SERVER loopback;
CREATE TABLE remote AS SELECT a, a % 10 AS b FROM generate_series(1, 1000) a;
CREATE FOREIGN TABLE ft (a int, b int) SERVER loopback OPTIONS (schema_name 'foreign_postgres', table_name 'remote');
CREATE MATERIALIZED VIEW v AS SELECT a, b FROM ft WHERE a > 500;
CREATE MATERIALIZED VIEW g AS SELECT b, count(*), sum(a) FROM ft GROUP BY b;
CREATE INDEX v_a ON v (a);
VACUUM ANALYZE v;
VACUUM ANALYZE g;

SELECT pg_temp.answer('SELECT a FROM ft WHERE a > 900');
SELECT pg_temp.why('SELECT a FROM ft WHERE a > 900');
SET aqumv_allow_foreign_table = on;
SELECT pg_temp.answer('SELECT a FROM ft WHERE a > 900');
SELECT pg_temp.answer('SELECT b, sum(a) FROM ft GROUP BY b');
SELECT pg_temp.answer('SELECT a FROM ft WHERE a > 400');
-- by cost too, since reading over a connection is dear; through the index
SET aqumv.rewrite_mode = cost;
SET enable_answer_query_using_materialized_views = on;
EXPLAIN (COSTS OFF) SELECT a FROM ft WHERE a = 777;
EXPLAIN (COSTS OFF) SELECT b, sum(a) FROM ft GROUP BY b;
RESET enable_answer_query_using_materialized_views;
SET aqumv.rewrite_mode = force;

-- a write through the foreign table is noticed
INSERT INTO ft VALUES (1001, 1);
SELECT pg_temp.answer('SELECT a FROM ft WHERE a > 900');
SELECT pg_temp.why('SELECT a FROM ft WHERE a > 900');
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT a FROM ft WHERE a > 900');
UPDATE ft SET b = 5 WHERE a = 1001;
SELECT pg_temp.answer('SELECT a FROM ft WHERE a > 900');
DELETE FROM ft WHERE a = 1001;
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT a FROM ft WHERE a > 900');
-- one on the other server is not
DELETE FROM remote WHERE a = 1000;
SET enable_answer_query_using_materialized_views = on;
SELECT count(*) FROM ft WHERE a > 900;
SET enable_answer_query_using_materialized_views = off;
SELECT count(*) FROM ft WHERE a > 900;
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer('SELECT a FROM ft WHERE a > 900');

-- the reader's rights are those on the foreign table
CREATE ROLE regress_aqumv_reader;
GRANT USAGE ON SCHEMA foreign_postgres TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
SELECT a FROM ft WHERE a > 995;
SET enable_answer_query_using_materialized_views = on;
SELECT a FROM ft WHERE a > 995;
RESET ROLE;
RESET enable_answer_query_using_materialized_views;

-- a foreign partition makes the whole table foreign
CREATE TABLE p (k int, a int) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE remote2 AS SELECT 2 AS k, a FROM generate_series(1, 10) a;
CREATE FOREIGN TABLE p2 PARTITION OF p FOR VALUES IN (2) SERVER loopback
    OPTIONS (schema_name 'foreign_postgres', table_name 'remote2');
INSERT INTO p SELECT 1, a FROM generate_series(1, 10) a;
CREATE MATERIALIZED VIEW vp AS SELECT k, count(*) FROM p GROUP BY k;
CREATE MATERIALIZED VIEW vp1 AS SELECT a FROM p1;
SET aqumv_allow_foreign_table = off;
SELECT pg_temp.answer('SELECT k, count(*) FROM p GROUP BY k');
SELECT pg_temp.why('SELECT k, count(*) FROM p GROUP BY k');
SELECT pg_temp.answer('SELECT a FROM p1');
SET aqumv_allow_foreign_table = on;
SELECT pg_temp.answer('SELECT k, count(*) FROM p GROUP BY k');
INSERT INTO p VALUES (1, 11);
SELECT pg_temp.answer('SELECT k, count(*) FROM p GROUP BY k');
REFRESH MATERIALIZED VIEW vp;
INSERT INTO p VALUES (2, 11);
SELECT pg_temp.answer('SELECT k, count(*) FROM p GROUP BY k');
SELECT * FROM pg_temp.state();

DROP SCHEMA foreign_postgres CASCADE;
DROP ROLE regress_aqumv_reader;
SELECT leftovers FROM pg_temp.state();
