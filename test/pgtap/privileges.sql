-- Who may do what with aqumv's own objects.  If this were wrong, a user could
-- forge a mark's absence or a refresh record, and have a stale view answer; or
-- call the trigger functions by a trigger of their own.
BEGIN;
SELECT plan(30);
CREATE ROLE regress_aqumv_user;
CREATE ROLE regress_aqumv_owner;
CREATE SCHEMA own AUTHORIZATION regress_aqumv_owner;
SET ROLE regress_aqumv_owner;
CREATE TABLE own.t AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW own.v AS SELECT a FROM own.t;
RESET ROLE;

SELECT schema_privs_are('aqumv', 'regress_aqumv_user', ARRAY['USAGE']);
SELECT table_privs_are('aqumv', t, 'regress_aqumv_user', ARRAY[]::text[])
  FROM unnest(ARRAY['tracking', 'mark', 'refresh']) t;
SELECT table_privs_are('aqumv', t, 'regress_aqumv_owner', ARRAY[]::text[])
  FROM unnest(ARRAY['tracking', 'mark', 'refresh']) t;
SELECT table_privs_are('aqumv', t, 'regress_aqumv_user', ARRAY['SELECT'])
  FROM unnest(ARRAY['views', 'tracked_tables']) t;
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'aqumv'::regnamespace
    AND prorettype IN ('trigger'::regtype, 'event_trigger'::regtype)
    AND has_function_privilege('regress_aqumv_owner', oid, 'EXECUTE')$$,
    'no trigger function can be used by users');
SELECT function_privs_are('aqumv', 'track', ARRAY['regclass'], 'regress_aqumv_user', ARRAY['EXECUTE']);
SELECT function_privs_are('aqumv', 'untrack', ARRAY['regclass'], 'regress_aqumv_user', ARRAY['EXECUTE']);
SELECT function_privs_are('aqumv', 'explain_rewrite', ARRAY['text'], 'regress_aqumv_user', ARRAY['EXECUTE']);
SELECT is_empty($$SELECT proname FROM pg_proc WHERE pronamespace = 'aqumv'::regnamespace AND prosecdef$$,
    'no function runs with the rights of its owner');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_event_trigger e ON e.evtfoid = p.oid
    WHERE p.pronamespace = 'aqumv'::regnamespace AND proconfig IS NULL$$,
    'functions of event triggers fix their search_path');

-- even the owner of a tracked table and its view can write none of it
SET ROLE regress_aqumv_owner;
SELECT throws_ok($$DELETE FROM aqumv.mark$$, '42501');
SELECT throws_ok($$INSERT INTO aqumv.mark SELECT * FROM aqumv.mark$$, '42501');
SELECT throws_ok($$TRUNCATE aqumv.mark$$, '42501');
SELECT throws_ok($$UPDATE aqumv.refresh SET complete = true$$, '42501');
SELECT throws_ok($$DELETE FROM aqumv.tracking$$, '42501');
SELECT throws_ok($$DELETE FROM aqumv.views$$, NULL, NULL, 'aqumv.views cannot be written');
SELECT throws_ok($$DELETE FROM aqumv.tracked_tables$$, NULL, NULL, 'aqumv.tracked_tables cannot be written');
SELECT throws_ok($$CREATE TABLE aqumv.x (a int)$$, '42501');
SELECT throws_ok($$DROP EXTENSION aqumv$$, '42501');
SELECT throws_ok($$ALTER EVENT TRIGGER aqumv_sql_drop DISABLE$$, '42501');
SELECT throws_ok($$CREATE TRIGGER mine BEFORE INSERT ON own.t EXECUTE FUNCTION aqumv.mark_before_statement()$$, '42501');
-- system triggers, like those of foreign keys
SELECT throws_ok($$ALTER TABLE own.t DISABLE TRIGGER ALL$$, '42501');
SELECT lives_ok($$ALTER TABLE own.t DISABLE TRIGGER USER$$, 'DISABLE TRIGGER USER leaves them alone');
-- writes of any user leave their mark all the same
RESET ROLE;
GRANT USAGE ON SCHEMA own TO regress_aqumv_user;
GRANT INSERT ON own.t TO regress_aqumv_user;
SET ROLE regress_aqumv_user;
SELECT lives_ok($$INSERT INTO own.t VALUES (2)$$, 'a user who may write the table writes it');
RESET ROLE;
SELECT is(reason_code, 'stale', 'and it is noticed') FROM aqumv.views WHERE view = 'own.v'::regclass;

SELECT * FROM finish();
ROLLBACK;
