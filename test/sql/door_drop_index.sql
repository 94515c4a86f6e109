-- A function of a view may not drop the view's index while the view is being computed.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
RESET client_min_messages;
CREATE TABLE dropping_t (k int, x int);
INSERT INTO dropping_t SELECT i % 3, i FROM generate_series(1, 9) i;
CREATE FUNCTION dropping_now() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DROP INDEX IF EXISTS public.dropping_v_aqumv_maintenance_idx;
END $$;
CREATE FUNCTION dropping_key(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('dropping.now', true) = $1::text THEN
        PERFORM public.dropping_now();
    END IF;
    RETURN $1;
END $$;
CREATE MATERIALIZED VIEW dropping_v WITH (aqumv.incremental) AS
    SELECT dropping_key(k) AS k, count(*) AS n, sum(dropping_key(x)) AS s, max(x) AS m FROM dropping_t GROUP BY 1;
\set VERBOSITY terse
SET dropping.now = 77;
INSERT INTO dropping_t VALUES (1, 5), (77, 77);
INSERT INTO dropping_t VALUES (1, 77);
INSERT INTO dropping_t VALUES (1, 5);
UPDATE dropping_t SET k = 77;
RESET dropping.now;
INSERT INTO dropping_t VALUES (77, 77);
SELECT usable FROM aqumv.views WHERE view = 'dropping_v'::regclass;
SELECT k, n, s, m FROM dropping_v EXCEPT ALL SELECT k, count(*), sum(x), max(x) FROM dropping_t GROUP BY 1;
SELECT k, count(*), sum(x), max(x) FROM dropping_t GROUP BY 1 EXCEPT ALL SELECT k, n, s, m FROM dropping_v;
-- when nothing is being computed, it may go
DROP INDEX dropping_v_aqumv_maintenance_idx;
DROP TABLE dropping_t CASCADE;
DROP FUNCTION dropping_key(int), dropping_now();
