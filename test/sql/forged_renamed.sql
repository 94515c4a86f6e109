-- A view's function that renames the view being created, and a stale one into its
-- place, has nobody answered from that one; nor does one that sets a label.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE ROLE forged_mallory;
CREATE SCHEMA forged;
GRANT USAGE ON SCHEMA forged TO forged_mallory;
CREATE SCHEMA forged_m AUTHORIZATION forged_mallory;
CREATE TABLE forged.t (k int);
INSERT INTO forged.t SELECT i % 3 FROM generate_series(1, 9) i;
GRANT SELECT, TRIGGER ON forged.t TO forged_mallory;
SET ROLE forged_mallory;
CREATE MATERIALIZED VIEW forged_m.decoy AS SELECT k, count(*) AS n FROM forged.t GROUP BY k;
CREATE FUNCTION forged_m.swap() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('forged_m.decoy') IS NOT NULL AND to_regclass('forged_m.v') IS NOT NULL THEN
        ALTER MATERIALIZED VIEW forged_m.v RENAME TO other;
        ALTER MATERIALIZED VIEW forged_m.decoy RENAME TO v;
    END IF;
END $$;
CREATE FUNCTION forged_m.evil(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM forged_m.swap(); RETURN $1; END $$;
RESET ROLE;
INSERT INTO forged.t VALUES (7), (1);
SET ROLE forged_mallory;
CREATE MATERIALIZED VIEW forged_m.v AS SELECT forged_m.evil(k) AS k FROM forged.t;
RESET ROLE;
SELECT view, usable, reason_code FROM aqumv.views WHERE view::text LIKE 'forged%' ORDER BY view::text;
SELECT pg_temp.compare('SELECT k, count(*) FROM forged.t GROUP BY k ORDER BY k');

-- neither is the other one made immediate
SET ROLE forged_mallory;
DROP MATERIALIZED VIEW forged_m.other;
ALTER MATERIALIZED VIEW forged_m.v RENAME TO decoy;
CREATE MATERIALIZED VIEW forged_m.v WITH (aqumv.incremental) AS SELECT forged_m.evil(k) AS k, count(*) FROM forged.t GROUP BY 1;
RESET ROLE;
SELECT view, maintenance, usable, reason_code FROM aqumv.views WHERE view::text LIKE 'forged%' ORDER BY view::text;
SELECT pg_temp.compare('SELECT k, count(*) FROM forged.t GROUP BY k ORDER BY k');

-- and one that labels itself in the middle of its REFRESH is not maintained
CREATE TABLE forged.u (k int);
GRANT SELECT ON forged.u TO forged_mallory;
CREATE MATERIALIZED VIEW forged.im WITH (aqumv.incremental) AS SELECT k, max(k) FROM forged.u GROUP BY k;
SET ROLE forged_mallory;
CREATE FUNCTION forged_m.label() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SECURITY LABEL FOR aqumv ON MATERIALIZED VIEW forged_m.labelled IS 'maintenance=immediate';
END $$;
CREATE FUNCTION forged_m.evil2(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM forged_m.label(); RETURN $1; END $$;
CREATE MATERIALIZED VIEW forged_m.labelled AS SELECT forged_m.evil2(k) AS k, count(*) FROM forged.u GROUP BY 1;
CREATE UNIQUE INDEX ON forged_m.labelled (k) NULLS NOT DISTINCT;
RESET ROLE;
INSERT INTO forged.u VALUES (1);
SET ROLE forged_mallory;
REFRESH MATERIALIZED VIEW forged_m.labelled;
RESET ROLE;
SELECT view, maintenance, usable, reason_code FROM aqumv.views WHERE view = 'forged_m.labelled'::regclass;
SET client_min_messages = warning;
DROP SCHEMA forged_m, forged CASCADE;
DROP ROLE forged_mallory;
