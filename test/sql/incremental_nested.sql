-- Statements within statements: triggers that write the same table, cascades,
-- REFRESH in a trigger, exceptions that are caught.  If a delta were folded while
-- the base holds more than was told, groups that are computed again would count
-- rows twice.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_nested;
SET search_path = incremental_nested;
-- an UPDATE beside another, and one by a foreign key's cascade
CREATE TABLE t (id int PRIMARY KEY, parent int REFERENCES t ON UPDATE CASCADE, amount int, other int);
INSERT INTO t SELECT i, nullif(i / 2, 0), i, i FROM generate_series(1, 20) AS i;
CREATE MATERIALIZED VIEW mv_sums WITH (aqumv.incremental) AS SELECT amount % 3 AS k, sum(amount), count(*), max(id) FROM t GROUP BY 1;
CREATE MATERIALIZED VIEW mv_ids WITH (aqumv.incremental) AS SELECT id, parent FROM t;
CREATE MATERIALIZED VIEW mv_parents WITH (aqumv.incremental) AS SELECT parent FROM t;
WITH x AS (UPDATE t SET other = 100 WHERE id = 1 RETURNING 1) UPDATE t SET amount = 5 WHERE id = 2;
TABLE differences;
UPDATE t SET id = id + 1000 WHERE id = 4;
TABLE differences;
UPDATE t SET id = id + 1000;
TABLE differences;
-- rows that are changed as they come, and by a subtransaction that fails
CREATE FUNCTION change_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        UPDATE t SET amount = 4 WHERE id = new.id;
        BEGIN
            INSERT INTO t VALUES (new.id + 1, NULL, 7, 7);
            PERFORM 1 / (new.id % 2);
        EXCEPTION WHEN division_by_zero THEN
            DELETE FROM t WHERE id = 3;
        END;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER change AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION change_it();
INSERT INTO t VALUES (1, NULL, 9, 9);
TABLE differences;
INSERT INTO t VALUES (4, NULL, 9, 9);
TABLE differences;
INSERT INTO t VALUES (1, NULL, 1, 1) ON CONFLICT (id) DO UPDATE SET amount = 100;
TABLE differences;
-- within a statement the view lags behind, and is not used
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE 'sum %', (SELECT sum(s) FROM (SELECT amount % 3 AS k, sum(amount) AS s FROM t GROUP BY 1) AS groups);
    RETURN NULL;
END $$;
CREATE TABLE s (k int, amount int);
CREATE MATERIALIZED VIEW mv_s WITH (aqumv.incremental) AS SELECT sum(amount), count(*) FROM s;
CREATE FUNCTION look_s() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE 'sum %', (SELECT sum(amount) FROM s);
    RETURN NULL;
END $$;
CREATE TRIGGER look AFTER INSERT ON s FOR EACH ROW EXECUTE FUNCTION look_s();
SET enable_answer_query_using_materialized_views = on;
SET aqumv.rewrite_mode = force;
INSERT INTO s VALUES (1, 10), (2, 20);
EXPLAIN (COSTS OFF) SELECT sum(amount) FROM s;
RESET enable_answer_query_using_materialized_views;
-- a trigger that refreshes, as people had before
CREATE TABLE r (id int PRIMARY KEY, amount int);
CREATE MATERIALIZED VIEW mv_r WITH (aqumv.incremental) AS SELECT amount % 3 AS k, sum(amount), count(*) FROM r GROUP BY 1;
CREATE MATERIALIZED VIEW mv_r_rows WITH (aqumv.incremental) AS SELECT id, amount FROM r;
CREATE FUNCTION refresh_them() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    REFRESH MATERIALIZED VIEW mv_r;
    REFRESH MATERIALIZED VIEW mv_r_rows;
    RETURN new;
END $$;
CREATE TRIGGER refresh AFTER INSERT ON r FOR EACH ROW EXECUTE FUNCTION refresh_them();
INSERT INTO r SELECT i, i FROM generate_series(1, 5) AS i;
TABLE differences;
DROP TRIGGER refresh ON r;
CREATE TRIGGER refresh BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION refresh_them();
INSERT INTO r SELECT i, i FROM generate_series(11, 15) AS i;
TABLE differences;
-- dropped, the view or the base, in a transaction that has written the base
BEGIN;
DELETE FROM r WHERE id = 3;
DROP MATERIALIZED VIEW mv_r;
DELETE FROM r WHERE id = 4;
DROP TABLE r CASCADE;
COMMIT;
TABLE differences;
SET client_min_messages = warning;
DROP SCHEMA incremental_nested CASCADE;
