-- Errors of aqumv.track and aqumv.untrack, with SQLSTATE and hint, and what is
-- left alone where they fail.  If this were wrong, a client could not tell a
-- missing privilege from a wrong argument.
BEGIN;
SELECT plan(15);
CREATE ROLE regress_aqumv_user;
CREATE TABLE t (a int);
CREATE VIEW plain AS SELECT a FROM t;

CREATE FUNCTION error_of(sql text) RETURNS text[] AS $$
DECLARE
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    EXECUTE sql;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
        detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN ARRAY[state, message, detail, hint];
END $$ LANGUAGE plpgsql;

SELECT is((error_of($$SELECT aqumv.track('plain')$$))[1], '42809', 'a view: wrong_object_type');
SELECT is((error_of($$SELECT aqumv.track('plain')$$))[2], 'cannot track "plain"', 'its message');
SELECT matches((error_of($$SELECT aqumv.track('plain')$$))[3], 'can be tracked', 'its detail');
SELECT is((error_of($$SELECT aqumv.track('pg_class')$$))[1], '42809', 'a system catalog');
SELECT is((error_of($$SELECT aqumv.track('aqumv.refresh')$$))[1], '42809', 'a table of ours');
SELECT is((error_of($$SELECT aqumv.track(0)$$))[1], '42P01', 'nothing: undefined_table');
SELECT is((error_of($$SELECT aqumv.untrack(4000000000)$$))[1], '42P01', 'what is gone');
SELECT is((error_of($$SELECT aqumv.track('no_such')$$))[1], '42P01', 'a name that does not exist');

SET ROLE regress_aqumv_user;
SELECT is((error_of($$SELECT aqumv.track('t')$$))[1], '42501', 'insufficient_privilege');
SELECT is((error_of($$SELECT aqumv.track('t')$$))[2], 'permission denied for table t', 'its message');
SELECT matches((error_of($$SELECT aqumv.track('t')$$))[4], 'owner.*aqumv\.track', 'its hint says whom to ask');
SELECT is((error_of($$SELECT aqumv.untrack('t')$$))[1], '42501', 'untrack is for the owner');
RESET ROLE;
SELECT is_empty($$SELECT FROM pg_trigger WHERE tgrelid = 't'::regclass$$, 'no trigger came of it');
SELECT is_empty($$SELECT FROM aqumv.tracked_tables WHERE relation = 't'::regclass$$, 'no row either');

GRANT TRIGGER ON t TO regress_aqumv_user;
SET ROLE regress_aqumv_user;
SELECT lives_ok($$SELECT aqumv.track('t')$$, 'TRIGGER is enough to track');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
