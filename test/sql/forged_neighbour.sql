-- Rows that were filled while a view's owner had a say are not those of another
-- owner, whatever the OIDs of the two: neighbours differ in one bit, and so does a
-- view that is withheld from one that is not.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE ROLE forged_n0;
CREATE ROLE forged_n1;
CREATE ROLE forged_n2;
CREATE ROLE forged_n3;
CREATE SCHEMA forged_neighbour;
GRANT ALL ON SCHEMA forged_neighbour TO PUBLIC;
CREATE SCHEMA forged_evil;
GRANT USAGE ON SCHEMA forged_evil TO PUBLIC;
CREATE FUNCTION forged_evil.lower(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT 'forged'::text$$;
SET search_path = forged_neighbour, public;
CREATE TABLE t (a text);
INSERT INTO t VALUES ('Xy'), ('Z');
GRANT SELECT, TRIGGER ON t TO PUBLIC;
CREATE FUNCTION low(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN lower($1); END';
CREATE MATERIALIZED VIEW mv AS SELECT low(a) AS n FROM t;

-- One fills the view with what his search_path finds; then it is the next one's,
-- whose function it calls.
CREATE FUNCTION handed_on(one name, next name) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER FUNCTION low OWNER TO %I', next);
	EXECUTE format('ALTER MATERIALIZED VIEW mv OWNER TO %I', one);
	SET LOCAL search_path = forged_evil, pg_catalog, forged_neighbour;
	EXECUTE format('SET LOCAL ROLE %I', one);
	REFRESH MATERIALIZED VIEW mv;
	RESET ROLE;
	SET LOCAL search_path = forged_neighbour, public;
	EXECUTE format('ALTER MATERIALIZED VIEW mv OWNER TO %I', next);
	RETURN QUERY SELECT format('%s %s', usable, reason_code) FROM aqumv.views WHERE view = 'mv'::regclass;
	RETURN QUERY SELECT pg_temp.compare('SELECT low(a) FROM t');
	REFRESH MATERIALIZED VIEW mv;
	RETURN QUERY SELECT pg_temp.compare('SELECT low(a) FROM t');
END $$;
SELECT handed_on('forged_n' || i, 'forged_n' || i + 1) FROM generate_series(0, 2) i;
SELECT handed_on('forged_n' || i + 1, 'forged_n' || i) FROM generate_series(0, 2) i;
SET client_min_messages = warning;
DROP SCHEMA forged_neighbour, forged_evil CASCADE;
DROP ROLE forged_n0, forged_n1, forged_n2, forged_n3;
