-- What a session does to a view while a cursor or a loop of its own is answered
-- from it: the cursor goes on where it was, with the rows that it began with.
-- If the executor's reference to the view were in the way, REFRESH would fail
-- with rewriting on only.  What the user has named stays in the way.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
\set VERBOSITY terse
CREATE SCHEMA cursor_refresh;
SET search_path = cursor_refresh;
CREATE TABLE t AS SELECT i AS k, i % 7 AS g FROM generate_series(1, 200) i;
CREATE MATERIALIZED VIEW mv AS SELECT g, count(*) AS c, sum(k) AS s FROM t GROUP BY g;
CREATE UNIQUE INDEX mv_g ON mv (g);
CREATE FUNCTION in_loop(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	result text := '';
BEGIN
	FOR r IN SELECT g, count(*) AS c, sum(k) AS s FROM t GROUP BY g ORDER BY g LOOP
		EXECUTE statement;
		result := result || r;
	END LOOP;
	RETURN result;
END $$;
CREATE TEMP TABLE statements (n serial, statement text);
INSERT INTO statements (statement) VALUES
	('SELECT'), ('REFRESH MATERIALIZED VIEW mv'), ('REFRESH MATERIALIZED VIEW CONCURRENTLY mv'),
	('INSERT INTO t VALUES (1000, 3); REFRESH MATERIALIZED VIEW mv'),
	('ALTER MATERIALIZED VIEW mv SET (fillfactor = 90)'), ('CLUSTER mv USING mv_g'),
	('REINDEX TABLE mv'), ('CREATE INDEX ON mv (c)'), ('DROP INDEX IF EXISTS mv_c_idx'),
	('DROP MATERIALIZED VIEW IF EXISTS mv');
CREATE FUNCTION compare(n int, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	results text[];
BEGIN
	FOR i IN 0..1 LOOP
		PERFORM set_config('enable_answer_query_using_materialized_views', i::text, false);
		BEGIN
			IF i = 1 AND strpos(pg_temp.explain('SELECT g, count(*) AS c, sum(k) AS s FROM t GROUP BY g ORDER BY g'), 'mv') = 0 THEN
				RETURN 'not answered';
			END IF;
			results[i] := in_loop(statement);
			RAISE EXCEPTION 'rolled back';
		EXCEPTION WHEN raise_exception THEN
			NULL;
		WHEN OTHERS THEN
			results[i] := SQLERRM;
		END;
	END LOOP;
	RETURN CASE WHEN results[0] = results[1] THEN left(results[1], 20) ELSE 'DIFFERENT: ' || results::text END;
END $$;
CREATE FUNCTION pg_temp.explain(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	result text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		result := result || line;
	END LOOP;
	RETURN result;
END $$;
SET aqumv.rewrite_mode = force;
SET client_min_messages = warning;
SELECT n, compare(n, statement) FROM statements ORDER BY n;
RESET client_min_messages;

SET enable_answer_query_using_materialized_views = on;
-- a loop that goes on after COMMIT and ROLLBACK, and one that is left by an error
CREATE PROCEDURE in_procedure() LANGUAGE plpgsql AS $$
DECLARE
	r record;
	i int := 0;
	result text := '';
BEGIN
	FOR r IN SELECT g, count(*) AS c FROM t GROUP BY g ORDER BY g LOOP
		i := i + 1;
		IF i IN (2, 5) THEN REFRESH MATERIALIZED VIEW mv; END IF;
		IF i IN (3, 5) THEN COMMIT; END IF;
		IF i = 6 THEN ROLLBACK; END IF;
		BEGIN
			FOR r IN SELECT g, sum(k) AS s FROM t GROUP BY g LOOP
				REFRESH MATERIALIZED VIEW mv;
				RAISE EXCEPTION 'left';
			END LOOP;
		EXCEPTION WHEN raise_exception THEN
			result := result || i;
		END;
	END LOOP;
	RAISE NOTICE '% %', i, result;
END $$;
CALL in_procedure();
CALL in_procedure();

-- forward, backward, at either end, and again
BEGIN;
DECLARE a SCROLL CURSOR FOR SELECT g, sum(k) FROM t GROUP BY g ORDER BY g;
DECLARE b NO SCROLL CURSOR FOR SELECT g, count(*) FROM t GROUP BY g ORDER BY g DESC;
DECLARE e SCROLL CURSOR FOR SELECT g FROM t GROUP BY g ORDER BY g;
DECLARE w CURSOR FOR SELECT g FROM t GROUP BY g ORDER BY g;
FETCH 3 FROM a;
FETCH 3 FROM b;
MOVE ALL FROM e;
DELETE FROM t WHERE g < 5;
REFRESH MATERIALIZED VIEW mv;
FETCH 1 FROM a;
FETCH BACKWARD 2 FROM a;
FETCH ALL FROM b;
FETCH 1 FROM e;
FETCH BACKWARD 1 FROM e;
FETCH ALL FROM w;
REFRESH MATERIALIZED VIEW mv;
SELECT g, count(*) FROM t GROUP BY g ORDER BY g;
ROLLBACK;

-- what a savepoint takes back
BEGIN;
DECLARE a CURSOR FOR SELECT g, sum(k) FROM t GROUP BY g ORDER BY g;
FETCH 1 FROM a;
SAVEPOINT s;
DECLARE b CURSOR FOR SELECT g, sum(k) FROM t GROUP BY g ORDER BY g;
REFRESH MATERIALIZED VIEW mv;
FETCH 1 FROM a;
FETCH 1 FROM b;
ROLLBACK TO s;
FETCH 1 FROM a;
DROP MATERIALIZED VIEW mv;
FETCH 1 FROM a;
ROLLBACK;

-- the view named, too; the table itself; and somebody else's cursor, whose
-- functions must not be run by whoever refreshes
BEGIN;
DECLARE a CURSOR FOR SELECT g, c FROM mv ORDER BY g;
FETCH 1 FROM a;
REFRESH MATERIALIZED VIEW mv;
ROLLBACK;
BEGIN;
DECLARE a CURSOR FOR SELECT g, sum(k) FROM t GROUP BY g ORDER BY g;
FETCH 1 FROM a;
TRUNCATE t;
ROLLBACK;
CREATE ROLE regress_aqumv_other;
GRANT USAGE ON SCHEMA cursor_refresh TO regress_aqumv_other;
GRANT SELECT ON t TO regress_aqumv_other;
CREATE FUNCTION who(bigint) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''%'', current_user; RETURN $1; END';
BEGIN;
SET LOCAL ROLE regress_aqumv_other;
DECLARE a NO SCROLL CURSOR FOR SELECT g, who(sum(k)) FROM t GROUP BY g;
MOVE 1 FROM a;
RESET ROLE;
REFRESH MATERIALIZED VIEW mv;
ROLLBACK;

SET client_min_messages = warning;
DROP SCHEMA cursor_refresh CASCADE;
DROP ROLE regress_aqumv_other;
