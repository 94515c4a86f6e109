-- Cursors: scrollable ones also when the plan turns out to be outdated, holdable
-- ones after COMMIT, and all of them while the table is written or the view
-- refreshed behind their backs.  If the plan that stands in for an outdated one
-- could not go backward, FETCH BACKWARD would fail or skip rows.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_cursors;
SET search_path = fresh_cursors;
CREATE TABLE t AS SELECT i AS k, i % 3 AS g FROM generate_series(1, 9) i;
CREATE MATERIALIZED VIEW mv AS SELECT g, count(*) AS c, sum(k) AS s FROM t GROUP BY g;
SET enable_answer_query_using_materialized_views = on;

-- what a cursor returns is fixed when it is declared
BEGIN;
DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT g, count(*), sum(k) FROM t GROUP BY g ORDER BY g;
EXPLAIN (COSTS OFF) DECLARE c2 CURSOR FOR SELECT g, count(*) FROM t GROUP BY g;
FETCH c;
INSERT INTO t VALUES (10, 1), (11, 7);
FETCH ALL c;
FETCH BACKWARD ALL c;
COMMIT;
FETCH FIRST c;
FETCH LAST c;
CLOSE c;
REFRESH MATERIALIZED VIEW mv;

-- without SCROLL
BEGIN;
DECLARE c NO SCROLL CURSOR FOR SELECT g, sum(k) FROM t GROUP BY g ORDER BY g;
FETCH 2 FROM c;
DELETE FROM t WHERE g = 7;
FETCH 2 FROM c;
DECLARE d CURSOR FOR SELECT g, sum(k) FROM t GROUP BY g ORDER BY g DESC;
FETCH ALL d;
ROLLBACK;

-- a cached plan that is outdated when the cursor is opened
CREATE FUNCTION there_and_back() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	c SCROLL CURSOR FOR SELECT g, count(*), sum(k) FROM t GROUP BY g ORDER BY g;
	r record;
	result text := '';
BEGIN
	OPEN c;
	LOOP
		FETCH c INTO r;
		EXIT WHEN NOT FOUND;
		result := result || r;
	END LOOP;
	result := result || ' back ';
	LOOP
		FETCH PRIOR FROM c INTO r;
		EXIT WHEN NOT FOUND;
		result := result || r;
	END LOOP;
	CLOSE c;
	RETURN result;
END $$;
SELECT there_and_back();
UPDATE t SET k = 100 WHERE k = 1;
SELECT there_and_back();
SELECT there_and_back();
SET enable_answer_query_using_materialized_views = off;
SELECT there_and_back();
SET enable_answer_query_using_materialized_views = on;
REFRESH MATERIALIZED VIEW mv;
SELECT there_and_back();

-- prepared, declared from SQL, and rolled back with a savepoint
BEGIN;
SAVEPOINT a;
DECLARE c SCROLL CURSOR FOR SELECT g, sum(k) FROM t GROUP BY g ORDER BY g;
FETCH c;
ROLLBACK TO a;
DELETE FROM t WHERE g = 0;
DECLARE c SCROLL CURSOR FOR SELECT g, sum(k) FROM t GROUP BY g ORDER BY g;
FETCH ALL c;
FETCH RELATIVE -2 FROM c;
COMMIT;

SET client_min_messages = warning;
DROP SCHEMA fresh_cursors CASCADE;
