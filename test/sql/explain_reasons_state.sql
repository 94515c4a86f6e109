-- Reason codes of views that match but cannot be used now.  (Those that need two
-- sessions are in explain_reasons_sessions.)  If a view were taken here, the
-- answer would be that of another time.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
SET client_min_messages = warning;
CREATE SCHEMA explain_reasons_state;
SET search_path = explain_reasons_state;
CREATE TABLE t AS SELECT a, '2024-01-01 12:00+00'::timestamptz + a * '1 hour'::interval AS ts FROM generate_series(1, 100) a;
\set q '''SELECT count(*) FROM t'''

-- not populated, and filled
CREATE MATERIALIZED VIEW v AS SELECT count(*) FROM t WITH NO DATA;
SELECT used, reason_code, reason FROM aqumv.explain_rewrite(:q);
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW v;
SELECT used, reason_code, reason FROM aqumv.explain_rewrite(:q);
-- written, truncated
INSERT INTO t VALUES (101, now());
SELECT used, reason_code, reason FROM aqumv.explain_rewrite(:q);
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW v;
BEGIN;
TRUNCATE t;
SELECT used, reason_code, reason FROM aqumv.explain_rewrite(:q);
SELECT pg_temp.answer(:q);
ROLLBACK;
SELECT pg_temp.answer(:q);
-- a trigger is switched off
ALTER TABLE t DISABLE TRIGGER ALL;
SELECT used, reason_code FROM aqumv.explain_rewrite(:q);
INSERT INTO t VALUES (102, now());
ALTER TABLE t ENABLE TRIGGER ALL;
SELECT pg_temp.answer(:q);
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.answer(:q);

-- written by the statement whose trigger asks
CREATE TABLE seen (n bigint, reason_code text);
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    SELECT count(*) INTO n FROM t;
    INSERT INTO seen SELECT n, reason_code FROM aqumv.explain_rewrite('SELECT count(*) FROM t');
    RETURN NULL;
END $$;
CREATE TRIGGER look AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION look();
SET enable_answer_query_using_materialized_views = on;
INSERT INTO t VALUES (103, now()), (104, now());
RESET enable_answer_query_using_materialized_views;
SELECT * FROM seen;
DROP TRIGGER look ON t;

-- not tracked, not refreshed
SELECT aqumv.untrack('t');
SELECT used, reason_code FROM aqumv.explain_rewrite(:q);
REFRESH MATERIALIZED VIEW v;
BEGIN;
ALTER TABLE aqumv.refresh DISABLE TRIGGER ALL;
DELETE FROM aqumv.refresh WHERE view = 'v'::regclass;
ALTER TABLE aqumv.refresh ENABLE ALWAYS TRIGGER refuse_write, ENABLE ALWAYS TRIGGER refuse_row;
SELECT used, reason_code, reason FROM aqumv.explain_rewrite(:q);
ROLLBACK;

-- TimeZone
SET TimeZone = 'UTC';
CREATE MATERIALIZED VIEW daily AS SELECT date_trunc('day', ts) AS day, count(*) FROM t GROUP BY 1;
\set d '''SELECT date_trunc(''''day'''', ts), count(*) FROM t GROUP BY 1'''
SELECT pg_temp.answer(:d);
SET TimeZone = 'Asia/Tokyo';
SELECT pg_temp.answer(:d);
SELECT view, used, reason_code, reason FROM aqumv.explain_rewrite(:d) WHERE view = 'daily'::regclass;
SELECT usable, reason_code FROM aqumv.views WHERE view = 'daily'::regclass;
SET TimeZone = 'UTC';
SELECT pg_temp.answer(:d);

DROP SCHEMA explain_reasons_state CASCADE;
