-- Cached plans in PL/pgSQL and SQL functions, in loops and procedures that
-- commit, and in parallel workers.  If a plan were checked only when it is made,
-- the second round of a loop would miss what the first has written.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_functions;
SET search_path = fresh_functions;
CREATE TABLE t AS SELECT i AS k, i AS v FROM generate_series(1, 100) i;
CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS c, sum(v) AS s FROM t;
SET enable_answer_query_using_materialized_views = on;

-- write and read by turns
CREATE FUNCTION by_turns() RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
	result bigint;
BEGIN
	FOR i IN 1..3 LOOP
		SELECT count(*) INTO result FROM t;
		RETURN NEXT result;
		INSERT INTO t VALUES (i, i);
	END LOOP;
END $$;
SELECT * FROM by_turns();
SELECT count(ctid) FROM t;
REFRESH MATERIALIZED VIEW mv;
SELECT * FROM by_turns();

-- a loop over the table that writes it
CREATE FUNCTION loop_and_write() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	result text := '';
BEGIN
	FOR r IN SELECT count(*) AS c FROM t LOOP
		DELETE FROM t WHERE k <= 3;
		result := result || r.c || ' ' || (SELECT count(*) FROM t);
	END LOOP;
	RETURN result;
END $$;
REFRESH MATERIALIZED VIEW mv;
SELECT loop_and_write();
SELECT count(ctid) FROM t;

-- volatile functions see the statement's writes, stable ones do not
CREATE FUNCTION volatile_count() RETURNS bigint VOLATILE LANGUAGE sql AS 'SELECT count(*) FROM t';
CREATE FUNCTION stable_count() RETURNS bigint STABLE LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM t); END';
REFRESH MATERIALIZED VIEW mv;
INSERT INTO t SELECT 1, volatile_count() FROM generate_series(1, 2);
SELECT v FROM t WHERE k = 1 ORDER BY v;
REFRESH MATERIALIZED VIEW mv;
INSERT INTO t SELECT 2, stable_count() FROM generate_series(1, 2);
SELECT v FROM t WHERE k = 2 ORDER BY v;

-- procedures that commit and roll back
CREATE PROCEDURE in_steps() LANGUAGE plpgsql AS $$
DECLARE
	r record;
	c bigint;
BEGIN
	FOR r IN SELECT count(*) AS c FROM t UNION ALL SELECT 0 LOOP
		SELECT count(*) INTO c FROM t;
		RAISE NOTICE 'before % now %', r.c, c;
		INSERT INTO t VALUES (0, 0);
		COMMIT;
		SELECT count(*) INTO c FROM t;
		RAISE NOTICE 'committed %', c;
		INSERT INTO t VALUES (0, 0);
		ROLLBACK;
		SELECT count(*) INTO c FROM t;
		RAISE NOTICE 'rolled back %', c;
		REFRESH MATERIALIZED VIEW mv;
		SELECT count(*) INTO c FROM t;
		RAISE NOTICE 'refreshed %', c;
	END LOOP;
END $$;
REFRESH MATERIALIZED VIEW mv;
CALL in_steps();
SELECT count(ctid) FROM t;

-- exceptions
CREATE FUNCTION and_undo() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	inside bigint;
	outside bigint;
BEGIN
	BEGIN
		INSERT INTO t VALUES (0, 0);
		SELECT count(*) INTO inside FROM t;
		RAISE EXCEPTION 'undo';
	EXCEPTION WHEN OTHERS THEN
		SELECT count(*) INTO outside FROM t;
	END;
	RETURN inside || ' ' || outside;
END $$;
SELECT and_undo();
SELECT and_undo();
SELECT count(ctid) FROM t;

-- in parallel workers, over the table while it is written, and over the view
CREATE FUNCTION counted(i int) RETURNS bigint STABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
DECLARE
	c bigint;
BEGIN
	SELECT count(*) INTO c FROM t;
	RETURN c + i;
END $$;
CREATE TABLE many AS SELECT i FROM generate_series(1, 1000) i;
ANALYZE many;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
SELECT sum(counted(i)) - sum(i) - (SELECT 10 * count(ctid) FROM t) AS zero FROM many WHERE i <= 10;
BEGIN;
INSERT INTO t VALUES (0, 0);
SELECT sum(counted(i)) - sum(i) - (SELECT 10 * count(ctid) FROM t) AS zero FROM many WHERE i <= 10;
ROLLBACK;
CREATE MATERIALIZED VIEW wide AS SELECT i, i % 7 AS m FROM many;
ANALYZE wide;
SELECT pg_temp.answer('SELECT count(*), sum(i) FROM many WHERE i % 7 = 1');
DELETE FROM many WHERE i = 1;
SELECT pg_temp.answer('SELECT count(*), sum(i) FROM many WHERE i % 7 = 1');

SET client_min_messages = warning;
DROP SCHEMA fresh_functions CASCADE;
