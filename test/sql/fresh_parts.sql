-- A transaction that writes many tables and refreshes many views, over
-- savepoints: each refresh ends a part of it, in which it is known what was
-- written before.  If a relation were put to rest that is still written, or
-- stayed so when the refresh is undone, a stale view would answer.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_parts;
SET search_path = fresh_parts;
CREATE TABLE a (v int);
CREATE TABLE b (v int);
CREATE TABLE p (k int, v int) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
INSERT INTO a VALUES (1), (2);
INSERT INTO b VALUES (1), (2);
INSERT INTO p VALUES (1, 1), (2, 2);
CREATE MATERIALIZED VIEW ma AS SELECT v, count(*) AS n FROM a GROUP BY v;
CREATE MATERIALIZED VIEW mb AS SELECT v, count(*) AS n FROM b GROUP BY v;
CREATE MATERIALIZED VIEW mp AS SELECT k, count(*) AS n, sum(v) AS s FROM p GROUP BY k;
CREATE MATERIALIZED VIEW mp1 AS SELECT v, count(*) AS n FROM p1 GROUP BY v;
CREATE TEMP VIEW answers AS
	SELECT pg_temp.answer('SELECT v, count(*) FROM a GROUP BY v') AS a,
		pg_temp.answer('SELECT v, count(*) FROM b GROUP BY v') AS b,
		pg_temp.answer('SELECT k, count(*), sum(v) FROM p GROUP BY k') AS p,
		pg_temp.answer('SELECT v, count(*) FROM p1 GROUP BY v') AS p1;

-- a part that is undone: what it had accounted for was written before it
BEGIN;
INSERT INTO a VALUES (3);
INSERT INTO p VALUES (1, 3);
SAVEPOINT s;
REFRESH MATERIALIZED VIEW mb;
REFRESH MATERIALIZED VIEW ma;
TABLE answers;
ROLLBACK TO s;
TABLE answers;
REFRESH MATERIALIZED VIEW mp;
TABLE answers;
COMMIT;
TABLE answers;
REFRESH MATERIALIZED VIEW ma;
REFRESH MATERIALIZED VIEW mp1;

-- the last part is undone, and nothing is written after it
BEGIN;
INSERT INTO a VALUES (4);
SAVEPOINT s;
REFRESH MATERIALIZED VIEW mb;
ROLLBACK TO s;
COMMIT;
TABLE answers;
REFRESH MATERIALIZED VIEW ma;

-- parts that are released into one that is undone, and into one that is not
BEGIN;
INSERT INTO b VALUES (3);
REFRESH MATERIALIZED VIEW mb;
SAVEPOINT s;
SAVEPOINT t;
INSERT INTO b VALUES (4);
REFRESH MATERIALIZED VIEW mb;
RELEASE t;
TABLE answers;
ROLLBACK TO s;
TABLE answers;
SAVEPOINT t;
INSERT INTO b VALUES (5);
REFRESH MATERIALIZED VIEW mb;
RELEASE t;
RELEASE s;
TABLE answers;
INSERT INTO p VALUES (2, 4);
REFRESH MATERIALIZED VIEW ma;
COMMIT;
TABLE answers;
REFRESH MATERIALIZED VIEW mp;

-- a statement that is under way writes on after the refresh, touching nothing
CREATE FUNCTION refresh(view text, i int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	IF i = 2 THEN
		EXECUTE 'REFRESH MATERIALIZED VIEW ' || view;
	END IF;
	RETURN i;
END $$;
CREATE FUNCTION refresh_and_fail(view text, i int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	PERFORM refresh(view, i);
	PERFORM 1 / (2 - i);
	RETURN i;
EXCEPTION WHEN division_by_zero THEN
	RETURN i;
END $$;
BEGIN;
INSERT INTO a SELECT refresh('ma', i) FROM generate_series(1, 3) i;
INSERT INTO p SELECT 2, refresh('mp', i) FROM generate_series(1, 3) i;
TABLE answers;
COMMIT;
TABLE answers;
REFRESH MATERIALIZED VIEW ma;
REFRESH MATERIALIZED VIEW mp;
INSERT INTO a SELECT refresh_and_fail('mb', i) FROM generate_series(1, 3) i;
TABLE answers;
REFRESH MATERIALIZED VIEW ma;

-- statements that write nothing do not make a part's rows new
BEGIN;
INSERT INTO a VALUES (6);
REFRESH MATERIALIZED VIEW ma;
UPDATE a SET v = 0 WHERE v = 1000;
INSERT INTO p SELECT 1, 1 WHERE false;
TABLE answers;
COMMIT;
TABLE answers;

-- rows that were written before anybody watched the table
BEGIN;
CREATE TABLE late (v int);
INSERT INTO late VALUES (1);
CREATE MATERIALIZED VIEW mlate AS SELECT v, count(*) AS n FROM late GROUP BY v;
DELETE FROM late WHERE v = 1000;
SELECT pg_temp.answer('SELECT v, count(*) FROM late GROUP BY v');
COMMIT;
SELECT pg_temp.answer('SELECT v, count(*) FROM late GROUP BY v');

SET client_min_messages = warning;
DROP SCHEMA fresh_parts CASCADE;
