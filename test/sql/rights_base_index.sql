-- Planning folds expressions of a table's indexes and constraints.  What the
-- owner of a table has put there never runs as the owner of an immediate view
-- over it, be he a superuser; maintenance ends instead.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS aqumv;
CREATE ROLE base_owner;
CREATE SCHEMA base_own AUTHORIZATION base_owner;
CREATE TABLE base_own.t AS SELECT i % 4 AS k, 'a' || i AS x FROM generate_series(1, 9) i;
ALTER TABLE base_own.t OWNER TO base_owner;
CREATE TABLE base_own.log (who text);
ALTER TABLE base_own.log OWNER TO base_owner;
CREATE MATERIALIZED VIEW base_v WITH (aqumv.incremental) AS
    SELECT k, string_agg(x, ',' ORDER BY x) AS xs FROM base_own.t GROUP BY k;
SET ROLE base_owner;
CREATE FUNCTION base_own.note() RETURNS void LANGUAGE sql AS 'INSERT INTO base_own.log VALUES (current_user)';
CREATE FUNCTION base_own.spy(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN PERFORM base_own.note(); RETURN $1; END';
CREATE INDEX spying ON base_own.t (k) WHERE base_own.spy('c') = 'c';
INSERT INTO base_own.t VALUES (1, 'new');
SELECT DISTINCT who FROM base_own.log;
RESET ROLE;
SELECT usable FROM aqumv.views WHERE view = 'base_v'::regclass;
DROP MATERIALIZED VIEW base_v;
DROP SCHEMA base_own CASCADE;
DROP ROLE base_owner;
