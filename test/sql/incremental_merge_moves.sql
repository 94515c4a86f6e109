-- MERGE whose UPDATE moves rows to other partitions, with each set of actions:
-- because it sets the key, or because a BEFORE ROW trigger does.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_merge_moves;
SET search_path = incremental_merge_moves;
CREATE TABLE t (k int, n int, id int) PARTITION BY RANGE (k);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t2 (id int, n int, k int);
ALTER TABLE t ATTACH PARTITION t2 FOR VALUES FROM (10) TO (20);
CREATE TABLE t3 PARTITION OF t FOR VALUES FROM (20) TO (90) PARTITION BY RANGE (id);
CREATE TABLE t3a PARTITION OF t3 FOR VALUES FROM (0) TO (50);
CREATE TABLE t3b PARTITION OF t3 DEFAULT;
CREATE MATERIALIZED VIEW v WITH (aqumv.incremental) AS SELECT k, sum(n) FROM t GROUP BY k;
CREATE MATERIALIZED VIEW v_rows WITH (aqumv.incremental) AS SELECT k, n FROM t;
CREATE MATERIALIZED VIEW v_total WITH (aqumv.incremental) AS SELECT count(*), max(n) FROM t;
CREATE MATERIALIZED VIEW v_leaf WITH (aqumv.incremental) AS SELECT k, count(*), min(n) FROM t1 GROUP BY k;
CREATE MATERIALIZED VIEW v_middle WITH (aqumv.incremental) AS SELECT id, count(*) FROM t3 GROUP BY id;
CREATE MATERIALIZED VIEW v_manual AS SELECT k, count(*) FROM t2 GROUP BY k;
CREATE FUNCTION fill() RETURNS void LANGUAGE sql AS
    'TRUNCATE t; INSERT INTO t SELECT i % 30, i, i FROM generate_series(1, 90) AS i';
SELECT fill();
REFRESH MATERIALIZED VIEW v_manual;
-- the last column: is the manual view noticed to be stale?
CREATE FUNCTION merge(target text, actions text) RETURNS TABLE (moved bigint, different bigint, stale bool)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM fill();
    REFRESH MATERIALIZED VIEW v_manual;
    CREATE TEMP TABLE before AS SELECT tableoid AS leaf, id FROM t;
    EXECUTE format('MERGE INTO %s AS t USING (SELECT i, i * 7 %% 30 AS k FROM generate_series(1, 100, 3) AS i) AS s
        ON t.id = s.i %s', target, actions);
    SELECT count(*) INTO moved FROM before JOIN t USING (id) WHERE leaf <> t.tableoid;
    SELECT count(*) INTO different FROM differences;
    SELECT NOT usable INTO stale FROM aqumv.views WHERE view = 'v_manual'::regclass;
    DROP TABLE before;
    RETURN NEXT;
END $$;
\set ECHO queries
SELECT * FROM merge('t', 'WHEN MATCHED THEN UPDATE SET k = s.k');
SELECT * FROM merge('t', 'WHEN MATCHED THEN UPDATE SET k = s.k, n = 0 WHEN NOT MATCHED THEN INSERT VALUES (s.k, 1, s.i)');
SELECT * FROM merge('t', 'WHEN MATCHED AND t.n % 2 = 0 THEN UPDATE SET k = s.k WHEN MATCHED THEN DELETE');
SELECT * FROM merge('t', 'WHEN MATCHED AND t.n % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET k = s.k WHEN NOT MATCHED THEN INSERT VALUES (s.k, 1, s.i)');
SELECT * FROM merge('t', 'WHEN MATCHED AND t.n % 2 = 0 THEN DO NOTHING WHEN MATCHED THEN UPDATE SET k = 29 - t.k WHEN NOT MATCHED THEN DO NOTHING');
SELECT * FROM merge('t3', 'WHEN MATCHED THEN UPDATE SET id = t.id * 3');
SELECT * FROM merge('t3', 'WHEN MATCHED THEN UPDATE SET n = 1');
-- some move because of the trigger, some because of the statement
CREATE FUNCTION move() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF new.n % 5 = 0 THEN new.k := 29 - new.k; END IF; RETURN new; END';
CREATE TRIGGER move BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION move();
SELECT * FROM merge('t', 'WHEN MATCHED THEN UPDATE SET n = t.n + 1');
SELECT * FROM merge('t', 'WHEN MATCHED THEN UPDATE SET n = t.n + 1 WHEN NOT MATCHED THEN INSERT VALUES (s.k, 1, s.i)');
SELECT * FROM merge('t', 'WHEN MATCHED AND t.n % 2 = 0 THEN UPDATE SET n = t.n + 5 WHEN MATCHED THEN DELETE');
SELECT * FROM merge('t', 'WHEN MATCHED AND t.n % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET k = s.k WHEN NOT MATCHED THEN INSERT VALUES (s.k, 1, s.i)');
DROP TRIGGER move ON t;
-- nothing else is fired than was fired before
CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE NOTICE ''% %'', tg_when, tg_op; RETURN NULL; END';
CREATE TRIGGER say_before BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION say();
CREATE TRIGGER say_after AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION say();
CREATE TRIGGER say_gone AFTER DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION say();
ALTER TABLE t ENABLE ALWAYS TRIGGER say_gone;
MERGE INTO t USING (VALUES (1)) AS s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET k = 29 - t.k;
DROP TRIGGER say_gone ON t;
TABLE differences;
-- with other writers in the same statement, whose rows go into the same transition tables
WITH gone AS (DELETE FROM t WHERE id = 2 RETURNING *)
MERGE INTO t USING (VALUES (1), (3)) AS s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET k = 29 - t.k;
TABLE differences;
WITH come AS (INSERT INTO t VALUES (3, 3, 200), (13, 3, 201) RETURNING *)
MERGE INTO t USING (VALUES (1), (3)) AS s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET k = 29 - t.k;
TABLE differences;
DROP TRIGGER say_before ON t;
DROP TRIGGER say_after ON t;
-- a row is updated after another has been inserted
SET enable_hashjoin = off;
SET enable_mergejoin = off;
MERGE INTO t USING (VALUES (400), (4), (401), (5)) AS s (id) ON t.id = s.id
    WHEN MATCHED THEN UPDATE SET n = 777 WHEN NOT MATCHED THEN INSERT VALUES (1, 5, s.id);
RESET enable_hashjoin;
RESET enable_mergejoin;
TABLE differences;
-- what is rolled back, and what comes after
BEGIN;
SAVEPOINT s;
MERGE INTO t USING (VALUES (1), (3)) AS s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET k = 29 - t.k;
ROLLBACK TO s;
UPDATE t SET n = n + 1 WHERE id < 10;
COMMIT;
TABLE differences;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF, FORMAT JSON)
MERGE INTO t USING (VALUES (1), (3)) AS s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET k = 29 - t.k \g /dev/null
TABLE differences;
-- MERGE in WITH, and with more actions, which came later
SELECT current_setting('server_version_num')::int >= 170000 AS newer \gset
\set ECHO none
\if :newer
WITH moved AS (MERGE INTO t USING (VALUES (5), (33)) AS s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET k = 29 - t.k
    RETURNING t.id)
SELECT count(*) FROM moved \g /dev/null
MERGE INTO t USING (VALUES (7), (37)) AS s (id) ON t.id = s.id WHEN NOT MATCHED BY SOURCE AND t.id < 70 THEN UPDATE SET k = 29 - t.k;
WITH mixed AS (MERGE INTO t USING (VALUES (0), (7), (37)) AS s (id) ON t.id = s.id
    WHEN MATCHED THEN UPDATE SET n = 1 WHEN NOT MATCHED THEN INSERT VALUES (1, 2, 300) RETURNING t.id)
SELECT count(*) FROM mixed \g /dev/null
\endif
\set ECHO queries
TABLE differences;
SELECT view, usable FROM aqumv.views WHERE maintenance = 'immediate' AND pg_table_is_visible(view) ORDER BY view::text;
SET client_min_messages = warning;
DROP SCHEMA incremental_merge_moves CASCADE;
