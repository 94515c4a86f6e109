-- Rows that were not counted may have been written: also if a trigger that fires
-- before ours switches the counting on, in the middle of the statement.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA track_counts_trigger;
SET search_path = track_counts_trigger, public;
CREATE TABLE t (k int);
INSERT INTO t VALUES (1);
CREATE MATERIALIZED VIEW v AS SELECT k, count(*) FROM t GROUP BY k;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

-- sorts before the triggers of ours
CREATE FUNCTION count_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('track_counts', 'on', false);
    RETURN NULL;
END $$;
CREATE TRIGGER a BEFORE INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION count_on();
SET track_counts = off;
INSERT INTO t VALUES (1);
SHOW track_counts;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

-- set by a function, for the time of its call
REFRESH MATERIALIZED VIEW v;
DROP TRIGGER a ON t;
CREATE FUNCTION put(int) RETURNS void LANGUAGE sql SET track_counts = off AS 'INSERT INTO track_counts_trigger.t VALUES ($1)';
SELECT put(2);
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

-- for the time of a transaction
REFRESH MATERIALIZED VIEW v;
BEGIN;
SET LOCAL track_counts = off;
INSERT INTO t VALUES (3);
SET LOCAL track_counts = on;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');
COMMIT;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

-- counted again
REFRESH MATERIALIZED VIEW v;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');
INSERT INTO t SELECT 4 WHERE false;
SELECT pg_temp.compare('SELECT k, count(*) FROM t GROUP BY k');

SET client_min_messages = warning;
DROP SCHEMA track_counts_trigger CASCADE;
