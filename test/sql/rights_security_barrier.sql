-- Views and security barrier views over the table: queries through them keep
-- their conditions in front of functions that could leak, and ask for the
-- privileges of the view's owner.  If this were wrong, a leaky function would
-- see rows that a barrier hides, or a reader would get at the table.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA rights_barrier;
SET search_path = rights_barrier;
CREATE ROLE regress_aqumv_owner;
CREATE ROLE regress_aqumv_reader;
GRANT USAGE ON SCHEMA rights_barrier TO regress_aqumv_owner, regress_aqumv_reader;
CREATE TABLE t AS SELECT a, a % 10 AS b FROM generate_series(1, 100) a;
CREATE MATERIALIZED VIEW v AS SELECT a, b FROM t;
GRANT SELECT ON t TO regress_aqumv_owner;
CREATE VIEW plain AS SELECT a, b FROM t WHERE a > 50;
CREATE VIEW barrier WITH (security_barrier) AS SELECT a, b FROM t WHERE a > 50;
CREATE VIEW invoker WITH (security_invoker) AS SELECT a, b FROM t WHERE a > 50;
ALTER VIEW plain OWNER TO regress_aqumv_owner;
ALTER VIEW barrier OWNER TO regress_aqumv_owner;
GRANT SELECT ON plain, barrier, invoker TO regress_aqumv_reader;
CREATE FUNCTION leak(int) RETURNS bool COST 0.0001 IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN IF $1 <= 50 THEN RAISE EXCEPTION ''leaked %'', $1; END IF; RETURN true; END';

SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT a FROM plain WHERE b > 3');
SELECT pg_temp.answer('SELECT a FROM barrier WHERE b > 3');
SELECT pg_temp.answer('SELECT a FROM barrier WHERE leak(a)');
SELECT pg_temp.answer('SELECT count(*) FROM barrier WHERE leak(a)');
SELECT pg_temp.answer('SELECT a FROM invoker');
SELECT pg_temp.answer('SELECT a FROM t');
RESET ROLE;
GRANT SELECT ON t TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT a FROM invoker');
RESET ROLE;
REVOKE SELECT ON t FROM regress_aqumv_reader, regress_aqumv_owner;
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT a FROM plain WHERE b > 3');
SELECT pg_temp.answer('SELECT a FROM barrier WHERE b > 3');
RESET ROLE;

-- a materialized view over a barrier view is not a view over one table
GRANT SELECT ON t TO regress_aqumv_owner;
CREATE MATERIALIZED VIEW over_barrier AS SELECT a FROM barrier;
SELECT pg_temp.answer('SELECT a FROM barrier');
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 50');
SELECT usable FROM aqumv.views WHERE view = 'over_barrier'::regclass;

-- leakproofness does not matter where there is no barrier, but row security does
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY high ON t USING (a > 50);
GRANT SELECT ON t TO regress_aqumv_reader;
SET ROLE regress_aqumv_reader;
SELECT pg_temp.answer('SELECT a FROM t WHERE leak(a)');
RESET ROLE;

SET client_min_messages = warning;
DROP SCHEMA rights_barrier CASCADE;
DROP ROLE regress_aqumv_owner, regress_aqumv_reader;
