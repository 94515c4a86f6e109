-- Planning a call of a function with a long text looks its words up once, each
-- in about the same time: not again and again, and not among all others.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
CREATE TABLE wordy_t AS SELECT i FROM generate_series(1, 10) i;
DO $do$ BEGIN
    EXECUTE format('CREATE FUNCTION wordy(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $f$ BEGIN RETURN $1 + 1; /* %s */ END $f$',
                   (SELECT string_agg('word' || n, ' ') FROM generate_series(1, 8000) n));
END $do$;
SET statement_timeout = '20s';
CREATE MATERIALIZED VIEW wordy_v AS SELECT i, wordy(i) AS w FROM wordy_t;
SET aqumv.rewrite_mode = required;
SET enable_answer_query_using_materialized_views = on;
SELECT wordy(i) FROM wordy_t WHERE i < 3 ORDER BY 1;

-- the second time, a hundred plans take less than a look at the text would
SET statement_timeout = '2s';
DO $$ BEGIN FOR n IN 1..100 LOOP PERFORM * FROM aqumv.explain_rewrite('SELECT wordy(i) FROM wordy_t'); END LOOP; END $$;

-- what has changed since is heard of
SET statement_timeout = '20s';
CREATE FUNCTION word7() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 7';
SET aqumv.rewrite_mode = force;
CREATE ROLE wordy_reader;
GRANT SELECT ON wordy_t TO wordy_reader;
REFRESH MATERIALIZED VIEW wordy_v;
SET ROLE wordy_reader;
SELECT used, reason_code FROM aqumv.explain_rewrite('SELECT wordy(i) FROM wordy_t');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION word7() FROM PUBLIC;
SET ROLE wordy_reader;
SELECT used, reason_code FROM aqumv.explain_rewrite('SELECT wordy(i) FROM wordy_t');
RESET ROLE;
DROP FUNCTION word7();
REFRESH MATERIALIZED VIEW wordy_v;
SET ROLE wordy_reader;
SELECT used, reason_code FROM aqumv.explain_rewrite('SELECT wordy(i) FROM wordy_t');
RESET ROLE;
DROP TABLE wordy_t CASCADE;
DROP FUNCTION wordy(int);
DROP ROLE wordy_reader;
