-- The planner folds the expressions of indexes and statistics of what it scans.
-- Views that have such with users' functions in them are not scanned.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\a \t \\ SET client_min_messages = warning;
CREATE SCHEMA view_index_functions;
SET search_path = view_index_functions, public;
CREATE FUNCTION tell(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN RAISE WARNING 'called as %', current_user; RETURN $1; END $$;
CREATE FUNCTION quiet(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE OPERATOR |+| (leftarg = int, rightarg = int, function = int4pl);
CREATE OPERATOR |-| (rightarg = int, function = tell);
CREATE TABLE t (k int, v int);
INSERT INTO t SELECT i % 4, i FROM generate_series(1, 20) i;
CREATE MATERIALIZED VIEW mv AS SELECT k, v FROM t;
SET enable_answer_query_using_materialized_views = on;
SELECT pg_temp.compare('SELECT k FROM t WHERE v < 4');
SET plan_cache_mode = force_generic_plan;
PREPARE p AS SELECT k FROM t WHERE v = 3;
EXECUTE p;

-- (building an index calls the function, of course)
SET client_min_messages = error;
CREATE INDEX i1 ON mv ((k + tell(1)));
SET client_min_messages = warning;
EXECUTE p;
SELECT pg_temp.compare('SELECT k FROM t WHERE v < 4');
SELECT usable, reason_code FROM aqumv.views WHERE view = 'mv'::regclass;
DROP INDEX i1;
SELECT pg_temp.compare('SELECT k FROM t WHERE v < 4');

SET client_min_messages = error;
CREATE INDEX i2 ON mv (k) WHERE v > tell(1);
SET client_min_messages = warning;
SELECT pg_temp.compare('SELECT k FROM t WHERE v < 4');
DROP INDEX i2;
SET client_min_messages = error;
CREATE INDEX i3 ON mv (k) WHERE v > |-| 1;
SET client_min_messages = warning;
SELECT pg_temp.compare('SELECT k FROM t WHERE v < 4');
DROP INDEX i3;
CREATE STATISTICS s ON (k + quiet(1)), v FROM mv;
SELECT pg_temp.compare('SELECT k FROM t WHERE v < 4');
DROP STATISTICS s;

-- core's functions are fine
CREATE INDEX i4 ON mv ((k + 1)) WHERE abs(v) > 1;
CREATE INDEX i5 ON mv (v, (k |+| 1));
CREATE STATISTICS s2 ON (k + 1), v FROM mv;
SELECT pg_temp.compare('SELECT k FROM t WHERE v < 4');

-- constraints of domains are folded when they are looked up
CREATE DOMAIN told AS int CHECK (VALUE > tell(-9));
SET client_min_messages = error;
CREATE INDEX i6 ON mv ((k::told));
\c -
SET search_path = view_index_functions, public;
\i :harness
SET client_min_messages = warning;
SET client_min_messages = warning;
SELECT pg_temp.compare('SELECT k FROM t WHERE v < 4');
SELECT usable, reason_code FROM aqumv.views WHERE view = 'mv'::regclass;
DROP INDEX i6;

-- a view that cannot answer meanwhile is kept all the same, and no less looked after
SET client_min_messages = error;
CREATE INDEX i1 ON mv ((k + tell(1)));
SET client_min_messages = warning;
INSERT INTO t VALUES (9, 1);
DROP INDEX i1;
SELECT pg_temp.compare('SELECT k FROM t WHERE v < 4');
SELECT usable, reason_code FROM aqumv.views WHERE view = 'mv'::regclass;
DROP SCHEMA view_index_functions CASCADE;
