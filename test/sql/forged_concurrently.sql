-- REFRESH CONCURRENTLY makes views writable for its time: not for what indexes of
-- the view call, nor for other views.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE ROLE forged_mallory;
CREATE SCHEMA forged_m AUTHORIZATION forged_mallory;
CREATE SCHEMA forged;
GRANT USAGE ON SCHEMA forged TO forged_mallory;
CREATE TABLE forged.t (k int);
INSERT INTO forged.t SELECT i % 3 FROM generate_series(1, 9) i;
GRANT SELECT, TRIGGER ON forged.t TO forged_mallory;

SET ROLE forged_mallory;
CREATE MATERIALIZED VIEW forged_m.v AS SELECT k, count(*) AS n FROM forged.t GROUP BY k;
CREATE MATERIALIZED VIEW forged_m.im WITH (aqumv.incremental) AS SELECT k, count(*) AS n, max(k) FROM forged.t GROUP BY k;
CREATE MATERIALIZED VIEW forged_m.w AS SELECT k, count(*) AS n, 1 AS one FROM forged.t GROUP BY k;
CREATE UNIQUE INDEX ON forged_m.w (k);
CREATE FUNCTION forged_m.write() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE current_setting('forged.statement');
EXCEPTION WHEN wrong_object_type THEN NULL;
END $$;
CREATE FUNCTION forged_m.evil(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM forged_m.write(); RETURN $1; END $$;
SET forged.statement = 'SELECT 1';
SET client_min_messages = warning;
CREATE INDEX evil ON forged_m.w (forged_m.evil(k));
RESET client_min_messages;
RESET ROLE;

-- called for each row that comes
INSERT INTO forged.t VALUES (7);
SET ROLE forged_mallory;
REFRESH MATERIALIZED VIEW forged_m.v;
SET forged.statement = 'UPDATE forged_m.v SET n = 666';
REFRESH MATERIALIZED VIEW CONCURRENTLY forged_m.w;
RESET ROLE;
INSERT INTO forged.t VALUES (8);
SET ROLE forged_mallory;
REFRESH MATERIALIZED VIEW forged_m.v;
SET forged.statement = 'WITH x AS (DELETE FROM forged_m.im) SELECT 1';
REFRESH MATERIALIZED VIEW CONCURRENTLY forged_m.w;
RESET ROLE;
INSERT INTO forged.t VALUES (9);
SET ROLE forged_mallory;
REFRESH MATERIALIZED VIEW forged_m.v;
SET forged.statement = 'UPDATE forged_m.w SET n = 666';
REFRESH MATERIALIZED VIEW CONCURRENTLY forged_m.w;
SELECT count(*) FROM forged_m.w WHERE n = 666;
-- by a view that is refreshed inside of that
CREATE FUNCTION forged_m.inner_write() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE current_setting('forged.nested');
    RETURN 1;
EXCEPTION WHEN wrong_object_type THEN RETURN 2;
END $$;
CREATE MATERIALIZED VIEW forged_m.inside AS SELECT forged_m.inner_write() WITH NO DATA;
SET forged.nested = 'UPDATE forged_m.v SET n = 666';
SET forged.statement = 'REFRESH MATERIALIZED VIEW forged_m.inside';
RESET ROLE;
INSERT INTO forged.t VALUES (10);
SET ROLE forged_mallory;
REFRESH MATERIALIZED VIEW forged_m.v;
REFRESH MATERIALIZED VIEW CONCURRENTLY forged_m.w;
TABLE forged_m.inside;
SET client_min_messages = warning;
DROP INDEX forged_m.evil;
RESET client_min_messages;
RESET ROLE;

-- nothing is forged
SELECT view, usable FROM aqumv.views WHERE view::text LIKE 'forged%' ORDER BY view;
SELECT pg_temp.compare('SELECT k, count(*) FROM forged.t GROUP BY k ORDER BY k');
TABLE forged_m.v EXCEPT ALL SELECT k, count(*) FROM forged.t GROUP BY k;
TABLE forged_m.w EXCEPT ALL SELECT k, count(*), 1 FROM forged.t GROUP BY k;
SELECT k, n, max FROM forged_m.im EXCEPT ALL SELECT k, count(*), max(k) FROM forged.t GROUP BY k;
SET client_min_messages = warning;
DROP SCHEMA forged_m, forged CASCADE;
DROP ROLE forged_mallory;
