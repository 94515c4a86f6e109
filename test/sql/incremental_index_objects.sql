-- Users' own indexes on an immediate view may object to rows that maintenance
-- writes.  That is not the writer's business: his write goes through, the view is
-- not used any more, and the writer is told.  Errors of the definition are his.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_index_objects;
SET search_path = incremental_index_objects;
\set VERBOSITY terse
CREATE FUNCTION wide(i int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT string_agg(md5(i || ' ' || j), '') FROM generate_series(1, 200) AS j $$;
CREATE TABLE t (k text, x int, w text);
INSERT INTO t VALUES ('a', 1, 'a'), ('b', 2, 'b');
CREATE MATERIALIZED VIEW mv WITH (aqumv.incremental) AS SELECT k, count(*), sum(x), max(w), sum(8 / x) AS q FROM t GROUP BY k;
CREATE VIEW stands AS SELECT usable FROM aqumv.views WHERE view = 'mv'::regclass;
CREATE PROCEDURE again() LANGUAGE plpgsql AS $$
DECLARE i regclass;
BEGIN
    FOR i IN SELECT indexrelid FROM pg_index WHERE indrelid = 'mv'::regclass AND indexrelid <> 'mv_aqumv_maintenance_idx'::regclass LOOP
        EXECUTE 'DROP INDEX ' || i;
    END LOOP;
    REFRESH MATERIALIZED VIEW mv;
END $$;
-- unique over a value: the whole statement is undone in the view, and nothing in the table
CREATE UNIQUE INDEX mv_sum ON mv (sum);
INSERT INTO t VALUES ('c', 3, 'c'), ('d', 4, 'd');
TABLE differences;
TABLE stands;
INSERT INTO t VALUES ('e', 5, 'e'), ('c', 2, 'c'), ('f', 5, 'f');
TABLE stands;
SELECT sum(sum) = 10 AS untouched FROM mv;
INSERT INTO t VALUES ('g', 5, 'g');
SELECT count(*) FROM t;
CALL again();
TABLE differences;
-- partial; of one expression; a change of a row
CREATE UNIQUE INDEX mv_partial ON mv ((sum / 100)) WHERE count > 1;
UPDATE t SET x = x + 1 WHERE k = 'c';
TABLE stands;
INSERT INTO t VALUES ('a', 1, 'a');
TABLE stands;
CALL again();
-- an expression that raises, and one that does when it is folded
CREATE INDEX mv_raises ON mv ((1 / (sum - 777)));
INSERT INTO t VALUES ('a', 7, 'a');
TABLE stands;
TABLE differences;
INSERT INTO t VALUES ('h', 777, 'h');
TABLE stands;
DELETE FROM t WHERE k = 'h';
CALL again();
-- too wide for an ordinary index of a value; in a row that comes, and that is there
CREATE INDEX mv_max ON mv (max);
INSERT INTO t VALUES ('w', 1, wide(1));
TABLE stands;
DELETE FROM t WHERE k = 'w';
CALL again();
CREATE INDEX mv_max ON mv (max) INCLUDE (sum);
UPDATE t SET w = 'z' || wide(1) WHERE k = 'a';
TABLE stands;
UPDATE t SET w = 'z' || repeat('z', 100000);
CALL again();
CREATE INDEX mv_max ON mv (max) INCLUDE (sum);
INSERT INTO t VALUES ('a', 1, 'z' || repeat('z', 200000));
TABLE stands;
TABLE differences;
-- errors of the definition go on being the writer's, and undo nothing but the write
CREATE UNIQUE INDEX mv_unique ON mv (k, sum);
CREATE UNIQUE INDEX mv_sum ON mv (sum) WHERE sum > 1000;
INSERT INTO t VALUES ('a', 0, 'a');
DO $$ BEGIN
    INSERT INTO t VALUES ('n', 1, 'n');
    BEGIN
        INSERT INTO t VALUES ('n', 0, 'n');
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
    INSERT INTO t VALUES ('n', 2, 'n');
END $$;
TABLE stands;
TABLE differences;
-- also where maintenance computes what a group has left
CREATE FUNCTION picky(i int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN RETURN i / CASE WHEN i = 1 AND current_setting('my.picky', true) = 'on' THEN 0 ELSE 1 END; END $$;
CREATE TABLE p AS SELECT i AS x FROM generate_series(1, 3) AS i;
CREATE MATERIALIZED VIEW mv_picky WITH (aqumv.incremental) AS SELECT max(picky(x)) FROM p;
CREATE UNIQUE INDEX ON mv_picky (max);
SET my.picky = on;
DELETE FROM p WHERE x > 1;
RESET my.picky;
SELECT usable FROM aqumv.views WHERE view = 'mv_picky'::regclass;
TABLE differences;
-- rolled back, the view stands again
BEGIN;
INSERT INTO t VALUES ('n', 5000, 'n'), ('m', 5003, 'm');
TABLE stands;
ROLLBACK;
TABLE stands;
INSERT INTO t VALUES ('n', 5000, 'n');
TABLE stands;
TABLE differences;
\set VERBOSITY default
INSERT INTO t VALUES ('o', 5003, 'o');
TABLE stands;
SET client_min_messages = warning;
DROP SCHEMA incremental_index_objects CASCADE;
