-- Whoever makes a plain view over a table is no reason to put triggers on it: that
-- takes the right TRIGGER on the table and on each that it is a partition of.
-- Without it the view is not used until the owner of the table has it tracked.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA rights_trigger_manual;
SET search_path = rights_trigger_manual;
CREATE ROLE regress_aqumv_maker;
GRANT ALL ON SCHEMA rights_trigger_manual TO regress_aqumv_maker;
CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 9) AS i;
CREATE TABLE p (a int) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
GRANT SELECT ON t, p, p1 TO regress_aqumv_maker;
GRANT TRIGGER ON p1 TO regress_aqumv_maker;
CREATE FUNCTION triggers() RETURNS TABLE (name regclass, n bigint) LANGUAGE sql AS
    'SELECT tgrelid::regclass, count(*) FROM pg_trigger WHERE tgrelid IN (''t''::regclass, ''p''::regclass, ''p1''::regclass) GROUP BY tgrelid ORDER BY tgrelid::regclass::text COLLATE "C"';

SET ROLE regress_aqumv_maker;
CREATE MATERIALIZED VIEW v AS SELECT a FROM t;
CREATE MATERIALIZED VIEW v1 AS SELECT a FROM p1;
REFRESH MATERIALIZED VIEW v;
RESET ROLE;
SELECT * FROM triggers();
SELECT pg_temp.why('SELECT a FROM t');
SELECT pg_temp.why('SELECT a FROM p1');

-- with the right on all of them
GRANT TRIGGER ON t, p TO regress_aqumv_maker;
SET ROLE regress_aqumv_maker;
REFRESH MATERIALIZED VIEW v;
REFRESH MATERIALIZED VIEW v1;
RESET ROLE;
SELECT name FROM triggers();
SELECT pg_temp.why('SELECT a FROM t');
SELECT pg_temp.why('SELECT a FROM p1');
SELECT pg_temp.answer('SELECT a FROM t WHERE a > 3');

SET client_min_messages = warning;
DROP SCHEMA rights_trigger_manual CASCADE;
DROP ROLE regress_aqumv_maker;
