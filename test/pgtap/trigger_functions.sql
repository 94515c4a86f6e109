-- The trigger functions by themselves: not as ordinary functions, and harmless
-- in triggers of a superuser's own.  If this were wrong, a call would crash the
-- server or corrupt what stands in aqumv's tables.
BEGIN;
SELECT plan(7);
CREATE FUNCTION state_of(sql text) RETURNS text AS $$
BEGIN
    EXECUTE sql;
    RETURN 'success';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$ LANGUAGE plpgsql;
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'aqumv'::regnamespace
    AND prorettype IN ('trigger'::regtype, 'event_trigger'::regtype)
    AND state_of(format('SELECT %s', oid::regprocedure)) NOT IN ('0A000', '39P01', '39P03')$$,
    'they are called by triggers only');

CREATE TABLE untracked (a int);
CREATE TRIGGER b BEFORE INSERT ON untracked EXECUTE FUNCTION aqumv.mark_before_statement();
CREATE TRIGGER r AFTER INSERT ON untracked FOR EACH ROW EXECUTE FUNCTION aqumv.mark_row();
CREATE TRIGGER t BEFORE TRUNCATE ON untracked EXECUTE FUNCTION aqumv.mark_truncate();
SELECT lives_ok('INSERT INTO untracked VALUES (1)', 'INSERT');
SELECT lives_ok('TRUNCATE untracked', 'TRUNCATE');
SELECT lives_ok('INSERT INTO untracked VALUES (1), (2)', 'INSERT again');

-- on a table that is tracked as well, they change nothing about the outcome
CREATE TABLE t AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW v AS SELECT a FROM t;
CREATE TRIGGER mine BEFORE INSERT ON t EXECUTE FUNCTION aqumv.mark_before_statement();
SELECT is(usable, true, 'fresh') FROM aqumv.views WHERE view = 'v'::regclass;
INSERT INTO t VALUES (2);
SELECT is(reason_code, 'stale', 'written') FROM aqumv.views WHERE view = 'v'::regclass;
REFRESH MATERIALIZED VIEW v;
SELECT is(usable, true, 'fresh again') FROM aqumv.views WHERE view = 'v'::regclass;

SELECT * FROM finish();
ROLLBACK;
