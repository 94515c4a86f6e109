-- Any sequence of writes, refreshes and savepoints, kept or undone: answers with
-- rewriting on and off are the same at each step, and after COMMIT.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA fresh_parts_random;
SET search_path = fresh_parts_random;
SET client_min_messages = warning;
CREATE TABLE t0 (v int) PARTITION BY LIST (v);
CREATE TABLE t0a PARTITION OF t0 FOR VALUES IN (0, 1);
CREATE TABLE t0b PARTITION OF t0 DEFAULT;
CREATE TABLE t1 (v int);
CREATE TABLE t2 (v int);
CREATE MATERIALIZED VIEW m0 AS SELECT v, count(*) AS n FROM t0 GROUP BY v;
CREATE MATERIALIZED VIEW m1 AS SELECT v, count(*) AS n FROM t1 GROUP BY v;
CREATE MATERIALIZED VIEW m2 AS SELECT v, count(*) AS n FROM t2 GROUP BY v;

-- One of the tables with rewriting off and on: what came of it.
CREATE FUNCTION look(i int) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer(format('SELECT v, count(*) FROM t%s GROUP BY v', i))
$$;

-- So many random steps; those within a savepoint are undone or kept.  Returns
-- what was not right, and how often views answered.
CREATE FUNCTION steps(depth int, n int, INOUT wrong text DEFAULT NULL, INOUT answered int DEFAULT 0) LANGUAGE plpgsql AS $$
DECLARE
	i int;
	found text;
	step float8;
BEGIN
	FOR s IN 1..n LOOP
		i := floor(random() * 3);
		step := random();
		IF step < 0.35 THEN
			EXECUTE format('INSERT INTO t%s SELECT g %% 3 FROM generate_series(1, %s) g', i, floor(random() * 3));
		ELSIF step < 0.45 THEN
			EXECUTE format('UPDATE t%s SET v = 1 - v WHERE v = %s', i, floor(random() * 3));
		ELSIF step < 0.65 THEN
			EXECUTE format('REFRESH MATERIALIZED VIEW m%s', i);
		ELSIF depth > 0 THEN
			BEGIN
				SELECT * INTO wrong, answered FROM steps(depth - 1, 4, wrong, answered);
				IF random() < 0.5 THEN
					RAISE EXCEPTION 'undone';
				END IF;
			EXCEPTION WHEN raise_exception THEN NULL;
			END;
		END IF;
		FOR i IN 0..2 LOOP
			found := look(i);
			IF found LIKE '%DIFFERENT%' THEN
				wrong := concat_ws(E'\n', wrong, found);
			ELSIF found ~ 'from m\d' THEN
				answered := answered + 1;
			END IF;
		END LOOP;
	END LOOP;
END $$;
SELECT setseed(0.5);
DO $$
DECLARE
	wrong text;
	answered int;
	total int := 0;
BEGIN
	FOR round IN 1..8 LOOP
		SELECT * INTO wrong, answered FROM steps(3, 8);
		IF wrong IS NOT NULL THEN
			RAISE WARNING 'within: %', wrong;
		END IF;
		total := total + answered;
		COMMIT;
		FOR i IN 0..2 LOOP
			IF look(i) LIKE '%DIFFERENT%' THEN
				RAISE WARNING 'after: %', look(i);
			END IF;
		END LOOP;
	END LOOP;
	RAISE WARNING 'views answered: %', total > 50;
END $$;
DROP SCHEMA fresh_parts_random CASCADE;
