-- What an aggregate is after its last input, its best one, or the one with the
-- most digits has gone, or what a trigger did has been undone.  If a delta were
-- folded without a look at what it lost, the view would hold what no query says.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_folds;
SET search_path = incremental_folds;
\set VERBOSITY terse
CREATE TABLE t (id int PRIMARY KEY, g int, x int, n numeric, b bool);
CREATE MATERIALIZED VIEW sums WITH (aqumv.incremental) AS
    SELECT g, sum(x) AS x, avg(x) AS a, sum(n) AS n, sum(n) FILTER (WHERE b) AS f FROM t GROUP BY g;
CREATE MATERIALIZED VIEW bits WITH (aqumv.incremental) AS
    SELECT g, bool_and(b) AS every, bool_or(b) AS some, bit_and(x) AS both, bit_or(x) AS any FROM t GROUP BY g;
CREATE MATERIALIZED VIEW total WITH (aqumv.incremental) AS SELECT sum(x) AS x, bool_or(b) AS b, max(n) AS n FROM t;
INSERT INTO t VALUES (1, 1, NULL, NULL, NULL), (2, 1, 5, 1.500, true), (3, 1, 6, 2, false), (4, 1, 0, 'NaN', true);
TABLE differences;
DELETE FROM t WHERE id = 4;
TABLE differences;
SELECT g, x, n, f FROM sums;
DELETE FROM t WHERE id = 2;
TABLE differences;
SELECT g, x, n, f FROM sums;
UPDATE t SET x = NULL, n = NULL, b = NULL WHERE id = 3;
TABLE differences;
SELECT g, x, n, f FROM sums;
DELETE FROM t;
TABLE differences;
SELECT x, b, n FROM total;

-- a statement that fails leaves nothing open
ALTER TABLE t ADD CHECK (g < 10);
BEGIN;
SAVEPOINT a;
INSERT INTO t VALUES (5, 11, 1, 1, true);
ROLLBACK TO a;
INSERT INTO t VALUES (6, 2, 1, 1.0, true);
TABLE differences;
COMMIT;
TABLE differences;

-- a trigger writes the table as well, and part of that is undone
CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE t SET x = x + 1 WHERE id = NEW.id - 1;
    BEGIN
        UPDATE t SET x = x + 100, n = n * 2 WHERE id = 6;
        INSERT INTO t VALUES (NEW.id + 50, 3, 1, 1, true);
        RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN
        NULL;
    END;
    RETURN NULL;
END $$;
CREATE TRIGGER undo AFTER INSERT ON t FOR EACH ROW WHEN (NEW.id < 50) EXECUTE FUNCTION undo();
INSERT INTO t VALUES (7, 2, 7, 7.00, false);
TABLE differences;
INSERT INTO t SELECT i, 2, i, i, true FROM generate_series(8, 12) AS i;
TABLE differences;
SELECT g, x, n, f FROM sums ORDER BY g;
SET client_min_messages = warning;
DROP SCHEMA incremental_folds CASCADE;
