-- No view becomes immediate, or is filled as one, while a statement of the same
-- session reads or writes its base: what that statement writes would be in the
-- view in part, and be told of once more.
\getenv srcdir PG_ABS_SRCDIR
\set harness :srcdir '/include/harness.sql'
\i :harness
CREATE SCHEMA incremental_in_use;
SET search_path = incremental_in_use;
CREATE TABLE t (k int, v int);
INSERT INTO t SELECT i % 3, i FROM generate_series(1, 9) AS i;
CREATE FUNCTION make(name text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE MATERIALIZED VIEW %I WITH (aqumv.incremental) AS SELECT k, sum(v) FROM t GROUP BY k', name);
    RETURN 1;
END $$;
\set VERBOSITY sqlstate
INSERT INTO t SELECT make('while_written'), 10;
UPDATE t SET v = make('while_updated') WHERE v = 1;
DO $$
BEGIN
    FOR i IN 1 .. 3 LOOP
        PERFORM incremental_in_use.make('while_read') FROM incremental_in_use.t;
    END LOOP;
END $$;
\set VERBOSITY terse
SELECT count(*) FROM aqumv.views WHERE view::text LIKE '%while%';
SELECT make('alone');
INSERT INTO t VALUES (1, 100);
TABLE differences;
SELECT count(*), sum(v) FROM t;
SET client_min_messages = warning;
DROP SCHEMA incremental_in_use CASCADE;
