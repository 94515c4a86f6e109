-- A statement with several writers is undone, and the transaction goes on: what
-- it had told of its change, or folded of it, counts for nothing any more.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_put_off_undone;
SET search_path = incremental_put_off_undone;
CREATE TABLE t (id int PRIMARY KEY, k int, v int);
INSERT INTO t SELECT i, i % 8, 1 FROM generate_series(1, 40) AS i;

-- folding fails: some groups have been done, the rest has not
CREATE MATERIALIZED VIEW folded WITH (aqumv.incremental) AS
	SELECT k, sum(v), count(*), 100 / sum(v) AS share FROM t GROUP BY k;
DO $$
BEGIN
	FOR a IN 0..7 LOOP
		BEGIN
			WITH gone AS (DELETE FROM t WHERE id <= 8)
			UPDATE t SET v = CASE WHEN k = a THEN 0 ELSE 2 END WHERE id > 8;
		EXCEPTION WHEN division_by_zero THEN
			UPDATE t SET v = v + 1 WHERE k = (a + 1) % 8;
		END;
	END LOOP;
END $$;
TABLE differences;
DROP MATERIALIZED VIEW folded;

-- telling fails: some rows have been netted, the rest has not
CREATE FUNCTION write_more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() = 1 THEN
		BEGIN
			UPDATE t SET v = CASE WHEN id < 35 THEN 10 ELSE 0 END WHERE id > 8;
		EXCEPTION WHEN division_by_zero THEN NULL;
		END;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER write_more AFTER UPDATE ON t FOR EACH ROW WHEN (NEW.v = 7) EXECUTE FUNCTION write_more();
CREATE TRIGGER write_more_then AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION write_more();
CREATE PROCEDURE tell_in_vain() LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		WITH come AS (INSERT INTO t VALUES (100, 1, 1))
		UPDATE t SET v = CASE WHEN id < 35 THEN 4 ELSE 0 END WHERE id > 8;
	EXCEPTION WHEN division_by_zero THEN
		UPDATE t SET v = v + 1 WHERE id <= 4;
	END;
	COMMIT;
	-- inside of a statement that goes on
	UPDATE t SET v = 7 WHERE id = 5;
	-- and that has told already what one of its writers has done
	WITH come AS (INSERT INTO t SELECT max(id) + 101, 2, 1 FROM t)
	UPDATE t SET v = v + 3 WHERE id IN (6, 7);
END $$;
CREATE MATERIALIZED VIEW netted WITH (aqumv.incremental) AS
	SELECT k, sum(100 / v), count(*) FROM t GROUP BY k;
CALL tell_in_vain();
TABLE differences;
SELECT view, usable FROM aqumv.views WHERE base = 't'::regclass;
DROP MATERIALIZED VIEW netted;
CREATE MATERIALIZED VIEW listed WITH (aqumv.incremental) AS SELECT k, 100 / v AS share FROM t;
CALL tell_in_vain();
TABLE differences;
SELECT view, usable FROM aqumv.views WHERE base = 't'::regclass;
SET client_min_messages = warning;
DROP SCHEMA incremental_put_off_undone CASCADE;
