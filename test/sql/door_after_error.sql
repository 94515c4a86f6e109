-- A view's function raises an error while the view is maintained, and only a part
-- of the transaction is rolled back: nobody is inside any more, and the TimeZone
-- and the user are again the writer's.  Days are those of the zone that the view
-- was filled under, whoever writes.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\set VERBOSITY terse
CREATE SCHEMA door_after_error;
SET search_path = door_after_error;
CREATE FUNCTION positive(v int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    IF v < 0 THEN RAISE EXCEPTION 'negative'; END IF;
    RETURN v;
END $$;
CREATE TABLE t (v int, at timestamptz);
SET TimeZone = 'Europe/Rome';
CREATE MATERIALIZED VIEW sums WITH (aqumv.incremental) AS SELECT positive(v) AS v, count(*) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW days WITH (aqumv.incremental) AS SELECT at::date AS day, count(*), sum(v) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW hours WITH (aqumv.incremental) AS SELECT v, extract(hour FROM at) AS hour FROM t;
SET TimeZone = 'Asia/Tokyo';
INSERT INTO t VALUES (1, '2025-03-29 23:30:00+00'), (2, '2025-03-30 05:00:00+00');
BEGIN;
SAVEPOINT a;
INSERT INTO t VALUES (-1, '2025-03-30 00:00:00+00');
ROLLBACK TO a;
SHOW TimeZone;
INSERT INTO t VALUES (3, '2025-03-30 22:30:00+00');
COMMIT;
DO $$
BEGIN
    BEGIN
        UPDATE door_after_error.t SET v = -v;
    EXCEPTION WHEN raise_exception THEN
        NULL;
    END;
    UPDATE door_after_error.t SET v = v + 1, at = at + interval '1 hour';
END $$;
SHOW TimeZone;
SET TimeZone = 'Europe/Rome';
TABLE differences;
SELECT day, count, sum FROM days ORDER BY day;
SELECT v, hour FROM hours ORDER BY v;
SELECT v, count FROM sums ORDER BY v;
SET client_min_messages = warning;
DROP SCHEMA door_after_error CASCADE;
