-- Reason codes that take a second session (through dblink): a REFRESH that is
-- going on, one that this snapshot does not see, a DETACH CONCURRENTLY that was
-- broken off.  If a view were taken here, a query would wait for a REFRESH, or
-- read rows of another time.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA explain_reasons_sessions;
SET search_path = explain_reasons_sessions;
CREATE EXTENSION dblink SCHEMA explain_reasons_sessions;
SELECT dblink_connect('other', format('host=%s port=%s dbname=%s user=%s',
    split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), current_user));
SELECT dblink_exec('other', 'SET search_path = explain_reasons_sessions');
CREATE TABLE t AS SELECT a FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT count(*) FROM t;
\set q '''SELECT count(*) FROM t'''

-- a REFRESH is going on: nobody waits
SET lock_timeout = '10s';
SELECT dblink_exec('other', 'BEGIN');
SELECT dblink_exec('other', 'REFRESH MATERIALIZED VIEW v');
SELECT pg_temp.answer(:q);
SELECT used, reason_code, reason FROM aqumv.explain_rewrite(:q);
SELECT usable, reason_code FROM aqumv.views WHERE view = 'v'::regclass;
SELECT dblink_exec('other', 'COMMIT');
SELECT pg_temp.answer(:q);

-- one that an older snapshot does not see
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_temp.answer(:q);
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM t;
SELECT dblink_exec('other', 'REFRESH MATERIALIZED VIEW v');
SELECT pg_temp.answer(:q);
SELECT used, reason_code, reason FROM aqumv.explain_rewrite(:q);
COMMIT;
SELECT pg_temp.answer(:q);

-- DETACH CONCURRENTLY waits for an open transaction, and is broken off
CREATE TABLE p (k int) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
INSERT INTO p VALUES (1), (2);
CREATE MATERIALIZED VIEW vp AS SELECT count(*) FROM p;
SELECT pg_temp.answer('SELECT count(*) FROM p');
SELECT dblink_exec('other', 'BEGIN');
SELECT * FROM dblink('other', 'SELECT count(*) FROM p') AS x(n bigint);
SET statement_timeout = '1s';
ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;
RESET statement_timeout;
SELECT dblink_exec('other', 'COMMIT');
SELECT pg_temp.answer('SELECT count(*) FROM p');
SELECT used, reason_code FROM aqumv.explain_rewrite('SELECT count(*) FROM p');
REFRESH MATERIALIZED VIEW vp;
SELECT pg_temp.answer('SELECT count(*) FROM p');
ALTER TABLE p DETACH PARTITION p1 FINALIZE;
REFRESH MATERIALIZED VIEW vp;
SELECT pg_temp.answer('SELECT count(*) FROM p');

SELECT dblink_disconnect('other');
DROP SCHEMA explain_reasons_sessions CASCADE;
