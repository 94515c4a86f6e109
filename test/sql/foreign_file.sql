-- The SynxDB example of a materialized view over an external table, with
-- file_fdw: declined by default, answered with aqumv_allow_foreign_table, an
-- index on the view included; what the setting trusts.  If this were wrong, a
-- view would answer for data that changes unseen without anybody's leave.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE SCHEMA aqumv_ext;
SET search_path = aqumv_ext;
CREATE EXTENSION file_fdw SCHEMA aqumv_ext;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
SELECT current_setting('data_directory') || '/aqumvtextfile.txt' AS file \gset
COPY (SELECT generate_series(1, 10000)) TO :'file';
CREATE FOREIGN TABLE aqumv_ext_r (id int) SERVER files OPTIONS (filename :'file', format 'text');
CREATE MATERIALIZED VIEW aqumv_ext_mv AS SELECT * FROM aqumv_ext_r;
ANALYZE aqumv_ext_mv;
ANALYZE aqumv_ext_r;
RESET aqumv.rewrite_mode;

-- declined by default
SELECT pg_temp.answer('SELECT * FROM aqumv_ext_r');
SELECT view, used, reason_code, reason FROM aqumv.explain_rewrite('SELECT * FROM aqumv_ext_r');
SELECT usable, reason_code FROM aqumv.views WHERE view = 'aqumv_ext_mv'::regclass;

BEGIN;
SET LOCAL aqumv_allow_foreign_table = on;
SET LOCAL enable_answer_query_using_materialized_views = on;
EXPLAIN (COSTS OFF, VERBOSE) SELECT * FROM aqumv_ext_r;
CREATE INDEX ON aqumv_ext_mv (id);
EXPLAIN (COSTS OFF, VERBOSE) SELECT * FROM aqumv_ext_r WHERE id = 5;
COMMIT;
VACUUM aqumv_ext_mv;
SET aqumv_allow_foreign_table = on;
SET enable_answer_query_using_materialized_views = on;
EXPLAIN (COSTS OFF, VERBOSE) SELECT * FROM aqumv_ext_r WHERE id = 5;
RESET enable_answer_query_using_materialized_views;
SELECT pg_temp.answer('SELECT * FROM aqumv_ext_r');
SELECT pg_temp.answer('SELECT * FROM aqumv_ext_r WHERE id = 5');
SELECT pg_temp.answer('SELECT count(*), sum(id) FROM aqumv_ext_r WHERE id < 100');
SELECT usable, reason_code FROM aqumv.views WHERE view = 'aqumv_ext_mv'::regclass;

-- a cached plan when the setting changes
SET enable_answer_query_using_materialized_views = on;
SET plan_cache_mode = force_generic_plan;
PREPARE q AS SELECT count(*) FROM aqumv_ext_r;
EXECUTE q;
-- what it trusts: the file changes, and the view goes on answering
COPY (SELECT generate_series(1, 20000)) TO :'file';
EXECUTE q;
SET aqumv_allow_foreign_table = off;
EXECUTE q;
SELECT pg_temp.answer('SELECT count(*) FROM aqumv_ext_r');
SET aqumv_allow_foreign_table = on;
EXECUTE q;
-- REFRESH reads the file again
REFRESH MATERIALIZED VIEW aqumv_ext_mv;
EXECUTE q;
RESET enable_answer_query_using_materialized_views;
SELECT pg_temp.answer('SELECT count(*) FROM aqumv_ext_r');
-- a view without data, and one that was never refreshed, answer nothing even so
REFRESH MATERIALIZED VIEW aqumv_ext_mv WITH NO DATA;
SELECT pg_temp.why('SELECT count(*) FROM aqumv_ext_r');
SELECT pg_temp.answer('SELECT count(*) FROM aqumv_ext_r');
REFRESH MATERIALIZED VIEW aqumv_ext_mv;
-- ALTER FOREIGN TABLE: another file, as it may be
SET aqumv.rewrite_mode = force;
SELECT pg_temp.answer('SELECT count(*) FROM aqumv_ext_r WHERE id < 5');
COPY (SELECT generate_series(4, 7)) TO :'file';
ALTER FOREIGN TABLE aqumv_ext_r OPTIONS (SET format 'csv');
SELECT pg_temp.answer('SELECT count(*) FROM aqumv_ext_r WHERE id < 5');
SELECT pg_temp.why('SELECT count(*) FROM aqumv_ext_r WHERE id < 5');
REFRESH MATERIALIZED VIEW aqumv_ext_mv;
SELECT pg_temp.answer('SELECT count(*) FROM aqumv_ext_r WHERE id < 5');

DROP SCHEMA aqumv_ext CASCADE;
SELECT leftovers FROM pg_temp.state();
