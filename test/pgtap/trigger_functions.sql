-- The trigger functions by themselves: not as ordinary functions, and harmless
-- in triggers of a superuser's own.  If this were wrong, a call would crash the
-- server or corrupt what stands in aqumv's tables.
BEGIN;
SELECT plan(13);
SELECT throws_ok(format('SELECT aqumv.%s()', f), NULL, NULL, f || ' is called by triggers only')
  FROM unnest(ARRAY['mark_before_statement', 'mark_after_statement', 'mark_row', 'mark_truncate',
                    'on_ddl_command_end', 'on_sql_drop', 'on_table_rewrite']) f;

CREATE TABLE untracked (a int);
CREATE TRIGGER b BEFORE INSERT ON untracked EXECUTE FUNCTION aqumv.mark_before_statement();
CREATE TRIGGER a AFTER INSERT ON untracked EXECUTE FUNCTION aqumv.mark_after_statement();
CREATE TRIGGER r AFTER INSERT ON untracked FOR EACH ROW EXECUTE FUNCTION aqumv.mark_row();
CREATE TRIGGER t BEFORE TRUNCATE ON untracked EXECUTE FUNCTION aqumv.mark_truncate();
SELECT lives_ok('INSERT INTO untracked VALUES (1)', 'INSERT');
SELECT lives_ok('TRUNCATE untracked', 'TRUNCATE');
SELECT lives_ok('INSERT INTO untracked VALUES (1), (2)', 'INSERT again');

-- on a table that is tracked as well, they change nothing about the outcome
CREATE TABLE t AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW v AS SELECT a FROM t;
CREATE TRIGGER mine AFTER INSERT ON t EXECUTE FUNCTION aqumv.mark_after_statement();
SELECT is(usable, true, 'fresh') FROM aqumv.views WHERE view = 'v'::regclass;
INSERT INTO t VALUES (2);
SELECT is(reason_code, 'stale', 'written') FROM aqumv.views WHERE view = 'v'::regclass;
REFRESH MATERIALIZED VIEW v;
SELECT is(usable, true, 'fresh again') FROM aqumv.views WHERE view = 'v'::regclass;

SELECT * FROM finish();
ROLLBACK;
