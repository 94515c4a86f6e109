-- What CREATE EXTENSION makes: schema, functions, views, event triggers, each
-- with a comment, and nothing in any other schema.  If this were wrong, \dx+,
-- \df+ and pg_dump would show something else than the README says.
BEGIN;
SELECT plan(23);

SELECT has_extension('aqumv');
SELECT is(extversion, '0.1.0', 'version') FROM pg_extension WHERE extname = 'aqumv';
SELECT set_eq($$SELECT proname::text FROM pg_proc WHERE pronamespace = 'aqumv'::regnamespace
                    AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)$$,
    ARRAY['track', 'untrack', 'explain_rewrite', 'list_views', 'check_preload', 'scales', 'scales_accum',
          'scales_combine', 'row_hash', 'var_pop', 'var_samp', 'stddev_pop', 'stddev_samp',
          'covar_pop', 'covar_samp', 'corr', 'regr_sxx', 'regr_syy', 'regr_sxy', 'regr_r2', 'regr_slope',
          'regr_intercept'], 'functions for users');
SELECT bag_eq($$SELECT proname::text FROM pg_proc WHERE pronamespace = 'aqumv'::regnamespace AND prokind = 'a'$$,
    ARRAY['scales', 'var_pop', 'var_samp', 'stddev_pop', 'stddev_samp', 'covar_pop', 'covar_samp', 'corr',
          'regr_sxx', 'regr_syy', 'regr_sxy', 'regr_r2', 'regr_slope', 'regr_intercept'], 'aggregates');
SELECT tables_are('aqumv', ARRAY['tracking', 'mark', 'refresh']);
SELECT views_are('aqumv', ARRAY['views', 'tracked_tables']);
SELECT is_empty($$
    SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend
     WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
       AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'aqumv')
       AND NOT (classid = 'pg_namespace'::regclass
             OR classid = 'pg_event_trigger'::regclass
             OR (pg_identify_object(classid, objid, objsubid)).schema = 'aqumv')
       AND pg_describe_object(classid, objid, objsubid) !~ 'aqumv\.'$$,
    'all objects of the extension are in its schema');

-- signatures
SELECT function_returns('aqumv', 'track', ARRAY['regclass'], 'void');
SELECT function_returns('aqumv', 'untrack', ARRAY['regclass'], 'void');
SELECT function_returns('aqumv', 'explain_rewrite', ARRAY['text'], 'setof record');
SELECT is(pg_get_function_result('aqumv.explain_rewrite(text)'::regprocedure),
    'SETOF record', 'explain_rewrite returns rows');
SELECT is(proargnames::text[], ARRAY['query', 'block', 'view', 'used', 'reason_code', 'reason', 'cost_original', 'cost_rewritten'],
    'columns of explain_rewrite') FROM pg_proc WHERE oid = 'aqumv.explain_rewrite(text)'::regprocedure;
SELECT columns_are('aqumv', 'views', ARRAY['view', 'base', 'maintenance', 'usable', 'reason_code', 'reason',
    'last_refresh', 'refresh_snapshot', 'marks']);
SELECT columns_are('aqumv', 'tracked_tables', ARRAY['relation', 'parent', 'root', 'since_xid', 'changed_xid']);

-- comments on everything
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc
    WHERE pronamespace = 'aqumv'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL$$,
    'every function has a comment');
SELECT is_empty($$SELECT oid::regclass FROM pg_class
    WHERE relnamespace = 'aqumv'::regnamespace AND relkind IN ('r', 'v') AND obj_description(oid, 'pg_class') IS NULL$$,
    'every table and view has a comment');
SELECT ok(obj_description('aqumv'::regnamespace, 'pg_namespace') <> '', 'so has the schema');
SELECT ok(obj_description(oid, 'pg_extension') <> '', 'so has the extension') FROM pg_extension WHERE extname = 'aqumv';
SELECT is_empty($$SELECT name FROM pg_settings
    WHERE name ~ '^aqumv' AND coalesce(short_desc, '') = ''$$, 'every setting has a description');

-- event triggers fire in every session, replicas included
SELECT bag_eq($$SELECT evtname::text, evtevent::text, evtenabled::text FROM pg_event_trigger
    WHERE evtfoid IN (SELECT oid FROM pg_proc WHERE pronamespace = 'aqumv'::regnamespace)$$,
    $$VALUES ('aqumv_ddl_command_end', 'ddl_command_end', 'A'), ('aqumv_sql_drop', 'sql_drop', 'A'),
        ('aqumv_table_rewrite', 'table_rewrite', 'A')$$,
    'event triggers, enabled always');

-- nothing outlives DROP EXTENSION
CREATE TABLE t AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW v AS SELECT a FROM t;
SELECT isnt_empty($$SELECT FROM pg_trigger WHERE tgrelid = 't'::regclass$$, 'a tracked table has triggers');
DROP EXTENSION aqumv;
SELECT hasnt_schema('aqumv');
SELECT is_empty($$SELECT tgname FROM pg_trigger WHERE tgrelid = 't'::regclass$$, 'they go with the extension');

SELECT * FROM finish();
ROLLBACK;
